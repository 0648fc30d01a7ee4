"""Where results may be kept."""

import os
from pathlib import Path

from deep_oversampling.errors import InputError

CONTENTS = (
    *("data", "skewed", "generators", "synthetic", "scores", "extractors", "fid", "timings", "tables", "figures"),
    *("logs", "benchmarks", "dag", "index.html", "report.html", "benchmarks.csv", "benchmarks.json"),
)
"""What a results folder may hold at its top."""
_NOBODYS = "lost+found"


def check_place(results: str | Path) -> None:
    """Refuse a results folder whose files would mix with others.

    Parameters
    ----------
    results : str or Path
        Relative to the working folder.

    Raises
    ------
    InputError
        If it is a file or in one, can't be written, holds the working folder, or has files none of which are results.
    """
    try:
        folder = Path(results).resolve()
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        names = {path.name for path in folder.glob("[!.]*")} - {_NOBODYS}
    except (OSError, RuntimeError) as error:
        raise InputError(f"config: results_dir: {results} cannot be looked into ({error}); name another") from error
    if not existing.is_dir() or (Path(results).is_symlink() and existing != folder):
        raise InputError(f"config: results_dir: {results} leads to no folder; name another")
    if Path.cwd().is_relative_to(folder):
        raise InputError(f"config: results_dir: {results} has the project itself in it; name a folder of its own")
    if not os.access(existing, os.W_OK):
        raise InputError(f"config: results_dir: {existing} cannot be written; make it writable, or name another folder")
    if names and names.isdisjoint(CONTENTS):
        raise InputError(f"config: results_dir: {results} has other files in it; name a new or an empty folder")


def results_name(results: str) -> str:
    """Return the one spelling of a results folder that Snakemake is to know its files by.

    Parameters
    ----------
    results : str
        Relative to the working folder, or absolute.

    Returns
    -------
    str
        Without ``.``, ``..`` and slashes that needn't be; relative where it is inside the working folder.
    """
    inside = os.path.relpath(results)
    return os.path.normpath(results) if Path(inside).parts[:1] == (os.pardir,) else inside
