from pathlib import Path

import pytest
from simulated import simulated_results

from deep_oversampling.page.build import Results, write_page


@pytest.fixture(scope="session")
def results() -> Results:
    return simulated_results()


@pytest.fixture(scope="session")
def page_file(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    for figure in results.figures:
        (folder / figure).parent.mkdir(parents=True, exist_ok=True)
        (folder / figure).write_text('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>')
    write_page(folder / "index.html", results)
    return folder / "index.html"
