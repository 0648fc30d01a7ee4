"""Moving a trained classifier's decisions towards rare classes (Menon et al., ICLR 2021)."""

from collections.abc import Sequence

import numpy as np
from scipy.special import softmax

from deep_oversampling.classifier.weight_search import minority_f1

STRENGTHS = np.arange(51) / 10
"""The candidates for τ when it is tuned: networks that know their training set by heart take more than 1."""


def adjust(probabilities: np.ndarray, class_shares: np.ndarray, strength: float) -> np.ndarray:
    """Return probabilities after τ log π has been taken from their logarithms.

    Parameters
    ----------
    probabilities : ndarray of shape (n_images, n_classes)
        p(y | x) of a classifier.
    class_shares : ndarray of shape (n_classes,)
        π: the share of each class in the real images that the classifier was trained on, above 0.
    strength : float
        τ: 0 leaves the probabilities as they are; 1 gives those under equally frequent classes, if the classifier
        knows of no others than the real images.

    Returns
    -------
    ndarray of shape (n_images, n_classes)
        Rows sum to 1.
    """
    if strength == 0:
        # Logarithms and back would part equal probabilities by a rounding, and forests give many.
        return probabilities
    smallest = np.finfo(np.float32).tiny
    scores = np.log(np.maximum(probabilities, smallest), dtype=np.float64) - strength * np.log(class_shares)
    return softmax(scores, axis=1)


def tune_strength(
    held_out: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], minority: Sequence[int]
) -> tuple[float, np.ndarray]:
    """Choose τ by the minority classes' F1 on held-out images.

    Parameters
    ----------
    held_out : sequence of (probabilities, class_shares, labels)
        Of each validation fold: what the classifier trained without it says, the shares it was trained on, the truth.
    minority : sequence of int

    Returns
    -------
    strength : float
        The candidate with the best mean over the folds, the smallest of equals.
    scores : ndarray of shape (n_candidates, n_folds)
        The F1 of each of :data:`STRENGTHS` on each fold.
    """
    scores = np.array(
        [
            [
                minority_f1(labels, adjust(probabilities, shares, strength).argmax(axis=1), minority)
                for probabilities, shares, labels in held_out
            ]
            for strength in STRENGTHS
        ]
    )
    return float(STRENGTHS[scores.mean(axis=1).argmax()]), scores
