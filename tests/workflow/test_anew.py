"""``make method``: one method anew."""

import re
import subprocess
import sys

import pytest
from smoke_run import ROOT, Outcome

from deep_oversampling.anew import files_of
from deep_oversampling.errors import InputError
from deep_oversampling.plan import planned_jobs

pytestmark = pytest.mark.workflow

SMOKE = ROOT / "presets" / "smoke.yaml"
SET = "mnist/3-4/10/0"


@pytest.fixture(scope="module")
def jobs():
    return planned_jobs(ROOT / "Snakefile", [SMOKE], {"protocols": ["paper"]})


@pytest.mark.parametrize(
    ("method", "files"),
    [
        ("Imbalanced", [f"scores/{SET}/Imbalanced/MLP/paper/0.parquet"]),
        ("SMOTE", [f"synthetic/{SET}/SMOTE.parquet", f"scores/{SET}/SMOTE/MLP/paper/0.parquet"]),
        (
            "CVAE",
            [
                f"generators/{SET}/CVAE/model.keras",
                f"generators/{SET}/CVAE/history.parquet",
                f"synthetic/{SET}/CVAE.parquet",
                f"scores/{SET}/CVAE/MLP/paper/0.parquet",
            ],
        ),
    ],
)
def test_a_method_s_own_files_are_those_that_it_makes_and_its_scores(jobs, method, files):
    assert sorted(map(str, files_of(method, jobs))) == sorted(f"results_smoke/{file}" for file in files)


@pytest.mark.parametrize("method", ["MLP", "paper", "mnist", "*", "", "RANDOM"])
def test_what_is_no_method_of_the_experiment_is_refused(jobs, method):
    with pytest.raises(InputError, match=re.escape(f"no method {method!r}; it has ")):
        files_of(method, jobs)


def anew(folder, method):
    command = [sys.executable, "-m", "deep_oversampling.anew", method, "--cores", "2", "--configfile", SMOKE]
    finished = subprocess.run(
        [*command, "--directory", folder, "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return Outcome(finished.returncode, finished.stdout + finished.stderr)


@pytest.mark.usefixtures("smoke")
def test_a_finished_method_runs_from_its_training_on_with_what_follows(run_snakemake):
    outcome = anew(run_snakemake.folder, "CVAE")
    assert outcome.status == 0, outcome.output[-3000:]
    computed = {"train_generator": 1, "sample_generator": 1, "score_classifiers_0": 2, "fid": 1}
    told = {rule: n for rule, n in outcome.job_counts.items() if rule not in computed}
    assert {rule: outcome.job_counts[rule] for rule in computed} == computed
    assert {"gather_scores", "page", "figure_images"} <= told.keys()
    assert told.keys().isdisjoint({"oversample", "skew", "train_lenet", "real_statistics", "time_balancing"})


def test_another_name_is_one_line():
    outcome = anew(ROOT, "MLP")
    assert outcome.status == 1
    assert (
        outcome.output
        == "error: the experiment has no method 'MLP'; it has Imbalanced, SMOTE, CVAE, TunedLogitAdjustment\n"
    )
