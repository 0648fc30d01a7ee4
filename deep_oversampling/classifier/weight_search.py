"""The search for the sample weight of synthetic images (paper, section 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import f1_score
from sklearn.utils.class_weight import compute_sample_weight

from deep_oversampling.classifier.folds import PROTOCOLS

_REPEATS = dict(zip(PROTOCOLS, (1, 5), strict=True))


def minority_f1(labels: np.ndarray, predicted: np.ndarray, minority: Sequence[int]) -> float:
    """Return the minority classes' mean F1 as if all classes were equally frequent, 0 to 1.

    The paper tunes by F1 on folds of a balanced set (section 4.3), and its test sets are about balanced. Folds of the
    real images aren't: counted as they are, a majority image taken for a rare one would cost there as many times more
    as the imbalance ratio.

    Parameters
    ----------
    labels, predicted : ndarray of shape (n_images,)
    minority : sequence of int
        A class without an image in ``labels`` has no part in the mean.

    Returns
    -------
    float
    """
    weights = compute_sample_weight("balanced", labels)
    scored = list(minority)
    return f1_score(labels, predicted, labels=scored, average="weighted", sample_weight=weights, zero_division=0.0)


@dataclass(frozen=True)
class SearchSettings:
    """The candidates and folds; the defaults are the paper's but for ``repeats`` of ``leak_free``.

    Parameters
    ----------
    start, stop : float, default=1, 50
        Smallest and largest candidate weight.
    number : int, default=10
        How many, evenly spaced.
    folds : int, default=2
        Of the stratified cross-validation.
    repeats : dict of str to int, default={"paper": 1, "leak_free": 5}
        By protocol, how often the cross-validation is repeated with other folds; a protocol left out keeps its default.
    common_random_numbers : bool, default=True
        Whether the MLPs that are trained on one fold share initial weights, batches and dropout masks.
    """

    start: float = 1.0
    stop: float = 50.0
    number: int = 10
    folds: int = 2
    repeats: dict[str, int] = field(default_factory=dict)
    common_random_numbers: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "repeats", _REPEATS | self.repeats)

    @property
    def weights(self) -> np.ndarray:
        """The candidate weights, shape (number,)."""
        return np.linspace(self.start, self.stop, self.number)


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    weights : ndarray of shape (n_candidates,)
    scores : ndarray of shape (n_candidates, n_splits)
        :func:`minority_f1` on each validation fold.
    """

    weights: np.ndarray
    scores: np.ndarray

    @property
    def chosen(self) -> float:
        """The weight with the best mean score; the smallest of equals, as scikit-learn's search takes."""
        return float(self.weights[np.argmax(self.scores.mean(axis=1))])
