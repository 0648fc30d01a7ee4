import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest
from slurm_cluster import running_cluster, what_is_missing

ROOT = Path(__file__).resolve().parents[2]
Environment = dict[str, str]
Start = Callable[..., subprocess.Popen]


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Start SLURM; the environment of its commands."""
    if missing := what_is_missing():
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("slurm")
    with ExitStack() as stack:
        try:
            environment = stack.enter_context(running_cluster(folder))
        except TimeoutError:
            pytest.skip(f"SLURM doesn't start on this machine: see the .out files in {folder}")
        yield environment


@pytest.fixture(scope="session")
def submit(slurm: Environment) -> Start:
    """Start a workflow with the profile for SLURM, which is asked more often than on a cluster."""
    often = ["--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"]

    def start(
        *arguments: str | Path, stderr: IO[str] | None = None, profile: Path = ROOT / "profiles" / "slurm"
    ) -> subprocess.Popen:
        command = [sys.executable, "-m", "snakemake", "--workflow-profile", profile, *often, *arguments]
        return subprocess.Popen(command, env=slurm, stderr=stderr)

    return start
