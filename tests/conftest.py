import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# No deadline: the tests share their machine, and many wait for its disk.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

pytest_plugins = ["smoke_run"]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


class SharingRuns(LoadScopeScheduling):
    """Has one process test all that shares a run of Snakemake or SLURM, and a file whole."""

    def _split_scope(self, nodeid: str) -> str:
        return "snakemake" if _shares_a_run(nodeid) else nodeid.partition("::")[0]


def _shares_a_run(nodeid: str) -> bool:
    return nodeid.startswith(("tests/workflow/", "tests/slurm/"))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharingRuns:
    return SharingRuns(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first."""
    items.sort(key=lambda item: not _shares_a_run(item.nodeid))


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
