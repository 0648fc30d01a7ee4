"""The search for the sample weight of synthetic images (paper, section 4.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from deep_oversampling.classifier.fitting import TrainingPool, fit_classifiers, probabilities
from deep_oversampling.classifier.stacked_mlp import MLPSettings
from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet

PROTOCOLS = ("paper", "leak_free")

Resample = Callable[[ImageSet, int], tuple[ImageSet, list[str]]]
"""(training images of a fold, number of the fold) → synthetic images, and notes on what had to be changed."""


@dataclass(frozen=True)
class SearchSettings:
    """The candidates and folds; the defaults are the paper's.

    Parameters
    ----------
    start, stop : float, default=1, 50
        Smallest and largest candidate weight.
    number : int, default=10
        How many, evenly spaced.
    folds : int, default=2
        Of the stratified cross-validation.
    """

    start: float = 1.0
    stop: float = 50.0
    number: int = 10
    folds: int = 2

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
    scores : ndarray of shape (n_candidates, n_folds)
        Support-weighted mean of the minority classes' F1 on each validation fold.
    notes : list of str
        What had to be changed to oversample the smaller training folds.
    """

    weights: np.ndarray
    scores: np.ndarray
    notes: list[str] = field(default_factory=list)

    @property
    def chosen(self) -> float:
        """The weight with the best mean score; the smallest of equals, as scikit-learn's search takes."""
        return float(self.weights[np.argmax(self.scores.mean(axis=1))])


@dataclass(frozen=True)
class _Fold:
    training: np.ndarray
    validation: np.ndarray


def search_weight(
    real: ImageSet,
    synthetic: ImageSet,
    resample: Resample,
    *,
    protocol: str,
    minority: Sequence[int],
    n_classes: int,
    settings: SearchSettings,
    mlp: MLPSettings,
    seed: int,
    name: str,
) -> SearchResult:
    """Score every candidate weight by cross-validation.

    Parameters
    ----------
    real, synthetic : ImageSet
        The skewed set and what the method added to it.
    resample : callable
        Oversamples a training fold anew; used by protocol ``leak_free`` only.
    protocol : {"paper", "leak_free"}
        ``paper`` folds the augmented set, so that validation folds hold copies or neighbours of
        training images. ``leak_free`` folds the real images, oversamples the training folds alone
        and validates on real images.
    minority : sequence of int
        The minority classes, whose F1 is scored.
    n_classes : int
    settings : SearchSettings
    mlp : MLPSettings
    seed : int
        Of folds and classifiers.
    name : str
        The method, for messages.

    Returns
    -------
    SearchResult

    Raises
    ------
    InputError
        If a class has fewer images than there are folds, or a loss isn't finite.
    """
    notes: list[str] = []
    if protocol == "paper":
        pool = TrainingPool.join(real, [synthetic])
        folds = _split(pool.labels, settings.folds, seed)
    else:
        pool, folds, notes = _oversampled_folds(real, resample, settings.folds, seed)
    seeds = [seed + number for number in range(settings.folds)]
    model = fit_classifiers(
        pool, [fold.training for fold in folds], settings.weights, n_classes, mlp, seeds, f"{name}, weight search"
    )
    longest = max(len(fold.validation) for fold in folds)
    padded = np.stack([np.resize(fold.validation, longest) for fold in folds])
    predicted = probabilities(model, pool.images[padded]).argmax(axis=-1)
    scores = [
        [_minority_f1(pool.labels[fold.validation], each[: len(fold.validation)], minority) for each in candidates]
        for fold, candidates in zip(folds, predicted, strict=True)
    ]
    return SearchResult(settings.weights, np.transpose(scores), notes)


def _split(labels: np.ndarray, folds: int, seed: int) -> list[_Fold]:
    scarcest = np.unique(labels, return_counts=True)[1].min()
    if scarcest < folds:
        raise InputError(
            f"a class of {scarcest} images can't be split into {folds} folds; lower the ratio or the folds"
        )
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return [_Fold(training, validation) for training, validation in splitter.split(labels, labels)]


def _oversampled_folds(
    real: ImageSet, resample: Resample, n_folds: int, seed: int
) -> tuple[TrainingPool, list[_Fold], list[str]]:
    folds, added, notes = [], [], []
    position = len(real)
    for number, fold in enumerate(_split(real.labels, n_folds, seed)):
        training = ImageSet(real.images[fold.training], real.labels[fold.training])
        synthetic, fold_notes = resample(training, number)
        new_rows = np.arange(position, position + len(synthetic))
        position += len(synthetic)
        folds.append(_Fold(np.concatenate([fold.training, new_rows]), fold.validation))
        added.append(synthetic)
        notes.extend(fold_notes)
    return TrainingPool.join(real, added), folds, notes


def _minority_f1(labels: np.ndarray, predicted: np.ndarray, minority: Sequence[int]) -> float:
    return f1_score(labels, predicted, labels=list(minority), average="weighted", zero_division=0.0)
