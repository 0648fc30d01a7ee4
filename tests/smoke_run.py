"""Snakemake on the smoke preset, in a folder of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Outcome:
    status: int
    output: str

    @property
    def job_counts(self) -> dict[str, int]:
        table = self.output.partition("Job stats:")[2].partition("\n\n")[0]
        return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)}

    @property
    def error_lines(self) -> list[str]:
        return [line for line in self.output.splitlines() if line.startswith("error:")]


Snakemake = Callable[..., Outcome]


@pytest.fixture(scope="session")
def run_snakemake(tmp_path_factory: pytest.TempPathFactory) -> Snakemake:
    """Run the workflow in a folder of its own that shares the downloaded resources."""
    folder = tmp_path_factory.mktemp("workflow")
    (ROOT / "resources").mkdir(exist_ok=True)
    (folder / "resources").symlink_to(ROOT / "resources")
    (folder / "temporary").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    environment["TMPDIR"] = str(folder / "temporary")

    def run(*arguments: str, preset: str = "smoke", project: Path = ROOT) -> Outcome:
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "snakemake"),
                *("--snakefile", str(project / "Snakefile"), "--directory", str(folder)),
                *("--configfile", str(project / "presets" / f"{preset}.yaml"), "--cores", "2"),
                *arguments,
            ],
            capture_output=True,
            text=True,
            env=environment,
            cwd=project,
            check=False,
        )
        return Outcome(finished.returncode, finished.stdout + finished.stderr)

    run.folder = folder
    return run


@pytest.fixture(scope="session")
def smoke(run_snakemake: Snakemake) -> Path:
    """Run the smoke preset once; its results folder."""
    outcome = run_snakemake()
    assert outcome.status == 0, outcome.output[-5000:]
    return run_snakemake.folder / "results_smoke"
