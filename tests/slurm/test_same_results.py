"""The smoke preset through SLURM gives what it gives on a workstation."""

import subprocess
import sys
from pathlib import Path

import pytest

from deep_oversampling.storage import content_digest

pytestmark = [pytest.mark.slurm, pytest.mark.workflow]

ROOT = Path(__file__).resolve().parents[2]
CHANGES = ["methods=[CVAE]", "protocols=[paper]", "timing_replicates=0"]


def contents(folder: Path) -> dict[str, str | bytes]:
    """Return what is in every result file, without what a clock measured."""
    results = folder / "results_smoke"
    files = (path for path in results.rglob("*") if path.is_file())
    return {
        str(path.relative_to(results)): content_digest(path) if path.suffix == ".parquet" else path.read_bytes()
        for path in files
        if path.relative_to(results).parts[0] not in ("benchmarks", "logs")
    }


def test_slurm_gives_the_same_results_as_a_workstation(submit, tmp_path):
    (ROOT / "resources").mkdir(exist_ok=True)
    workstation, slurm = (tmp_path / name for name in ("workstation", "slurm"))
    for folder in (workstation, slurm):
        folder.mkdir()
        (folder / "resources").symlink_to(ROOT / "resources")
    experiment = ["--snakefile", ROOT / "Snakefile", "--configfile", ROOT / "presets" / "smoke.yaml"]
    experiment += ["--config", *CHANGES, "--directory"]
    locally = [sys.executable, "-m", "snakemake", "--cores", "1", *experiment, workstation]
    subprocess.run([*locally, "--", "fetched"], check=True)
    runs = [
        submit(*experiment, slurm, "--", "tables"),
        subprocess.Popen([*locally, "--", "tables"]),
    ]
    assert [run.wait(timeout=900) for run in runs] == [0, 0]
    assert contents(slurm) == contents(workstation)
    assert any(name.endswith("model.keras") for name in contents(slurm))
