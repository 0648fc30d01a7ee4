"""A SLURM cluster of one node on this machine, all of it in one folder."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DAEMONS = ["munged", "slurmctld", "slurmd"]
CPUS = 2
SECONDS_TO_START = 60

CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
KillWait=2
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/jobs.txt
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=16000 Gres=gpu:1 State=UNKNOWN
PartitionName=short Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def what_is_missing() -> str | None:
    """Return why there can be no cluster here."""
    if os.geteuid() != 0:
        return "the SLURM tests start SLURM's daemons, which takes root"
    if any(shutil.which(name) is None for name in [*DAEMONS, "sbatch"]):
        return "there is no SLURM on this machine: install slurm-wlm and munge"
    return None


@contextmanager
def running_cluster(folder: Path) -> Iterator[dict[str, str]]:
    """Start the daemons; the environment in which SLURM's commands find them; stop what was started."""
    for name in ("munge", "state", "spool", "bin"):
        (folder / name).mkdir(parents=True)
    configuration = folder / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            host=socket.gethostname().partition(".")[0],
            cpus=CPUS,
            **dict(zip(("controller_port", "node_port"), _free_ports(2), strict=True)),
        )
    )
    (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
    _wrap_srun(folder / "bin" / "srun", configuration)
    key = folder / "munge" / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    environment = os.environ | {
        "SLURM_CONF": str(configuration),
        "PATH": f"{folder / 'bin'}:/usr/sbin:{os.environ['PATH']}",
    }
    munge = [f"--{name}-file={folder}/munge/{name}" for name in ("key", "pid", "log", "seed")]
    daemons: list[subprocess.Popen] = []
    try:
        for command in (
            ["munged", "--foreground", "--force", f"--socket={folder}/munge/socket", *munge],
            ["slurmctld", "-D", "-f", configuration],
            ["slurmd", "-D", "-f", configuration],
        ):
            with (folder / f"{command[0]}.out").open("w") as output:
                daemons.append(
                    subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
                )
            if command[0] == "munged":
                _wait_until((folder / "munge" / "socket").exists, "munged")
        _wait_until(lambda: "idle" in _output(["sinfo", "--noheader", "--format=%t"], environment), "the node")
        yield environment
    finally:
        _output(["scancel", "--user=root"], environment)
        with suppress(TimeoutError):
            _wait_until(lambda: not _output(["squeue", "--noheader"], environment), "the last job")
        for daemon in reversed(daemons):
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(timeout=30)


def _free_ports(number: int) -> list[int]:
    with_ports = [socket.socket() for _ in range(number)]
    for one in with_ports:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in with_ports]
    for one in with_ports:
        one.close()
    return ports


def _wrap_srun(path: Path, configuration: Path) -> None:
    # The executor starts srun without SLURM_CONF: on a real cluster the file is where SLURM looks for it.
    path.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {shutil.which("srun")} "$@"\n')
    path.chmod(0o755)


def _wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} wasn't ready after {SECONDS_TO_START} seconds")
        time.sleep(0.5)


def _output(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.strip()
