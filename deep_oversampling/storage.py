"""Reading and writing of Parquet: whole or not at all, checked, with provenance."""

import glob
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from deep_oversampling.checksum import PLACE, is_sealed, is_whole, seal
from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import image_schema

_METADATA_KEY = b"deep_oversampling"
_CHECKSUM_KEY = b"deep_oversampling_checksum"
_PARQUET_MAGIC = b"PAR1"
ARCHIVED_PROVENANCE = "provenance.json"
"""Where a generator's archive holds how it was made."""


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` that takes its place once the block has succeeded.

    Parameters
    ----------
    path : str or Path
        The file to be written.

    Yields
    ------
    Path
        A path in the same folder with the same suffix; removed if the block raises. What a killed process has left of
        its own is removed before.

    Raises
    ------
    InputError
        If the disk is full or the folder can't be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise _cannot_write(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes were writing to take the place of ``path``."""
    for leftover in path.parent.glob(f".{glob.escape(path.stem)}.*{glob.escape(path.suffix)}"):
        leftover.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot write {path}: {error.strerror or error}; free space or change results_dir")


def write_table(path: str | Path, content: pa.Table | pd.DataFrame, schema: pa.Schema, provenance: Provenance) -> None:
    """Write a table atomically, with its provenance and a checksum of the whole file.

    Parameters
    ----------
    path : str or Path
        Where to write.
    content : pyarrow.Table or pandas.DataFrame
        The rows; must have every column of ``schema``.
    schema : pyarrow.Schema
        One of :mod:`deep_oversampling.schemas`.
    provenance : Provenance
        How the rows were made.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    if isinstance(content, pd.DataFrame):
        content = pa.Table.from_pandas(content, schema=schema, preserve_index=False)
    table = content.cast(schema).replace_schema_metadata(
        {_METADATA_KEY: provenance.to_json().encode(), _CHECKSUM_KEY: PLACE}
    )
    with pa.BufferOutputStream() as stream:
        pq.write_table(table, stream, compression="zstd", write_page_checksum=True)
        sealed = seal(stream.getvalue().to_pybytes())
    with replacing(path) as temporary:
        temporary.write_bytes(sealed)


def read_bytes(path: str | Path, verb: str = "makes") -> bytes:
    """Return what is in a file; raises InputError, naming the rule that ``verb`` it, if it can't be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; run the rule that {verb} it") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _read_sealed(path: str | Path) -> bytes:
    """Return a file's bytes if they are as they were written.

    The checksums of Parquet's pages cover neither page headers nor the footer, where types, counts and provenance are.
    """
    content = read_bytes(path)
    if content[:4] != _PARQUET_MAGIC or content[-4:] != _PARQUET_MAGIC:
        raise damaged(path)
    if not is_sealed(content):
        raise InputError(f"{path} was not written by deep-oversampling; delete it and run again")
    if not is_whole(content):
        raise damaged(path)
    return content


def write_rows(path: str | Path, rows: Sequence[dict[str, Any]], schema: pa.Schema, provenance: Provenance) -> None:
    """Write rows given as dicts; see :func:`write_table`."""
    write_table(path, pa.Table.from_pylist(list(rows), schema), schema, provenance)


def write_csv(path: str | Path, frame: pd.DataFrame) -> None:
    """Write a table for people to open, atomically; raises as :func:`write_table` does."""
    with replacing(path) as temporary:
        frame.to_csv(temporary, index=False)


def read_table(path: str | Path, schema: pa.Schema | None = None) -> pa.Table:
    """Read a table written by :func:`write_table`, verifying its checksum and columns.

    Parameters
    ----------
    path : str or Path
        What to read.
    schema : pyarrow.Schema, optional
        The columns it must have; unchecked when left out.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        If the file is missing, truncated, altered or of another kind.
    """
    table = pq.read_table(pa.BufferReader(_read_sealed(path)))
    if schema is not None and not table.schema.remove_metadata().equals(schema.remove_metadata()):
        raise InputError(f"{path} has other columns than expected, from another version? Delete it and run again")
    return table


def damaged(path: str | Path) -> InputError:
    """Return the error of a file whose checksum isn't its own."""
    return InputError(f"{path} is truncated or altered; delete it and run again")


def read_frame(path: str | Path, schema: pa.Schema | None = None) -> pd.DataFrame:
    """Read a table as :func:`read_table` does, into pandas."""
    return read_table(path, schema).to_pandas()


def read_provenance(path: str | Path) -> Provenance:
    """Return how a Parquet file or a generator was made; raises :class:`InputError` as :func:`read_table` does."""
    if Path(path).suffix == ".keras":
        return _read_archive_provenance(path)
    metadata = pq.read_schema(pa.BufferReader(_read_sealed(path))).metadata
    return Provenance.from_json(metadata[_METADATA_KEY].decode())


def _read_archive_provenance(path: str | Path) -> Provenance:
    if not is_whole(read_bytes(path, "trains")):
        raise damaged(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return Provenance.from_json(archive.read(ARCHIVED_PROVENANCE).decode())
    except (InputError, KeyError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} does not say how it was made; delete it and run again") from error


def content_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's rows, without provenance and without what a clock measured."""
    table = read_table(path)
    kept = [field.name for field in table.schema if not (field.metadata and b"measured" in field.metadata)]
    sink = hashlib.sha256()
    canonical = table.select(kept).replace_schema_metadata(None).combine_chunks()
    with pa.BufferOutputStream() as stream:
        with pa.ipc.new_stream(stream, canonical.schema) as writer:
            writer.write_table(canonical)
        sink.update(stream.getvalue())
    return sink.hexdigest()


@dataclass(frozen=True)
class ImageSet:
    """Grey images with their labels.

    Attributes
    ----------
    images : ndarray of shape (n_images, n_pixels), dtype uint8
        One image a row, 0 black to 255 white.
    labels : ndarray of shape (n_images,), dtype uint8
        The classes.
    source_index : ndarray of shape (n_images,), dtype uint32, or None
        Positions in the original set; None for synthetic images and for no images at all.
    """

    images: np.ndarray
    labels: np.ndarray
    source_index: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def scaled(self) -> np.ndarray:
        """Return the images as float32 in [0, 1], shape (n_images, n_pixels)."""
        return self.images.astype(np.float32) / np.float32(255)


def write_images(path: str | Path, image_set: ImageSet, provenance: Provenance) -> None:
    """Write a set of images atomically; raises as :func:`write_table` does."""
    schema = image_schema(image_set.images.shape[1])
    pixels = pa.py_buffer(np.ascontiguousarray(image_set.images, dtype=np.uint8))
    images = pa.FixedSizeBinaryArray.from_buffers(schema.field("image").type, len(image_set), [None, pixels])
    if image_set.source_index is None:
        source = pa.nulls(len(image_set), pa.uint32())
    else:
        source = pa.array(image_set.source_index, pa.uint32())
    labels = pa.array(image_set.labels, pa.uint8())
    write_table(path, pa.Table.from_arrays([images, labels, source], schema=schema), schema, provenance)


def read_images(path: str | Path) -> ImageSet:
    """Read what :func:`write_images` wrote; raises :class:`InputError` as :func:`read_table` does."""
    table = read_table(path)
    if table.column_names != image_schema(1).names:
        raise InputError(f"{path} holds no images; delete it and run again")
    column = table["image"].combine_chunks()
    n_pixels = column.type.byte_width
    pixels = np.frombuffer(column.buffers()[1], np.uint8) if len(column) else np.empty(0, np.uint8)
    source = table["source_index"]
    return ImageSet(
        images=pixels.reshape(-1, n_pixels),
        labels=table["label"].to_numpy(),
        source_index=None if source.null_count == len(source) else source.to_numpy(),
    )
