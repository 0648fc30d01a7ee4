"""Damaged files that a job reads, through Snakemake: one line that names them, no traceback, nothing made from them."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from forked import run_forked
from smoke_run import ROOT

pytestmark = pytest.mark.workflow

ARGUMENTS = ["--configfile", str(ROOT / "presets" / "smoke.yaml")]
RUN = "mnist/3-4/10/0"
TRAIN, SKEWED = "data/mnist/train.parquet", f"skewed/{RUN}.parquet"
SYNTHETIC, FID = f"synthetic/{RUN}/SMOTE.parquet", f"fid/lenet/synthetic/{RUN}/SMOTE.parquet"
SCORE, MODEL = f"scores/{RUN}/SMOTE/MLP/paper/0.parquet", f"generators/{RUN}/CVAE/model.keras"
GATHERED = "tables/scores.parquet"
DAMAGED = "is truncated or altered; delete it and run again"


@pytest.fixture
def folder(smoke, tmp_path):
    """A copy of the finished run, times of files included."""
    return Path(shutil.copytree(smoke.parent, tmp_path / "working", symlinks=True))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def overwrite(path: Path) -> None:
    path.write_text("by hand")


def write_elsewhere(path: Path) -> None:
    pd.DataFrame({"image": [1]}).to_parquet(path)


def other_kind(path: Path) -> None:
    shutil.copyfile(next(parent for parent in path.parents if parent.name == "results_smoke") / FID, path)


@pytest.mark.parametrize(
    ("damaged", "damage", "made_from_it", "message"),
    [
        (TRAIN, cut, SKEWED, DAMAGED),
        (TRAIN, write_elsewhere, SKEWED, "was not written by deep-oversampling; delete it and run again"),
        (SKEWED, overwrite, SYNTHETIC, DAMAGED),
        (SKEWED, other_kind, SYNTHETIC, "holds no images; delete it and run again"),
        (SYNTHETIC, flip, SCORE, DAMAGED),
        (MODEL, flip, f"synthetic/{RUN}/CVAE.parquet", DAMAGED),
        (SCORE, flip, GATHERED, DAMAGED),
        (SCORE, other_kind, GATHERED, "has other columns than expected, from another version? Delete it and run again"),
    ],
)
def test_a_damaged_result_that_looks_untouched(folder, damaged, damage, made_from_it, message):
    results = folder / "results_smoke"
    path, made = results / damaged, results / made_from_it
    before = path.stat()
    damage(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    made.unlink()
    outcome = run_forked(folder, [*ARGUMENTS, "--", f"results_smoke/{made_from_it}"])
    assert outcome.status == 1
    assert set(outcome.error_lines) == {f"error: results_smoke/{damaged} {message}"}
    assert "Traceback" not in outcome.output
    assert not made.exists()
    assert list(results.rglob(".*")) == []


@pytest.mark.parametrize("damaged", [SKEWED, GATHERED])
def test_a_damaged_result_whose_time_tells_is_made_anew(folder, damaged):
    path = folder / "results_smoke" / damaged
    content = path.read_bytes()
    flip(path)
    outcome = run_forked(folder, [*ARGUMENTS, "--", f"results_smoke/{damaged}"])
    assert outcome.status == 0, outcome.output[-3000:]
    assert f"results_smoke/{damaged} is not as its job left it; what needs it makes it anew" in outcome.output
    assert path.read_bytes() == content


def test_another_job_s_whole_file_is_not_taken_for_this_one_s(folder):
    results = folder / "results_smoke"
    of_cvae = f"synthetic/{RUN}/CVAE.parquet"
    shutil.copyfile(results / SYNTHETIC, results / of_cvae)
    outcome = run_forked(folder, [*ARGUMENTS, "--dry-run"])
    assert f"results_smoke/{of_cvae} is not as its job left it; what needs it makes it anew" in outcome.output
    assert outcome.job_counts["sample_generator"] == 1


def test_files_that_were_copied_without_their_times_are_recognised(folder):
    for name in (SKEWED, SYNTHETIC, FID, SCORE, MODEL):
        (folder / "results_smoke" / name).touch()
    outcome = run_forked(folder, [*ARGUMENTS, "--dry-run"])
    assert outcome.status == 0
    assert "as its job left it" not in outcome.output


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (Path.unlink, "has neither mnist/train-labels-idx1-ubyte[.gz] nor train-labels-idx1-ubyte[.gz]; put the files"),
        (flip, "is not the original of mnist: "),
    ],
)
def test_data_of_one_s_own_that_are_others(tmp_path, spoil, message):
    folder, own = tmp_path / "working", tmp_path / "own"
    folder.mkdir()
    shutil.copytree(ROOT / "resources" / "datasets" / "mnist", own / "mnist")
    spoil(own / "mnist" / "train-labels-idx1-ubyte")
    outcome = run_forked(folder, [*ARGUMENTS, "--config", f"data_dir={own}", "--", f"results_smoke/{TRAIN}"])
    assert outcome.status == 1
    (line,) = set(outcome.error_lines)
    assert message in line
    assert "Traceback" not in outcome.output
    assert list(folder.rglob("*.parquet")) == []


def test_an_altered_download_is_not_read(folder):
    shutil.rmtree(folder / "results_smoke" / "data")
    (folder / "resources").unlink()
    shutil.copytree(ROOT / "resources" / "datasets" / "mnist", folder / "resources" / "datasets" / "mnist")
    altered = folder / "resources" / "datasets" / "mnist" / "train-labels-idx1-ubyte"
    before = altered.stat()
    flip(altered)
    os.utime(altered, ns=(before.st_atime_ns, before.st_mtime_ns))
    outcome = run_forked(folder, [*ARGUMENTS, "--", f"results_smoke/{TRAIN}"])
    assert outcome.status == 1
    (line,) = set(outcome.error_lines)
    assert "train-labels-idx1-ubyte" in line
    assert not (folder / "results_smoke" / TRAIN).exists()
