"""What the planned and the finished jobs of a real experiment cost."""

import asyncio
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from smoke_run import ROOT

from deep_oversampling.costs.measured import MeasuredCosts
from deep_oversampling.costs.summary import TOTAL, costs_by_rule
from deep_oversampling.errors import InputError
from deep_oversampling.plan import planned_jobs

pytestmark = pytest.mark.workflow

SMOKE = ROOT / "presets" / "smoke.yaml"
TARGETS = {"all", "total"}


def run_command(*arguments):
    command = [sys.executable, "-m", "deep_oversampling.costs", "--configfile", SMOKE, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("smoke")
def test_finished_jobs_are_jobs_to_be_planned_for_too(run_snakemake):
    jobs = planned_jobs(ROOT / "Snakefile", [SMOKE], {"results_dir": str(run_snakemake.folder / "results_smoke")})
    counts = {rule: n for rule, n in run_snakemake("--dry-run", "--forceall").job_counts.items() if rule not in TARGETS}
    assert pd.Series([job.rule for job in jobs]).value_counts().to_dict() == {
        re.sub(r"_0$", "", rule): count for rule, count in counts.items()
    }


def test_jobs_are_planned_inside_an_event_loop_too():
    async def plan_like_a_notebook():
        return planned_jobs(ROOT / "Snakefile", [SMOKE], {})

    # The browser's tests leave a loop of their own running in this thread.
    with ThreadPoolExecutor(1) as thread:
        jobs = thread.submit(lambda: asyncio.run(plan_like_a_notebook())).result()
    assert jobs == planned_jobs(ROOT / "Snakefile", [SMOKE], {})


def test_an_experiment_that_cannot_be_planned_is_one_line():
    with pytest.raises(InputError, match=r"cannot be planned: .*imbalance ratio 7 does not divide"):
        planned_jobs(ROOT / "Snakefile", [SMOKE], {"ratios": [7]})
    finished = run_command("--config", "metods=[SMOTE]")
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1].startswith("error: the experiment cannot be planned: config: unknown key")
    assert "Traceback" not in finished.stderr


def test_costs_of_a_finished_experiment_predict_its_own(smoke, tmp_path):
    path, results = tmp_path / "mine.csv", f"results_dir={smoke}"
    written = run_command("--config", results, "--write", path)
    assert written.returncode == 0, written.stderr
    measured = pd.read_csv(path)
    jobs = planned_jobs(ROOT / "Snakefile", [SMOKE], {"results_dir": str(smoke)})
    table, unknown = costs_by_rule(jobs, MeasuredCosts(measured))
    # The leak-free scores of the CVAE, whose two parts are known from other jobs, aren't measured themselves.
    assert len(measured) == len(jobs) - 1 - ("fetch_dataset" in unknown)
    of_measured = table.loc[TOTAL, "core_hours"] * 3600
    assert of_measured == pytest.approx(measured["seconds"].sum(), rel=0.3)
    shown = run_command("--config", results, "--measured", path).stdout
    assert re.search(rf"all +{len(jobs)} ", shown)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "foo"], "--config: "),
        (["--measured", ROOT / "README.md"], "README.md is no table of costs: "),
        (["--measured", ROOT / "docs" / "minority_f1.svg"], "minority_f1.svg is no table of costs: "),
    ],
)
def test_what_cannot_be_read_is_one_line(arguments, said):
    finished = run_command(*arguments)
    assert finished.returncode == 1
    assert said in finished.stderr.splitlines()[-1]
    assert "Traceback" not in finished.stderr


def test_measured_costs_that_aren_t_there_are_one_line(tmp_path):
    finished = run_command("--measured", tmp_path / "none.csv")
    assert finished.returncode == 1
    assert "none.csv; write it with --write once jobs have finished" in finished.stderr.splitlines()[-1]
