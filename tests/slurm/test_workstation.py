"""Jobs that share a GPU on a workstation, under the default profile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from gpu_times import assert_one_at_a_time

from deep_oversampling.machine import memory_mb

pytestmark = pytest.mark.workflow

SNAKEFILE = Path(__file__).with_name("Snakefile")


SNAKEMAKE = [sys.executable, "-m", "snakemake", "--snakefile", SNAKEFILE, "--cores", "4"]


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(["--resources", "gpu=1"], {}), ([], {"CUDA_VISIBLE_DEVICES": "0"})],
    ids=["by hand", "as many as there are"],
)
def test_a_workstations_gpu_is_given_to_one_job_at_a_time(tmp_path, arguments, environment):
    command = [*SNAKEMAKE, "--directory", tmp_path, *arguments, "--", "with_gpus"]
    subprocess.run(command, check=True, env={**os.environ, **environment})
    assert_one_at_a_time(tmp_path)


def test_jobs_that_together_exceed_the_memory_run_one_at_a_time(tmp_path):
    three_quarters = memory_mb() * 3 // 4
    resources = [f"{rule}:mem_mb={three_quarters}" for rule in ("drawn", "scored", "compared", "trained")]
    command = [*SNAKEMAKE, "--directory", tmp_path, "--set-resources", *resources, "--", "with_gpus"]
    subprocess.run(command, check=True)
    assert_one_at_a_time(tmp_path)
