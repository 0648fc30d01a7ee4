"""The faults, by kind: each does its damage to a finished workspace, and lets Snakemake run into it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from faults.workspace import Finished, Workspace, finish, jobs_of, kill_all

_KIBIBYTE = 2**10
_LONGEST_WAIT = 60
_GRACE = 0.02
_CHECKED = (".parquet", ".keras")
_HOUR = 3600


class NotInjectedError(Exception):
    """The run was over before the fault could strike."""


def kill_a_job(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Kill one of the running scripts."""

    def strike(process: subprocess.Popen[str]) -> None:
        jobs = jobs_of(process)
        if not jobs:
            raise NotInjectedError
        jobs[generator.integers(len(jobs))].send_signal(signal.SIGKILL)

    return _strike_at_a_random_moment(workspace, generator, strike, among_jobs=True)


def kill_everything(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Kill Snakemake with all its jobs."""
    return _strike_at_a_random_moment(workspace, generator, kill_all)


def kill_snakemake(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Kill Snakemake, while its jobs go on."""
    return _strike_at_a_random_moment(workspace, generator, lambda process: process.send_signal(signal.SIGKILL))


def interrupt(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Interrupt Snakemake and its jobs as Ctrl-C does."""
    return _strike_at_a_random_moment(workspace, generator, lambda process: os.killpg(process.pid, signal.SIGINT))


def _strike_at_a_random_moment(
    workspace: Workspace,
    generator: np.random.Generator,
    strike: Callable[[subprocess.Popen[str]], None],
    *,
    among_jobs: bool = False,
) -> tuple[str, Finished]:
    undone, seconds = undo_a_job(workspace, generator)
    process = workspace.start()
    if among_jobs:
        _wait_for(lambda: jobs_of(process) or process.poll() is not None)
        seconds -= 1
    moment = generator.uniform(0, max(seconds, 1))
    time.sleep(moment)
    if process.poll() is not None:
        raise NotInjectedError
    try:
        strike(process)
    except (NotInjectedError, psutil.NoSuchProcess):
        finish(process)
        raise NotInjectedError from None
    return f"{undone}, after {moment:.2f} s", finish(process)


def _wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + _LONGEST_WAIT
    while not condition() and time.monotonic() < end:
        time.sleep(_GRACE)


def undo_a_job(workspace: Workspace, generator: np.random.Generator) -> tuple[str, float]:
    """Delete what a job of a random rule wrote; return its name, and the seconds until Snakemake will have done it."""
    path = _any_file(workspace, generator, ("",))
    records = workspace.records()
    record = records[path.relative_to(workspace.folder)]
    for output, other in records.items():
        if other["log"] == record["log"]:
            (workspace.folder / output).unlink()
    return f"{record['rule']} undone", 4 + record["endtime"] - record["starttime"]


def fill_the_disk(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Leave no more than a few kibibytes of the disk free for the results."""
    undone, _ = undo_a_job(workspace, generator)
    free = int(generator.integers(1, 200))
    with _own_disk(workspace) as remount:
        remount(f"size={_used(workspace.results) + free * _KIBIBYTE}")
        finished = workspace.run()
    return f"{undone}, {free} KiB free", finished


def make_read_only(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Mount the results folder read-only."""
    undone, _ = undo_a_job(workspace, generator)
    with _own_disk(workspace) as remount:
        remount("ro")
        finished = workspace.run()
    return undone, finished


@contextmanager
def _own_disk(workspace: Workspace) -> Iterator[Callable[[str], None]]:
    """Keep the results on a disk in memory, and move them back."""
    results, aside = workspace.results, workspace.folder / "aside"
    results.rename(aside)
    results.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", results], check=True)
    subprocess.run(["cp", "-a", f"{aside}/.", results], check=True)
    subprocess.run(["rm", "-r", aside], check=True)

    def remount(options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", results], check=True)

    try:
        yield remount
    finally:
        subprocess.run(["cp", "-a", results, aside], check=True)
        subprocess.run(["umount", results], check=True)
        results.rmdir()
        aside.rename(results)


def _used(folder: Path) -> int:
    disk = os.statvfs(folder)
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize


def start_two_runs(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Start a second run while the first may be anywhere between its start and its end."""
    undone, seconds = undo_a_job(workspace, generator)
    first = workspace.start()
    moment = generator.uniform(0, seconds)
    time.sleep(moment)
    second = workspace.run()
    finished = finish(first)
    return f"{undone}, the second {moment:.2f} s later", finished if finished.status else second


def truncate_a_file(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Cut a result file off anywhere."""
    return _damage(workspace, generator, _cut)


def alter_a_byte(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Replace a byte of a result file by another."""
    return _damage(workspace, generator, _flip)


def delete_a_file(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Delete a result file."""
    path = _any_file(workspace, generator, ("",))
    path.unlink()
    return str(path.relative_to(workspace.results)), workspace.run()


def damage_unseen(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Alter a file that jobs read and that holds a checksum, leave its time as a failing disk does; let them run."""
    readers: list[Path] = []
    while not readers:
        path = _any_file(workspace, generator, _CHECKED)
        name = str(path.relative_to(workspace.folder))
        readers = [output for output, record in workspace.records().items() if name in record["input"]]
    before = path.stat()
    how = (_cut, _flip)[generator.integers(2)](path, generator)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    for output in readers:
        (workspace.folder / output).unlink()
    return f"{path.relative_to(workspace.results)} {how}, {len(readers)} files made from it undone", workspace.run()


def _damage(
    workspace: Workspace, generator: np.random.Generator, how: Callable[[Path, np.random.Generator], str]
) -> tuple[str, Finished]:
    path = _any_file(workspace, generator, ("",))
    done = how(path, generator)
    return f"{path.relative_to(workspace.results)} {done}", workspace.run()


def _any_file(workspace: Workspace, generator: np.random.Generator, endings: tuple[str, ...]) -> Path:
    """Return an output of a random rule, so that no rule with many files hides the others."""
    by_rule: dict[str, list[Path]] = {}
    for output, record in sorted(workspace.records().items()):
        if output.parts[0] == workspace.results.name and output.name.endswith(endings):
            by_rule.setdefault(record["rule"], []).append(workspace.folder / output)
    rule = sorted(by_rule)[generator.integers(len(by_rule))]
    return by_rule[rule][generator.integers(len(by_rule[rule]))]


def _cut(path: Path, generator: np.random.Generator) -> str:
    size = path.stat().st_size
    kept = int(generator.integers(size))
    os.truncate(path, kept)
    return f"cut to {kept} of {size} bytes"


def _flip(path: Path, generator: np.random.Generator) -> str:
    content = bytearray(path.read_bytes())
    place = int(generator.integers(len(content)))
    content[place] ^= int(generator.integers(1, 256))
    path.write_bytes(content)
    return f"altered at byte {place} of {len(content)}"


def set_the_clock_back(workspace: Workspace, generator: np.random.Generator) -> tuple[str, Finished]:
    """Leave the files with times ahead of the clock's."""
    hours = int(generator.integers(1, 25))
    for path in workspace.results.rglob("*"):
        ahead = path.stat().st_mtime + hours * _HOUR
        os.utime(path, (ahead, ahead))
    for output, record in workspace.records().items():
        if output.parts[0] == workspace.results.name:
            at = record.pop("at")
            at.write_text(json.dumps({**record, "endtime": (workspace.folder / output).stat().st_mtime}))
    undone, _ = undo_a_job(workspace, generator)
    return f"{undone}, the clock {hours} h back", workspace.run()


PROCESS_KINDS = {
    "a job killed": kill_a_job,
    "Snakemake and its jobs killed": kill_everything,
    "Snakemake killed, its jobs go on": kill_snakemake,
    "interrupted": interrupt,
    "two runs started": start_two_runs,
}
FILE_KINDS = {
    "a file cut off": truncate_a_file,
    "a byte altered": alter_a_byte,
    "a file deleted": delete_a_file,
    "a file damaged unseen": damage_unseen,
    "the clock set back": set_the_clock_back,
}
DISK_KINDS = {"the disk full": fill_the_disk, "the folder read-only": make_read_only}
"""These mount a disk, which takes root."""
