"""The networks whose features an FID can compare."""

from pathlib import Path
from typing import Protocol

import numpy as np

from deep_oversampling.errors import InputError


class Extractor(Protocol):
    """A network that turns images into feature vectors."""

    name: str

    def features(self, images: np.ndarray, image_shape: tuple[int, int] = (28, 28)) -> np.ndarray:
        """Return float32 features, shape (n_images, n_features), of bytes of shape (n_images, n_pixels)."""


def load_extractor(name: str, path: str | Path) -> Extractor:
    """Load an extractor from its weights.

    Parameters
    ----------
    name : {"inception", "lenet"}
    path : str or Path
        The weights: the TorchScript file of the 2015 Inception network, or a trained LeNet.

    Returns
    -------
    Extractor

    Raises
    ------
    InputError
        If there is no such extractor, or its file is damaged.
    """
    if name == "inception":
        from deep_oversampling.fid.inception import InceptionExtractor

        return InceptionExtractor(path)
    if name == "lenet":
        from deep_oversampling.fid.lenet import LeNetExtractor
        from deep_oversampling.network_archive import load_network

        return LeNetExtractor(load_network(path)[0])
    raise InputError(f"unknown extractor {name!r}; known: inception, lenet")
