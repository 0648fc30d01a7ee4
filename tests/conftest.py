import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

# No deadline: the tests share their machine, and many wait for its disk.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

pytest_plugins = ["smoke_run"]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep in one process the tests of a file, and those that share a run of Snakemake or SLURM, which come first."""
    shares = {item: item.path.parent.name in ("workflow", "slurm") for item in items}
    for item, share in shares.items():
        item.add_marker(pytest.mark.xdist_group("snakemake" if share else str(item.path)))
    items.sort(key=lambda item: not shares[item])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no chromium on this machine: install it with its package manager")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser):
    """Open a file in a window of some width; fails on any error in its console."""

    @contextmanager
    def open_page(path: Path, width: int = 1600) -> Iterator[Page]:
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        yield page
        context.close()
        assert complaints == []

    return open_page
