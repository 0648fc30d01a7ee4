"""The code that a job was planned with: what Snakemake records must be what ran."""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from deep_oversampling.errors import InputError
from deep_oversampling.fingerprint import PROJECT, code_files, fingerprint

PLANNED_AT = "DEEP_OVERSAMPLING_PLANNED_AT"
PLANNED_AGAIN = "DEEP_OVERSAMPLING_PLANNED_AGAIN"


def begin_planning(*, again: bool) -> None:
    """Tell this process's jobs when their run was planned.

    Parameters
    ----------
    again : bool
        Whether this isn't the run's own process, whose plan is what is recorded, but one that plans a single job of
        it anew, as on a cluster.
    """
    if again:
        os.environ[PLANNED_AGAIN] = "1"
    else:
        os.environ[PLANNED_AT] = f"{time.time()}"
        os.environ.pop(PLANNED_AGAIN, None)


def named_fingerprint(script: str, imported: Iterable[str] = (), project: Path = PROJECT) -> str:
    """Return a job's fingerprint behind the names of what it is of, which :func:`refuse_other_code` goes by.

    Parameters
    ----------
    script : str
    imported : iterable of str, default none
    project : Path, optional
    """
    imported = list(imported)
    return f"{' '.join([script, *imported])}: {fingerprint(script, imported, project)}"


def refuse_other_code(planned: str, project: Path = PROJECT) -> None:
    """Check that a job's code is still what it was when its run was planned.

    Parameters
    ----------
    planned : str
        What :func:`named_fingerprint` returned then.
    project : Path, optional

    Raises
    ------
    InputError
        If it has changed. Where the job has been planned again, so that ``planned`` isn't what will be recorded, any
        change of its files since then counts, comments included.
    """
    names, _, digest = planned.rpartition(": ")
    script, *imported = names.split()
    # A cluster may not hand this on; all that is left then is the job's own plan.
    planned_at = os.environ.get(PLANNED_AT)
    since = float(planned_at or 0)
    if not any(_changed(path, since) for path in _project_files(imported, project)):
        return
    changed = [path for path in code_files(script, imported, project) if _changed(path, since)]
    planned_again = PLANNED_AGAIN in os.environ and planned_at
    if changed and (planned_again or fingerprint(script, imported, project) != digest):
        raise InputError(f"{changed[0]} has changed since this run was planned; run again")


def _changed(path: Path, since: float) -> bool:
    """Return whether a file was written since; its inode's time can't be set back as the file's can."""
    return path.stat().st_ctime > since


def _project_files(imported: Iterable[str], project: Path) -> Iterator[Path]:
    """Yield the files among which the code is: looking at their times takes less than reading it."""
    for name in {"scripts", "deep_oversampling", *(dotted.partition(".")[0] for dotted in imported)}:
        files = (path for path in project.joinpath(name).rglob("*") if path.suffix != ".pyc")
        yield from (path for path in files if path.is_file())
        yield from project.glob(f"{name}.py")
