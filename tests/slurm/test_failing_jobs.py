"""Jobs that SLURM kills, and jobs that share a GPU, under the profile for SLURM."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from gpu_times import assert_one_at_a_time
from slurm_cluster import output_of, wait_until

pytestmark = pytest.mark.slurm

SNAKEFILE = Path(__file__).with_name("Snakefile")


@dataclass(frozen=True)
class Run:
    folder: Path
    status: int
    output: str

    def written(self, name: str) -> str:
        return (self.folder / name).read_text().strip()

    def told(self, *words: str) -> list[str]:
        return [line for line in self.output.splitlines() if all(word in line for word in words)]


@pytest.fixture(scope="module")
def run(slurm, submit, tmp_path_factory) -> Run:
    """Run jobs of which one is cancelled, one takes too long and one too much, and some that take a GPU."""
    folder = tmp_path_factory.mktemp("failing")
    with (folder / "output").open("w") as output:
        process = submit("--snakefile", SNAKEFILE, "--directory", folder, stderr=output)
    try:
        wait_until(lambda: (folder / "started").exists() or process.poll() is not None, 180)
        jobs = output_of(["squeue", "--noheader", "--format=%i %k"], slurm).splitlines()
        (cancelled,) = [job.split()[0] for job in jobs if job.split()[1] == "rule_cancelled"]
        output_of(["scancel", cancelled], slurm)
        process.wait(timeout=600)
    finally:
        process.kill()
    return Run(folder, process.returncode, (folder / "output").read_text())


def test_every_job_ends_well_after_all(run):
    assert run.status == 0, run.output[-5000:]


def test_a_cancelled_job_is_told_in_one_line_and_tried_again_without_its_half_written_output(run):
    assert len(run.told("failed, SLURM status is: 'CANCELLED'")) == 1
    assert run.written("cancelled.txt") == "attempt 2"


def test_a_job_over_its_time_limit_is_tried_again_with_more_time(run):
    assert len(run.told("failed, SLURM status is: 'TIMEOUT'")) == 1
    assert run.written("late.txt") == "2 minutes"


def test_a_job_over_its_memory_limit_is_tried_again_with_more_memory(run):
    assert run.told("exceeded memory limit")
    assert run.written("large.txt") == "1200 MB"


def test_jobs_of_a_group_are_one_job_to_slurm(run):
    assert len(run.told("has been submitted", "judged_SMOTE")) == 1


def test_a_gpu_is_given_to_one_job_at_a_time(run):
    assert_one_at_a_time(run.folder)
    devices = {path.read_text().splitlines()[2] for path in (run.folder / "gpu").rglob("*.txt")}
    assert devices == {"0"}
