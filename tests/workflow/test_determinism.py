"""Two runs of one config are the same bytes, whatever the cores, the order of jobs, or what is asked of GPUs."""

from unittest.mock import ANY

import pytest
from smoke_run import ROOT

from deep_oversampling.machine import visible_gpus
from faults.workspace import UNTIMED, Workspace

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.slow,
    pytest.mark.skipif(bool(visible_gpus()), reason="a GPU promises no same bytes"),
]

RUNS = {
    "one core": ["--cores", "1"],
    "four cores, another order": ["--cores", "4", "--scheduler", "greedy", "--prioritize", "page", "comparisons"],
}


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


def test_asking_for_determinism_changes_nothing_on_a_cpu(contents_after, expected):
    assert contents_after("--config", UNTIMED, "deterministic=true") == expected | {"index.html": ANY}
