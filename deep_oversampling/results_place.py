"""Where results may be kept."""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from deep_oversampling.errors import InputError
from deep_oversampling.fingerprint import PROJECT

CONTENTS = (
    *("data", "skewed", "generators", "synthetic", "scores", "extractors", "fid", "timings", "tables", "figures"),
    *("logs", "benchmarks", "dag", "index.html", "report.html", "benchmarks.csv", "benchmarks.json"),
)
"""What a results folder may hold at its top."""
SOURCES = (
    *(".ci", ".venv", "benchmarks", "container", "deep_oversampling", "docs", "envs", "faults", "presets", "profiles"),
    *("report", "requirements", "rules", "schemas", "scripts", "tests"),
)
"""The folders of a checkout of the project."""
_KEPT_BY_OTHERS = (".git", ".snakemake", "resources")
_HARMLESS = (
    *("lost+found", ".DS_Store", "._*", ".nfs*", ".fuse_hidden*", ".Trash*", ".directory", "Thumbs.db", "desktop.ini"),
    *(".gitignore", ".gitkeep", ".snakemake_timestamp", ".ipynb_checkpoints", ".~lock.*"),
)
_BEGUN = "logs"
_NAMED = 3


def check_place(results: str | Path) -> None:
    """Refuse a results folder whose files would mix with others.

    Parameters
    ----------
    results : str or Path
        Relative to the working folder.

    Raises
    ------
    InputError
        If it is a file or in one, can't be written, holds the working folder or the project, is in one of the
        project's own folders, or has anything in it that isn't a result before a run has begun there.
    """
    try:
        folder = Path(results).resolve()
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        foreign = _foreign(folder)
        own = {path.resolve() for path in _own_folders()}
    except (OSError, RuntimeError) as error:
        raise InputError(f"config: results_dir: {results} cannot be looked into ({error}); name another") from error
    if not existing.is_dir() or (Path(results).is_symlink() and existing != folder):
        raise InputError(f"config: results_dir: {results} leads to no folder; name another")
    if any(path.is_relative_to(folder) for path in own - {folder}):
        raise InputError(f"config: results_dir: {results} has the project itself in it; name a folder of its own")
    if any(folder.is_relative_to(path) for path in own):
        raise InputError(f"config: results_dir: {results} is among the project's own files; name a folder of its own")
    if not os.access(existing, os.W_OK):
        raise InputError(f"config: results_dir: {existing} cannot be written; make it writable, or name another folder")
    if foreign:
        raise InputError(
            f"config: results_dir: {results} has other files in it ({', '.join(foreign[:_NAMED])}"
            f"{', …' if len(foreign) > _NAMED else ''}); name a new or an empty folder"
        )


def _foreign(folder: Path) -> list[str]:
    """Return the names that keep a folder from becoming one of results, sorted; one that is may hold a user's notes."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if _BEGUN in names:
        return []
    return sorted(
        name for name in names - set(CONTENTS) if not any(fnmatchcase(name, pattern) for pattern in _HARMLESS)
    )


def _own_folders() -> Iterator[Path]:
    """Yield folders, be they there or not, that are git's, Snakemake's, of downloads or of the project's code."""
    for root in (Path.cwd(), PROJECT):
        # Neither an installed library's folder nor a working folder elsewhere is a checkout.
        is_checkout = (root / "Snakefile").exists()
        yield from (root / name for name in (_KEPT_BY_OTHERS + SOURCES if is_checkout else _KEPT_BY_OTHERS))


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
