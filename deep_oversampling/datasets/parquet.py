"""Turning a data set's original files into sets of images."""

from pathlib import Path

import numpy as np

from deep_oversampling.datasets.catalogue import SPLITS, Dataset
from deep_oversampling.datasets.idx import parse_idx
from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet


def convert(folder: str | Path, dataset: Dataset, split: str) -> ImageSet:
    """Read one split of a fetched data set, verifying its files again.

    Parameters
    ----------
    folder : str or Path
        Where :func:`deep_oversampling.datasets.fetch.fetch` put the files.
    dataset : Dataset
        What they are.
    split : {"train", "test"}
        Which half.

    Returns
    -------
    ImageSet
        In the original order, ``source_index`` counting from 0.

    Raises
    ------
    InputError
        If the split is unknown, or a file is missing, altered or not what the data set's images are.
    """
    if split not in SPLITS:
        raise InputError(f"unknown split {split!r}; known are {', '.join(SPLITS)}")
    images, labels = (_read_verified(Path(folder), dataset, name) for name in SPLITS[split])
    if images.shape != (len(labels), *dataset.image_shape) or labels.ndim != 1:
        raise InputError(f"{folder} has images of shape {images.shape} and labels of shape {labels.shape} for {split}")
    return ImageSet(
        images=images.reshape(len(labels), -1),
        labels=labels,
        source_index=np.arange(len(labels), dtype=np.uint32),
    )


def _read_verified(folder: Path, dataset: Dataset, name: str) -> np.ndarray:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; fetch {dataset.name} again") from error
    if mismatch := dataset.mismatch(name, content):
        raise InputError(f"{path} was altered: {mismatch}; delete it and fetch {dataset.name} again")
    return parse_idx(content, path)
