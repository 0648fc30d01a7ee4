"""Precision, recall and F1 on the test set, averaged as in the paper's Tables 5 to 8."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from deep_oversampling.errors import InputError

SCOPES = ("minority", "majority", "overall")
"""Which classes an average is over, in the order of the paper's columns."""


@dataclass(frozen=True)
class ClassMetrics:
    """How well each class is told from the others.

    Attributes
    ----------
    precision : ndarray of shape (n_classes,), dtype float64
        Share of the images given the class that are of it, 0 to 1; 0 where none was given it.
    recall : ndarray of shape (n_classes,), dtype float64
        Share of the class's images that were given it, 0 to 1; 0 where it has none.
    f1 : ndarray of shape (n_classes,), dtype float64
        Harmonic mean of the two, 0 to 1; 0 where both are.
    support : ndarray of shape (n_classes,), dtype int64
        Images of the class.
    """

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray


@dataclass(frozen=True)
class Averages:
    """Metrics averaged over the classes of one scope.

    Attributes
    ----------
    precision, recall, f1 : float
        0 to 1. ``f1`` is the average of the classes' F1, not the harmonic mean of the other two.
    """

    precision: float
    recall: float
    f1: float


def class_metrics(confusion: Sequence[Sequence[int]] | np.ndarray) -> ClassMetrics:
    """Return each class's precision, recall and F1.

    Parameters
    ----------
    confusion : array-like of shape (n_classes, n_classes)
        Images by true class (rows) and predicted class (columns); also as an array of arrays, which
        pandas reads from a file of :data:`deep_oversampling.schemas.SCORE`.

    Returns
    -------
    ClassMetrics
    """
    counts = np.vstack(list(confusion))
    correct, support, predicted = np.diagonal(counts), counts.sum(axis=1), counts.sum(axis=0)
    return ClassMetrics(
        precision=_share(correct, predicted),
        recall=_share(correct, support),
        f1=_share(2 * correct, support + predicted),
        support=support,
    )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)


def scope_averages(confusion: Sequence[Sequence[int]] | np.ndarray, minority: Collection[int]) -> dict[str, Averages]:
    """Average the metrics over the minority classes, the majority classes and all of them.

    A class counts by its images in the first two averages and like any other in the last. The paper
    leaves the weighting of its Tables 5 to 8 open (section 4.3); this is the one that fits them.

    Parameters
    ----------
    confusion : array-like of shape (n_classes, n_classes)
        As for :func:`class_metrics`.
    minority : collection of int
        The minority classes m; all others are majority classes M.

    Returns
    -------
    dict of str to Averages
        By scope, in the order of :data:`SCOPES`. A scope without classes is left out; one whose
        classes have no images averages to 0.

    Raises
    ------
    InputError
        If a minority class is outside the matrix.
    """
    metrics = class_metrics(confusion)
    n_classes = len(metrics.support)
    outside = sorted(set(minority) - set(range(n_classes)))
    if outside:
        raise InputError(f"minority class {outside[0]} is outside the scored classes 0 to {n_classes - 1}")
    weights = {"minority": metrics.support, "majority": metrics.support, "overall": 1}
    return {
        scope: _weighted(metrics, members * weights[scope])
        for scope, members in scope_members(n_classes, minority).items()
    }


def scope_members(n_classes: int, minority: Collection[int]) -> dict[str, np.ndarray]:
    """Return which classes each scope has, bool of shape (n_classes,); a scope without classes is left out."""
    is_minority = np.isin(np.arange(n_classes), list(minority))
    members = (is_minority, ~is_minority, np.ones(n_classes, dtype=bool))
    return {scope: classes for scope, classes in zip(SCOPES, members, strict=True) if classes.any()}


def _weighted(metrics: ClassMetrics, weights: np.ndarray) -> Averages:
    total = max(weights.sum(), 1)
    return Averages(*(float(weights @ values / total) for values in (metrics.precision, metrics.recall, metrics.f1)))


def lift_percent(f1: float, f1_smote: float) -> float:
    """Return by how much a method's overall F1 is above SMOTE's (the paper's "Lift %", section 4.3).

    Parameters
    ----------
    f1 : float
        The method's.
    f1_smote : float
        SMOTE's on the same data.

    Returns
    -------
    float
        Percent of SMOTE's, below 0 where the method is worse; NaN where SMOTE's is 0 or NaN.
    """
    return (f1 - f1_smote) / f1_smote * 100 if f1_smote else math.nan


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Return by how much a classifier's confidence is off (expected calibration error; Guo et al., ICML 2017).

    Parameters
    ----------
    probabilities : ndarray of shape (n_images, n_classes)
    labels : ndarray of shape (n_images,)
    bins : int, default=15
        Equally wide intervals of the confidence, the probability of the class that is chosen.

    Returns
    -------
    float
        Mean of |share of right answers − mean confidence| over the bins, by their images; 0 to 1.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    surplus = (probabilities.argmax(axis=1) == labels) - confidence
    of_bin = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return float(np.abs(np.bincount(of_bin, weights=surplus, minlength=bins)).sum() / len(labels))
