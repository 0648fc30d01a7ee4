"""The targets that choose files, in a folder with nothing but files."""

import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
SET = "mnist/3-4/10/0"
OF_CVAE = [
    f"results/generators/{SET}/CVAE/model.keras",
    f"results/generators/{SET}/CVAE/history.parquet",
    f"results/synthetic/{SET}/CVAE.parquet",
    f"results/scores/{SET}/CVAE/MLP/paper/0.parquet",
]
OTHERS = [
    f"results/scores/{SET}/CVAE/MLP/paper/.0.k1ll3d.parquet",
    f"results/scores/{SET}/R-CVAE/MLP/paper/0.parquet",
    f"results/scores/{SET}/SMOTE/CVAE/paper/0.parquet",
    "results/logs/skew.log",
    "thesis.tex",
    "results/thesis.tex",
]


@pytest.fixture
def make(tmp_path):
    for name in [*OF_CVAE, *OTHERS, "requirements/cpu.lock", "pyproject.toml", ".venv/.ready-cpu"]:
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


def test_a_method_s_own_files_are_made_anew(make):
    (command,) = make("-n", "method", "METHOD=CVAE").stdout.splitlines()
    assert sorted(command.partition(" --forcerun ")[2].split()) == sorted(OF_CVAE)


@pytest.mark.parametrize("method", ["", "MLP", "paper", "mnist", "0", "*", "CVA*", "../CVAE", "GAN"])
def test_what_is_no_method_of_the_results_is_one_line(make, method):
    finished = make("-n", "method", f"METHOD={method}")
    assert finished.returncode == 2
    assert "error: " in finished.stderr
    assert len(finished.stderr.splitlines()) == 1
    assert finished.stdout == ""


def test_clean_deletes_results_and_nothing_else(make, tmp_path):
    finished = make("clean", answer="yes\n")
    assert finished.returncode == 0
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"thesis.tex", "results/thesis.tex", "requirements/cpu.lock", "pyproject.toml", ".venv/.ready-cpu"}
    assert {"results/scores", "results/generators", "results/logs"} <= set(finished.stdout.split())


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
    lock.write_text(OF_CVAE[0])
    finished = make("clean", "CONFIRM=yes")
    assert "a run is going on" in finished.stderr
    assert (tmp_path / OF_CVAE[0]).exists()
