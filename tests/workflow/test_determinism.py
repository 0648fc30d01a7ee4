"""Two runs of one config are the same bytes, whatever the cores, the order of jobs, or what is asked of GPUs."""

import pytest
from smoke_run import ROOT

from faults.workspace import UNTIMED, Workspace

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

RUNS = {
    "one core": ["--cores", "1"],
    "four cores, another order": ["--cores", "4", "--scheduler", "greedy", "--prioritize", "page", "comparisons"],
}
DETERMINISTIC = ["--config", UNTIMED, "deterministic=true"]


@pytest.fixture(scope="module")
def contents_after(tmp_path_factory):
    def run(*arguments: str) -> dict[str, str | bytes]:
        folder = tmp_path_factory.mktemp("working")
        (folder / "resources").symlink_to(ROOT / "resources")
        workspace = Workspace(folder)
        finished = workspace.run(*arguments)
        assert finished.status == 0, finished.output[-3000:]
        return workspace.contents()

    return run


@pytest.fixture(scope="module")
def expected(contents_after):
    return contents_after()


@pytest.mark.parametrize("name", RUNS)
def test_cores_and_order_change_no_byte(contents_after, expected, name):
    assert contents_after(*RUNS[name]) == expected


def test_asking_for_determinism_changes_no_number_on_a_cpu(contents_after, expected):
    asked = contents_after(*DETERMINISTIC)
    tables = {name for name in expected if name.endswith((".parquet", ".csv", ".md"))}
    assert asked.keys() == expected.keys()
    assert {name: asked[name] for name in tables} == {name: expected[name] for name in tables}
    assert any(asked[name] != expected[name] for name in expected if name.endswith(".keras"))
