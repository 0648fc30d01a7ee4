"""The smoke preset through SLURM gives what it gives on a workstation."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from smoke_run import ROOT

from deep_oversampling.storage import content_digest

pytestmark = [pytest.mark.slurm, pytest.mark.workflow]

NOT_RESULTS = ("benchmarks", "logs")
TIMED = ("timings/", "tables/timings", "tables/paper/timing", "index.html")
"""What a clock measured, and what shows it."""


def contents(results: Path) -> dict[str, str | bytes]:
    """Return the bytes of every result file; of one with a column that a clock measured, its other columns' digest."""
    files = {str(path.relative_to(results)): path for path in results.rglob("*") if path.is_file()}
    compared = {name: path for name, path in files.items() if not name.startswith((*NOT_RESULTS, *TIMED))}
    return {name: content_digest(path) if _is_timed(path) else path.read_bytes() for name, path in compared.items()}


def _is_timed(path: Path) -> bool:
    if path.suffix != ".parquet":
        return False
    return any(field.metadata and b"measured" in field.metadata for field in pq.read_schema(path))


@pytest.fixture
def profile(tmp_path) -> Path:
    """The profile with its lines for a GPU partition, which the cluster has, and a model."""
    text = (ROOT / "profiles" / "slurm" / "config.yaml").read_text()
    before, mark, lines = text.partition("#  train_generator: &gpu")
    assert mark
    folder = tmp_path / "profile"
    folder.mkdir()
    (folder / "config.yaml").write_text(before + (mark + lines).replace("\n#  ", "\n  ").replace("#  ", "  ", 1))
    return folder


def test_slurm_gives_the_same_results_as_a_workstation(submit, smoke, profile, tmp_path):
    slurm = tmp_path / "slurm"
    slurm.mkdir()
    (slurm / "resources").symlink_to(ROOT / "resources")
    experiment = [
        "--snakefile",
        ROOT / "Snakefile",
        "--configfile",
        ROOT / "presets" / "smoke.yaml",
        "--directory",
        slurm,
    ]
    with (tmp_path / "output").open("w") as output:
        assert submit(*experiment, profile=profile, stderr=output).wait(timeout=1200) == 0
    # Nor is what a job may ask of the cluster limited by the memory of the machine that submits it.
    (provided,) = re.findall("Provided resources: (.*)", (tmp_path / "output").read_text())
    assert "gpu" in provided
    assert "mem_mb" not in provided
    from_slurm, expected = contents(slurm / smoke.name), contents(smoke)
    assert from_slurm.keys() == expected.keys()
    assert [name for name in expected if from_slurm[name] != expected[name]] == []
    assert any(name.endswith("model.keras") for name in expected)
    assert any(name.endswith(".svg") for name in expected)
