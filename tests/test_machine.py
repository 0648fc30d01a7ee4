import os
import signal
import subprocess
import sys

import psutil
import pytest

from deep_oversampling import machine
from deep_oversampling.machine import memory_mb, take_gpu, visible_gpus

HOLD = """
import os, sys
from deep_oversampling.machine import take_gpu
take_gpu()
print(os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
sys.stdin.read()
"""
UUIDS = ["GPU-1aa6c3f5", "GPU-78de1b02"]


@pytest.fixture
def two_gpus(monkeypatch, tmp_path):
    """A machine whose GPUs nobody has taken."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ",".join(UUIDS))
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)


@pytest.fixture
def hold_gpu():
    """Return a function that starts a process with a GPU and returns the process and its GPU."""
    started = []

    def hold():
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, process.stdout.readline().strip()

    yield hold
    for process in started:
        process.communicate()


@pytest.fixture
def nvidia_smi(monkeypatch, tmp_path):
    """Return a function that puts a program of that name first on the path, of whose answers nothing else is known."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def answer(script):
        path = tmp_path / "nvidia-smi"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return answer


@pytest.mark.parametrize(("named", "gpus"), [("", []), ("1", ["1"]), ("GPU-a,GPU-b", ["GPU-a", "GPU-b"])])
def test_the_environment_says_which_gpus_are_visible(monkeypatch, named, gpus):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert visible_gpus() == gpus


@pytest.mark.parametrize(
    ("script", "gpus"),
    [
        (f"printf '%s\\n' {' '.join(UUIDS)}", UUIDS),
        ("echo 'NVIDIA-SMI has failed because it could not communicate with the driver.'; exit 9", []),
    ],
)
def test_else_nvidia_smi_is_asked(nvidia_smi, script, gpus):
    nvidia_smi(script)
    assert visible_gpus() == gpus


@pytest.mark.usefixtures("two_gpus")
def test_every_process_has_a_gpu_of_its_own_until_it_ends(hold_gpu):
    first, of_first = hold_gpu()
    _, of_second = hold_gpu()
    assert {of_first, of_second} == set(UUIDS)
    _, of_third = hold_gpu()
    assert of_third in UUIDS
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert hold_gpu()[1] == of_first


@pytest.mark.usefixtures("two_gpus")
def test_jobs_inside_an_allocation_take_different_gpus_of_it(hold_gpu, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    assert sorted(hold_gpu()[1] for _ in UUIDS) == sorted(UUIDS)
    monkeypatch.setenv("SLURM_JOB_ID", "18")
    assert sorted(hold_gpu()[1] for _ in UUIDS) == sorted(UUIDS)


@pytest.mark.parametrize(("named", "usable"), [("-1", []), ("2,0", ["2", "0"]), ("1,-1,0", ["1"])])
def test_what_follows_a_minus_1_is_hidden_from_cuda(monkeypatch, named, usable):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert visible_gpus() == usable


def test_an_allocation_s_memory_is_the_limit(monkeypatch):
    whole = memory_mb()
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "100")
    assert memory_mb() == 104
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "0")
    assert memory_mb() == whole


@pytest.mark.parametrize("named", ["", "3"])
def test_there_is_no_choice_of_less_than_two(monkeypatch, named):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    take_gpu()
    assert os.environ["CUDA_VISIBLE_DEVICES"] == named


@pytest.mark.parametrize(("limit", "memory"), [("536870912\n", 536), ("max\n", None), (None, None)])
def test_a_container_may_have_less_memory_than_the_machine(monkeypatch, tmp_path, limit, memory):
    path = tmp_path / "memory.max"
    if limit is not None:
        path.write_text(limit)
    monkeypatch.setattr(machine, "_CONTAINER_LIMIT", path)
    assert memory_mb() == (memory or psutil.virtual_memory().total // 10**6)
