"""The results page in a browser, with simulated results of the paper's size."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from deep_oversampling.page.build import write_page

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "page"))

_CHOSEN = "document.querySelectorAll('#settings tbody tr:not([hidden])').length === {}"


def opening() -> dict[str, float]:
    """Return the milliseconds until the page is loaded, and from choosing a filter to its rows alone being shown."""
    from simulated import simulated_results

    results = simulated_results()
    rows = int((results.classifier["scope"] == "overall").sum())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "index.html")
        write_page(path, results)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(path.as_uri())
        opened = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        start = time.perf_counter()
        page.select_option("form.filters select[name=minority]", "3-4-5")
        page.wait_for_function(_CHOSEN.format(rows // 3))
        filtered = time.perf_counter() - start
        browser.close()
    return {"opened_ms": opened, "filtered_ms": filtered * 1000}
