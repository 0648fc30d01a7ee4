"""The folds of the weight search under its two protocols."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold

from deep_oversampling.classifier.pool import TrainingPool
from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet

PROTOCOLS = ("paper", "leak_free")

Resample = Callable[[ImageSet, int], tuple[ImageSet, list[str]]]
"""(training images of a fold, number of the fold) → synthetic images, and notes on what had to be changed."""


@dataclass(frozen=True)
class Fold:
    """One split into training and validation rows, positions in a pool."""

    training: np.ndarray
    validation: np.ndarray


@dataclass(frozen=True)
class Folds:
    """All splits of a cross-validation, repeat by repeat.

    Attributes
    ----------
    pool : TrainingPool
        What the splits' rows are positions in.
    splits : list of Fold
    notes : list of str
        What had to be changed to oversample the smaller training folds.
    """

    pool: TrainingPool
    splits: list[Fold]
    notes: list[str] = field(default_factory=list)


def fold_augmented(real: ImageSet, synthetic: ImageSet, folds: int, repeats: int, seed: int) -> Folds:
    """Fold real and synthetic images alike, as the paper did: validation folds hold copies or neighbours.

    Parameters
    ----------
    real, synthetic : ImageSet
        The skewed set and what a method added to it.
    folds : int
        Parts of a split, at least 2.
    repeats : int
        Splits, each of another shuffle.
    seed : int
        Of the shuffles.

    Raises
    ------
    InputError
        If a class has fewer images than there are folds.
    """
    pool = TrainingPool.join(real, [synthetic])
    return Folds(pool, _split(pool.labels, folds, repeats, seed))


def fold_real(real: ImageSet, resample: Resample, folds: int, repeats: int, seed: int) -> Folds:
    """Fold the real images alone and oversample each training fold anew, so that nothing leaks into validation.

    Parameters
    ----------
    real : ImageSet
        The skewed set.
    resample : callable
        Gives the synthetic images of a training fold.
    folds, repeats, seed : int
        As for :func:`fold_augmented`.

    Raises
    ------
    InputError
        If a class has fewer images than there are folds, or a training fold can't be oversampled.
    """
    splits, added, notes = [], [], []
    position = len(real)
    for number, fold in enumerate(_split(real.labels, folds, repeats, seed)):
        training = ImageSet(real.images[fold.training], real.labels[fold.training])
        synthetic, fold_notes = resample(training, number)
        new_rows = np.arange(position, position + len(synthetic))
        position += len(synthetic)
        splits.append(Fold(np.concatenate([fold.training, new_rows]), fold.validation))
        added.append(synthetic)
        notes.extend(fold_notes)
    return Folds(TrainingPool.join(real, added), splits, notes)


def _split(labels: np.ndarray, folds: int, repeats: int, seed: int) -> list[Fold]:
    scarcest = np.unique(labels, return_counts=True)[1].min()
    if scarcest < folds:
        raise InputError(
            f"a class of {scarcest} images can't be split into {folds} folds; lower the ratio or the folds"
        )
    splitter = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    return [Fold(training, validation) for training, validation in splitter.split(labels, labels)]
