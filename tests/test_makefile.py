"""The targets that choose what to delete or to compute, in a folder with nothing but files."""

import re
import subprocess
from pathlib import Path

import pytest

from deep_oversampling.results_place import CONTENTS

MAKEFILE = Path(__file__).parents[1] / "Makefile"
RESULTS = ["results/scores/mnist/3-4/10/0/CVAE/MLP/paper/0.parquet", "results/logs/convert_dataset/mnist/test.log"]
KEPT = ["thesis.tex", "results/thesis.tex", "requirements/cpu.lock", "pyproject.toml", ".venv/.ready-cpu"]


@pytest.fixture
def make(tmp_path):
    for name in RESULTS + KEPT:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    def run(*arguments, answer=""):
        return subprocess.run(
            ["make", "-f", MAKEFILE, *arguments],
            cwd=tmp_path,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_method_has_to_be_named(make):
    finished = make("method")
    assert finished.returncode == 2
    assert "error: say which method: make method METHOD=R-CVAE" in finished.stderr


def test_clean_knows_whatever_a_results_folder_may_hold():
    (named,) = re.findall(r"^STAGES = (.*?[^\\])$", MAKEFILE.read_text(), re.DOTALL | re.MULTILINE)
    assert set(named.replace("\\", " ").split()) == set(CONTENTS)


def test_clean_deletes_results_and_nothing_else(make, tmp_path):
    finished = make("clean", answer="yes\n")
    assert finished.returncode == 0
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(KEPT)
    assert {"results/scores", "results/logs"} <= set(finished.stdout.split())


@pytest.mark.parametrize("answer", ["no\n", "YES\n", "y\n", "\n", ""])
def test_clean_deletes_nothing_unless_told_yes(make, tmp_path, answer):
    before = set(tmp_path.rglob("*"))
    make("clean", answer=answer)
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("folder", ["results .", "requirements", "nothing", ""])
def test_clean_deletes_nothing_where_there_are_no_results(make, tmp_path, folder):
    before = set(tmp_path.rglob("*"))
    finished = make("clean", f"RESULTS={folder}", "CONFIRM=yes")
    assert finished.returncode == 2
    assert "error: " in finished.stderr
    assert set(tmp_path.rglob("*")) == before


def test_clean_waits_for_a_run(make, tmp_path):
    lock = tmp_path / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text(RESULTS[0])
    finished = make("clean", "CONFIRM=yes")
    assert "a run is going on" in finished.stderr
    assert (tmp_path / RESULTS[0]).exists()


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_clean_deletes_nothing_where_git_keeps_a_file(make, tmp_path):
    git(tmp_path, "init")
    git(tmp_path, "add", "results/thesis.tex")
    before = set(tmp_path.rglob("*"))
    finished = make("clean", "CONFIRM=yes")
    assert finished.returncode == 2
    assert "error: results holds source files or what git keeps; delete by hand what is neither" in finished.stderr
    assert set(tmp_path.rglob("*")) == before


def test_clean_deletes_results_that_git_ignores(make, tmp_path):
    git(tmp_path, "init")
    git(tmp_path, "add", "thesis.tex", "pyproject.toml")
    assert make("clean", "CONFIRM=yes").returncode == 0
    assert not (tmp_path / RESULTS[0]).exists()


def test_clean_deletes_nothing_among_source_files(make, tmp_path):
    (tmp_path / "results" / "__init__.py").write_text("")
    before = set(tmp_path.rglob("*"))
    finished = make("clean", "CONFIRM=yes")
    assert finished.returncode == 2
    assert "error: results holds source files" in finished.stderr
    assert set(tmp_path.rglob("*")) == before
