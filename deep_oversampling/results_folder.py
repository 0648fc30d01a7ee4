"""What a results folder looks like before a run: files that aren't as their jobs left them, another version's work."""

import json
import os
import time
from ast import literal_eval
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deep_oversampling import __version__
from deep_oversampling.errors import InputError
from deep_oversampling.storage import read_provenance

SNAKEMAKE = Path(".snakemake")


def set_right(results: str | Path) -> list[str]:
    """Set right what a run would stumble over in a results folder, and say what was found.

    See :func:`bring_to_the_present`, :func:`mark_altered`, :func:`other_version`.

    Parameters
    ----------
    results : str or Path

    Returns
    -------
    list of str
        A line each.
    """
    early = bring_to_the_present()
    lines = [f"{early} files are from the future, for the clock was set back; now they are from now"] if early else []
    lines += [f"{path} is not as its job left it; what needs it makes it anew" for path in mark_altered(results)]
    if made_by := other_version(results):
        lines.append(
            f"{results} was begun by deep-oversampling {made_by}, this is {__version__}; what runs again are jobs whose"
            " code or settings have changed"
        )
    return lines


def bring_to_the_present(snakemake: Path = SNAKEMAKE) -> int:
    """Give the present time to files that a clock which was ahead has dated.

    Snakemake refuses a job's files if they are older than what they were made from. Files of a run that is going on are
    left alone.

    Parameters
    ----------
    snakemake : Path, default=.snakemake
        Where Snakemake keeps its records, in which the time is changed too.

    Returns
    -------
    int
        How many files there were.
    """
    now, early = time.time(), 0
    for record, output in _unlocked(snakemake):
        # A run may have ended, or begun, since.
        with suppress(FileNotFoundError):
            early += _bring_to(now, record, output)
    return early


def _bring_to(now: float, record: Path, output: Path) -> bool:
    if output.stat().st_mtime <= now:
        return False
    was_recorded = _recorded_time(record) == output.stat().st_mtime
    os.utime(output, (now, now))
    if was_recorded:
        record.write_text(json.dumps({**json.loads(record.read_text()), "endtime": output.stat().st_mtime}))
    return True


def mark_altered(results: str | Path, snakemake: Path = SNAKEMAKE) -> list[Path]:
    """Have Snakemake make those files anew that were altered after their jobs had ended.

    Snakemake keeps when each file was last written and what its job was given. One with another time must be whole by
    its own checksum and made with those settings, else it is another's, such as a backup's or that of a job which
    outlived its run; a text or a picture, which tells nothing of this, counts as altered. Files of a run that is going
    on, whose jobs are writing, are left alone.

    Parameters
    ----------
    results : str or Path
        The results folder; files elsewhere are left alone.
    snakemake : Path, default=.snakemake
        Where Snakemake keeps its records.

    Returns
    -------
    list of Path
        The altered files, marked as incomplete, sorted.
    """
    altered = {}
    for record, output in _unlocked(snakemake):
        # A run may have ended, or begun, since.
        with suppress(FileNotFoundError):
            if output.is_relative_to(results) and not _is_as_recorded(record, output):
                altered[output] = snakemake / "incomplete" / record.relative_to(snakemake / "metadata")
    for output in altered.keys() & _locked(snakemake):
        del altered[output]
    for marker in altered.values():
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.write_text(json.dumps({"external_jobid": None}))
    return sorted(altered)


def _locked(snakemake: Path) -> set[Path]:
    """Return the files that runs under way read or write."""
    locked: set[Path] = set()
    for lock in snakemake.glob("locks/*.lock"):
        with suppress(FileNotFoundError):
            locked.update(map(Path, lock.read_text().splitlines()))
    return locked


def _unlocked(snakemake: Path) -> Iterator[tuple[Path, Path]]:
    locked = _locked(snakemake)
    for record, output in records(snakemake / "metadata"):
        if output.is_file() and output not in locked:
            yield record, output


def records(metadata: Path) -> Iterator[tuple[Path, Path]]:
    """Yield Snakemake's records of what its jobs wrote, each with the path that its own path spells.

    Parameters
    ----------
    metadata : Path
        Snakemake's folder of them.

    Yields
    ------
    record, output : Path
        The output as in the workflow: in its folder, which needn't be this process's.
    """
    for record in metadata.rglob("*"):
        encoded = "".join(part.removeprefix("@") for part in record.relative_to(metadata).parts)
        try:
            output = Path(urlsafe_b64decode(encoded).decode())
        except ValueError:
            # Not Snakemake's.
            continue
        if record.is_file():
            yield record, output


def _is_as_recorded(record: Path, output: Path) -> bool:
    # Without a time there is nothing to compare with.
    return _recorded_time(record) in (None, output.stat().st_mtime) or _is_of_the_job(record, output)


def _is_of_the_job(record: Path, output: Path) -> bool:
    """Return whether a file is whole and was made with the settings that its job was given."""
    try:
        made = read_provenance(output)
    except InputError:
        return False
    params = list(_recorded_params(record))
    if made.settings in params:
        return True
    # A network says more than its job was given, and with what seed it was trained.
    given = [each for each in params if isinstance(each, dict)]
    return made.seed in params and any(made.settings.items() >= settings.items() for settings in given)


def _recorded_params(record: Path) -> Iterator[object]:
    for param in json.loads(record.read_text())["params"]:
        # Some are text of Snakemake's own.
        with suppress(ValueError, SyntaxError):
            yield literal_eval(param)


def _recorded_time(record: Path) -> float | None:
    try:
        return json.loads(record.read_text())["endtime"]
    except (ValueError, KeyError, TypeError):
        return None


def other_version(results: str | Path) -> str | None:
    """Return the version that a results folder was made by, if it isn't this one.

    Parameters
    ----------
    results : str or Path

    Returns
    -------
    str or None
        Of its data sets, from which all else was made.
    """
    for path in sorted(Path(results).glob("data/*/*.parquet")):
        try:
            made_by = read_provenance(path).versions.get("deep-oversampling", "unknown")
        except InputError:
            continue
        return None if made_by == __version__ else made_by
    return None
