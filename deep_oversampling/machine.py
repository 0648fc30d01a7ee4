"""What the machine has: GPUs, of which every job takes one of its own, and memory."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def visible_gpus() -> list[str]:
    """Return the GPUs that CUDA may use.

    Returns
    -------
    list of str
        What ``CUDA_VISIBLE_DEVICES`` names, before any -1, if it is set; else the UUIDs that ``nvidia-smi`` lists, none
        without it. (By their numbers CUDA and ``nvidia-smi`` may mean different GPUs.)
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        names = named.split(",")
        return [name for name in names[: names.index("-1") if "-1" in names else None] if name]
    if shutil.which("nvidia-smi") is None:
        return []
    listed = subprocess.run(
        ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"], capture_output=True, text=True, check=False
    )
    return listed.stdout.split() if listed.returncode == 0 else []


def take_gpu() -> bool:
    """Leave this process one of the visible GPUs, which no other process has that asked like this.

    The GPU is this process's until it ends, however it ends. Where more processes ask than there are GPUs, the rest
    share them. Where there is one, as in a job of SLURM's, it is left as it is.

    Returns
    -------
    bool
        Whether there is any.
    """
    gpus = visible_gpus()
    if len(gpus) > 1:
        os.environ["CUDA_VISIBLE_DEVICES"] = next(filter(_lock, gpus), gpus[os.getpid() % len(gpus)])
    return bool(gpus)


def _lock(gpu: str) -> bool:
    # SLURM counts the GPUs of each of its jobs from 0.
    owner = f"{os.getuid()}-{os.getenv('SLURM_JOB_ID', '')}"
    path = Path(tempfile.gettempdir(), f"deep-oversampling-{owner}-{gpu}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True


def memory_mb() -> int:
    """Return the MB of memory that the machine has, or that its container or SLURM's job may take."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    if _CONTAINER_LIMIT.exists() and (limit := _CONTAINER_LIMIT.read_text().strip()).isdigit():
        limits.append(int(limit))
    # 0 is all of the node's.
    if granted := int(os.getenv("SLURM_MEM_PER_NODE", "0")):
        limits.append(granted * 2**20)
    return min(limits) // 10**6
