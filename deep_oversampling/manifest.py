"""The list of skewed sets that lets others use the very same ones."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from deep_oversampling.errors import InputError
from deep_oversampling.schemas import MANIFEST
from deep_oversampling.storage import ImageSet, read_images, read_provenance


def manifest(paths: Iterable[str | Path]) -> pd.DataFrame:
    """List skewed sets, one row for each class.

    Parameters
    ----------
    paths : iterable of str or Path
        Files written by the ``skew`` rule.

    Returns
    -------
    pandas.DataFrame
        The columns of :data:`deep_oversampling.schemas.MANIFEST`.

    Raises
    ------
    InputError
        If a file is missing, truncated, altered or no skewed set.
    """
    return pd.DataFrame([row for path in paths for row in _rows(Path(path))], columns=MANIFEST.names)


def _rows(path: Path) -> list[dict[str, object]]:
    provenance = read_provenance(path)
    if provenance.kind != "skewed":
        raise InputError(f"{path} holds no skewed set but is of kind {provenance.kind!r}; leave it out of the manifest")
    skewed = read_images(path)
    common = {
        **{key: provenance.settings[key] for key in ("dataset", "minority", "imbalance_ratio", "replicate")},
        "seed": provenance.seed,
        "images_sha256": images_digest(skewed),
        "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "file": str(path),
    }
    labels, counts = np.unique(skewed.labels, return_counts=True)
    return [{**common, "class": label, "count": count} for label, count in zip(labels, counts, strict=True)]


def images_digest(image_set: ImageSet) -> str:
    """Return the SHA-256 of the pixels followed by the labels, in hexadecimal."""
    return hashlib.sha256(image_set.images.tobytes() + image_set.labels.tobytes()).hexdigest()
