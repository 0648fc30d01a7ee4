"""Jobs that share a GPU on a workstation, under the default profile."""

import subprocess
import sys
from pathlib import Path

import pytest
from gpu_times import assert_one_at_a_time

pytestmark = pytest.mark.workflow

SNAKEFILE = Path(__file__).with_name("Snakefile")


def test_a_workstations_gpu_is_given_to_one_job_at_a_time(tmp_path):
    command = [sys.executable, "-m", "snakemake", "--snakefile", SNAKEFILE, "--directory", tmp_path]
    subprocess.run([*command, "--cores", "4", "--resources", "gpu=1", "--", "with_gpus"], check=True)
    assert_one_at_a_time(tmp_path)
