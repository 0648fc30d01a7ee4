"""How long balancing one training set takes (paper, Table 9)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.metrics import f1_score

from deep_oversampling.classifier.folds import fold_real
from deep_oversampling.classifier.pool import Fit
from deep_oversampling.samplers.resolve import build_sampler
from deep_oversampling.samplers.synthesis import oversample
from deep_oversampling.storage import ImageSet

NEIGHBOURS = 5
"""Neighbours of plain SMOTE."""

CANDIDATES = (3, 4, 5, 6, 7)
"""Neighbours that tuned SMOTE chooses from."""

FOLDS = 5
"""Folds that it chooses by."""

CVAE_EPOCHS = 10
"""Epochs of the CVAE, too few to be used but where its loss levels off."""

TIMED = ("SMOTE", "Tuned SMOTE", "CVAE")
"""What is timed, in the paper's order."""

_NETWORKS = {"Tuned SMOTE": "deep_oversampling.classifier.mlp", "CVAE": "deep_oversampling.samplers.cvae"}
"""What imports TensorFlow, which isn't timed, and which plain SMOTE does without."""


@dataclass(frozen=True)
class BalancingTask:
    """A set to balance.

    Attributes
    ----------
    real : ImageSet
    n_classes : int
    mlp : dict
        Of :class:`deep_oversampling.classifier.stacked_mlp.MLPSettings`: the classifier that tuned SMOTE is tuned by.
    cvae : dict
        Parameters of :class:`deep_oversampling.samplers.cvae.CVAE`; its epochs are :data:`CVAE_EPOCHS`.
    seed : int
    """

    real: ImageSet
    n_classes: int
    mlp: dict[str, Any]
    cvae: dict[str, Any]
    seed: int


def balancing_seconds(method: str, task: BalancingTask) -> float:
    """Time the balancing of a set, compiling included.

    Parameters
    ----------
    method : {"SMOTE", "Tuned SMOTE", "CVAE"}
    task : BalancingTask

    Returns
    -------
    float
        Wall-clock seconds.
    """
    if method in _NETWORKS:
        import_module(_NETWORKS[method])
    start = time.perf_counter()
    _BALANCE[method](task)
    return time.perf_counter() - start


def tune_neighbours(task: BalancingTask) -> int:
    """Choose SMOTE's neighbours by the MLP's macro F1 in a stratified cross-validation (paper, section 4.3).

    Each training fold is balanced anew, each validation fold holds real images alone. The MLPs of a candidate are
    trained together.

    Parameters
    ----------
    task : BalancingTask

    Returns
    -------
    int
        The best of :data:`CANDIDATES` in the mean over the folds; the smallest of several.

    Raises
    ------
    InputError
        If the smallest class has fewer images than folds, or a training fold of it no more than the largest candidate.
    """
    means = [_macro_f1(task, neighbours) for neighbours in CANDIDATES]
    return CANDIDATES[int(np.argmax(means))]


def _macro_f1(task: BalancingTask, neighbours: int) -> float:
    from deep_oversampling.classifier.mlp import MLP
    from deep_oversampling.classifier.stacked_mlp import MLPSettings

    def resample(training: ImageSet, _: int) -> tuple[ImageSet, list[str]]:
        return _smote(training, neighbours, task.seed), []

    folds = fold_real(task.real, resample, FOLDS, 1, task.seed)
    images, labels = folds.pool.images, folds.pool.labels
    fits = [Fit(split.training, 1.0, task.seed, images[split.validation]) for split in folds.splits]
    name = f"Tuned SMOTE, {neighbours} neighbours"
    classifier = MLP(MLPSettings(**task.mlp), task.n_classes, balanced=False, name=name)
    predicted = [probabilities.argmax(axis=1) for probabilities in classifier.predict(folds.pool, fits)]
    scores = [
        f1_score(labels[split.validation], found, average="macro", zero_division=0.0)
        for split, found in zip(folds.splits, predicted, strict=True)
    ]
    return float(np.mean(scores))


def _smote(real: ImageSet, neighbours: int, seed: int) -> ImageSet:
    return oversample(SMOTE(k_neighbors=neighbours, random_state=seed), real, "SMOTE")


def _tuned_smote(task: BalancingTask) -> ImageSet:
    return _smote(task.real, tune_neighbours(task), task.seed)


def _cvae(task: BalancingTask) -> ImageSet:
    definition = {
        "sampler": "deep_oversampling.samplers.cvae.CVAE",
        "parameters": {**task.cvae, "epochs": CVAE_EPOCHS},
    }
    return oversample(build_sampler(definition, task.seed), task.real, "CVAE")


_BALANCE: dict[str, Callable[[BalancingTask], ImageSet]] = {
    "SMOTE": lambda task: _smote(task.real, NEIGHBOURS, task.seed),
    "Tuned SMOTE": _tuned_smote,
    "CVAE": _cvae,
}
