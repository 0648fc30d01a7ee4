"""A SLURM cluster of one node on this machine, all of it in one folder."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS_TO_START = 60

# More CPUs than there may be: most jobs of the tests sleep.
CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmdParameters=config_overrides
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
KillWait=2
SchedulerParameters=bf_interval=1,sched_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=12000 Gres=gpu:a100:1 State=UNKNOWN
PartitionName=short Nodes={host} Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes={host} MaxTime=INFINITE State=UP
"""


def what_is_missing() -> str | None:
    """Return why there can be no cluster here."""
    if os.geteuid() != 0:
        return "the tests start SLURM's daemons, which takes root"
    if any(shutil.which(name) is None for name in ("munged", "slurmctld", "slurmd", "sbatch", "setpriv")):
        return "there is no SLURM on this machine: install slurm-wlm and munge with its package manager"
    return None


@contextmanager
def running_cluster(folder: Path) -> Iterator[dict[str, str]]:
    """Start the daemons; the environment in which SLURM's commands find them; stop what was started."""
    configuration = _write_configuration(folder)
    environment = os.environ | {
        "SLURM_CONF": str(configuration),
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
    }
    daemons: list[subprocess.Popen] = []

    def start(*command: str | Path) -> None:
        with (folder / f"{command[0]}.out").open("w") as output:
            # Should the tests be killed, the daemons are too.
            lifeline = ("setpriv", "--pdeathsig", "TERM")
            daemons.append(subprocess.Popen([*lifeline, *command], env=environment, stdout=output, stderr=output))

    try:
        munge = [f"--{name}-file={folder}/munge/{name}" for name in ("key", "pid", "log", "seed")]
        start("munged", "--foreground", "--force", f"--socket={folder}/munge/socket", *munge)
        wait_until((folder / "munge" / "socket").exists, SECONDS_TO_START)
        start("slurmctld", "-D", "-f", configuration)
        start("slurmd", "-D", "-f", configuration)
        wait_until(lambda: "idle" in output_of(["sinfo", "--noheader", "--format=%t"], environment), SECONDS_TO_START)
        yield environment
        output_of(["scancel", "--user=root"], environment)
        with suppress(TimeoutError):
            wait_until(lambda: not output_of(["squeue", "--noheader"], environment), 30)
    finally:
        for daemon in reversed(daemons):
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(timeout=60)


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition; a ``TimeoutError`` where it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing after {seconds} seconds")
        time.sleep(0.5)


def output_of(command: list[str], environment: dict[str, str]) -> str:
    """Return what a command prints, whether it fails or not."""
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    ).stdout.strip()


def _write_configuration(folder: Path) -> Path:
    for name in ("munge", "state", "spool", "bin"):
        (folder / name).mkdir()
    key = folder / "munge" / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    configuration = folder / "slurm.conf"
    host = socket.gethostname().partition(".")[0]
    controller_port, node_port = _free_ports(2)
    configuration.write_text(
        CONFIGURATION.format(folder=folder, host=host, controller_port=controller_port, node_port=node_port)
    )
    (folder / "gres.conf").write_text("Name=gpu Type=a100 File=/dev/null\n")
    # The executor starts srun without SLURM_CONF; elsewhere srun finds its configuration where SLURM was installed.
    srun = folder / "bin" / "srun"
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)
    return configuration


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
