"""Reading IDX, the format that MNIST and its likes are published in."""

import math
from pathlib import Path

import numpy as np

from deep_oversampling.errors import InputError

_DIMENSIONS = {0x00000801: 1, 0x00000803: 3}
"""Dimensions by magic number: unsigned bytes of labels (2049) and of images (2051)."""

_WORD = 4


def parse_idx(content: bytes, origin: str | Path) -> np.ndarray:
    """Turn the bytes of an unpacked IDX file into an array.

    Parameters
    ----------
    content : bytes
        The whole file.
    origin : str or Path
        Where the bytes come from, for error messages.

    Returns
    -------
    ndarray of shape (n_labels,) or (n_images, height, width), dtype uint8
        Labels, or pixels from 0 to 255. A view of ``content``, so read-only.

    Raises
    ------
    InputError
        If the magic number is another, a dimension is impossible or the length disagrees with them.
    """
    magic = int.from_bytes(content[:_WORD], "big")
    if len(content) < _WORD or magic not in _DIMENSIONS:
        raise InputError(f"{origin} is no IDX file of images or labels; fetch the data set again")
    start = _WORD * (1 + _DIMENSIONS[magic])
    if len(content) < start:
        raise InputError(f"{origin} ends within its header; fetch the data set again")
    shape = tuple(int(size) for size in np.frombuffer(content[_WORD:start], ">u4"))
    if 0 in shape[1:]:
        raise InputError(f"{origin} has images without pixels; fetch the data set again")
    expected = start + math.prod(shape)
    if len(content) != expected:
        raise InputError(f"{origin} has {len(content)} bytes, expected {expected}; fetch the data set again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_idx(path: str | Path) -> np.ndarray:
    """Read an unpacked IDX file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    ndarray of shape (n_labels,) or (n_images, height, width), dtype uint8
        As :func:`parse_idx` gives.

    Raises
    ------
    InputError
        If the file can't be read or isn't a whole IDX file of images or labels.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; fetch the data set again") from error
    return parse_idx(content, path)
