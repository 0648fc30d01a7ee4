"""Images that several classifiers draw their training sets from, and what each image weighs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from deep_oversampling.storage import ImageSet


@dataclass(frozen=True)
class TrainingPool:
    """Real and synthetic images in one numbering.

    Attributes
    ----------
    images : ndarray of shape (n_images, n_pixels), dtype uint8
        0 black to 255 white.
    labels : ndarray of shape (n_images,), dtype uint8
    synthetic : ndarray of shape (n_images,), dtype bool
    """

    images: np.ndarray
    labels: np.ndarray
    synthetic: np.ndarray

    @classmethod
    def join(cls, real: ImageSet, synthetic: Sequence[ImageSet]) -> "TrainingPool":
        """Put a real set and synthetic ones behind each other."""
        parts = [real, *synthetic]
        return cls(
            images=np.concatenate([part.images for part in parts]),
            labels=np.concatenate([part.labels for part in parts]),
            synthetic=np.arange(sum(map(len, parts))) >= len(real),
        )

    def class_weights(self, rows: np.ndarray, n_classes: int, balanced: bool) -> np.ndarray:
        """Return what an image of each class weighs in a training set, before it counts whether it is synthetic.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,)
            The training set, as positions in the pool.
        n_classes : int
        balanced : bool
            Whether every class weighs the same in all, as scikit-learn's ``class_weight="balanced"`` has it.

        Returns
        -------
        ndarray of shape (n_classes,), dtype float64
            1 throughout unless balanced.
        """
        weights = np.ones(n_classes)
        if balanced:
            present = np.unique(self.labels[rows])
            weights[present] = compute_class_weight("balanced", classes=present, y=self.labels[rows])
        return weights


@dataclass(frozen=True)
class Fit:
    """One classifier to be trained, and what it is to classify.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,)
        The training set, as positions in a pool.
    synthetic_weight : float
        Sample weight of its synthetic images; real ones weigh 1.
    seed : int
        Of everything random in the training.
    images : ndarray of shape (n_images, n_pixels), dtype uint8
        What to classify.
    """

    rows: np.ndarray
    synthetic_weight: float
    seed: int
    images: np.ndarray


def class_shares(pool: TrainingPool, rows: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the share of each class in the real images of a training set, shape (n_classes,), sum 1."""
    real = rows[~pool.synthetic[rows]]
    return np.bincount(pool.labels[real], minlength=n_classes) / len(real)
