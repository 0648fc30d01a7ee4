"""Trained networks as ``.keras`` files that are the same bytes for the same weights."""

import json
import re
import tempfile
import zipfile
from pathlib import Path

import keras

from deep_oversampling.checksum import PLACE, seal
from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.storage import ARCHIVED_PROVENANCE, read_provenance, replacing

_EPOCH = (1980, 1, 1, 0, 0, 0)
_KERAS_ERRORS = (AttributeError, LookupError, OSError, TypeError, ValueError, zipfile.BadZipFile)


def save_network(path: str | Path, network: keras.Model, provenance: Provenance) -> None:
    """Write a network with its provenance and a checksum of the whole file, atomically, without time stamps.

    Parameters
    ----------
    path : str or Path
        Ends in ``.keras``; any Keras loads it, on any backend.
    network : keras.Model
        What to keep.
    provenance : Provenance
        Kept as ``provenance.json`` inside the archive.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    with replacing(path) as plain, tempfile.TemporaryDirectory() as folder:
        stamped = Path(folder) / plain.name
        network.save(stamped)
        _make_reproducible(stamped, plain, provenance)
        plain.write_bytes(seal(plain.read_bytes()))


def _make_reproducible(source: Path, destination: Path, provenance: Provenance) -> None:
    with zipfile.ZipFile(source) as stamped, zipfile.ZipFile(destination, "w") as plain:
        for name in stamped.namelist():
            content = stamped.read(name)
            if name == "metadata.json":
                metadata = json.loads(content)
                metadata.pop("date_saved", None)
                content = json.dumps(metadata, sort_keys=True).encode()
            if name == "config.json":
                content = _number_shared_objects(content)
            plain.writestr(zipfile.ZipInfo(name, _EPOCH), content)
        plain.writestr(zipfile.ZipInfo(ARCHIVED_PROVENANCE, _EPOCH), provenance.to_json())
        plain.comment = PLACE


def _number_shared_objects(config: bytes) -> bytes:
    """Replace what Keras calls shared objects by, their addresses in memory, by numbers from 1."""
    numbers: dict[bytes, int] = {}

    def numbered(found: re.Match[bytes]) -> bytes:
        return b"%s%d" % (found[1], numbers.setdefault(found[2], len(numbers) + 1))

    return re.sub(rb'("shared_object_id": )(\d+)', numbered, config)


def load_network(path: str | Path) -> tuple[keras.Model, Provenance]:
    """Read what :func:`save_network` wrote, in Keras's safe mode.

    Raises
    ------
    InputError
        If the file is missing, truncated, altered, no such archive, or holds code or another Keras's layers; or if it
        can't be read.
    """
    provenance = read_provenance(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True), provenance
    except _KERAS_ERRORS as error:
        # A disk that fails or too many open files, and not what is in the file.
        if isinstance(error, OSError) and error.strerror:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
        raise InputError(f"Keras {keras.__version__} refuses {path}; delete it and run again") from error
