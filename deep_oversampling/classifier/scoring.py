"""From a skewed set and its synthetic images to a classifier's scores on the test set."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix

from deep_oversampling.classifier.fitting import TrainingPool, fit_classifiers, probabilities
from deep_oversampling.classifier.stacked_mlp import MLPSettings
from deep_oversampling.classifier.weight_search import Resample, SearchResult, SearchSettings, search_weight
from deep_oversampling.datasets.catalogue import dataset_named
from deep_oversampling.samplers.resolve import build_sampler
from deep_oversampling.samplers.synthesis import fewer_neighbours, oversample
from deep_oversampling.schemas import SCORE
from deep_oversampling.seeds import seed_for
from deep_oversampling.storage import ImageSet

_NO_SEARCH = SearchResult(weights=np.empty(0), scores=np.empty((0, 0)))


@dataclass(frozen=True)
class ScoringTask:
    """The images and settings of one score.

    Attributes
    ----------
    real, synthetic, test : ImageSet
        The skewed set, what the method added to it, and the untouched test set.
    resample : callable
        Oversamples a training fold anew; see :data:`~deep_oversampling.classifier.weight_search.Resample`.
    protocol : {"paper", "leak_free"}
    minority : sequence of int
    n_classes : int
    search : SearchSettings
    mlp : MLPSettings
    name : str
        The method, for messages.
    """

    real: ImageSet
    synthetic: ImageSet
    test: ImageSet
    resample: Resample
    protocol: str
    minority: Sequence[int]
    n_classes: int
    search: SearchSettings
    mlp: MLPSettings
    name: str

    @classmethod
    def from_settings(
        cls, settings: dict[str, Any], seed: int, *, real: ImageSet, synthetic: ImageSet, test: ImageSet
    ) -> "ScoringTask":
        """Build the task from the settings of a run, as the workflow's rules hand them over."""
        return cls(
            real=real,
            synthetic=synthetic,
            test=test,
            resample=_fold_resampler(settings["definition"], settings["method"], seed),
            protocol=settings["protocol"],
            minority=[int(label) for label in settings["minority"].split("-")],
            n_classes=len(dataset_named(settings["dataset"]).classes),
            search=SearchSettings(**settings["weight_search"]),
            mlp=MLPSettings(**settings["classifier"]),
            name=settings["method"],
        )


def score_row(task: ScoringTask, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return :func:`score` with the columns that name the run."""
    named = [name for name in SCORE.names if name in settings]
    return {**{name: settings[name] for name in named}, **score(task, seed)}


def _fold_resampler(definition: dict[str, Any], name: str, seed: int) -> Resample:
    def resample(training: ImageSet, fold: int) -> tuple[ImageSet, list[str]]:
        sampler = build_sampler(definition, seed_for(seed, f"fold/{fold}"))
        note = fewer_neighbours(sampler, training.labels)
        return oversample(sampler, training, name), [f"fold {fold}: {note}"] if note else []

    return resample


def score(task: ScoringTask, seed: int) -> dict[str, Any]:
    """Tune the weight of the synthetic images, refit on everything, and score on the test set.

    Without synthetic images there is no weight to tune and no search.

    Parameters
    ----------
    task : ScoringTask
    seed : int

    Returns
    -------
    dict of str to object
        The columns of :data:`deep_oversampling.schemas.SCORE` from ``confusion`` on: rows of the
        confusion matrix are true classes; ``log_loss`` is the mean of −log p(true class), in nats,
        over the test images of each class.

    Raises
    ------
    InputError
        If a loss isn't finite, or a training fold can't be oversampled.
    """
    start = time.perf_counter()
    search = _search(task, seed) if len(task.synthetic) else _NO_SEARCH
    chosen = search.chosen if len(task.synthetic) else None
    searched = time.perf_counter()
    predicted = _refit(task, 1.0 if chosen is None else chosen, seed)
    return {
        "confusion": confusion_matrix(
            task.test.labels, predicted.argmax(axis=1), labels=np.arange(task.n_classes)
        ).tolist(),
        "log_loss": _log_loss_by_class(predicted, task.test.labels, task.n_classes),
        "candidates": [
            {"weight": float(weight), "fold": fold, "minority_f1": float(value)}
            for weight, values in zip(search.weights, search.scores, strict=True)
            for fold, value in enumerate(values)
        ],
        "chosen_weight": chosen,
        "notes": search.notes,
        "search_seconds": searched - start,
        "fit_seconds": time.perf_counter() - searched,
    }


def _search(task: ScoringTask, seed: int) -> SearchResult:
    return search_weight(
        task.real,
        task.synthetic,
        task.resample,
        protocol=task.protocol,
        minority=task.minority,
        n_classes=task.n_classes,
        settings=task.search,
        mlp=task.mlp,
        seed=seed,
        name=task.name,
    )


def _refit(task: ScoringTask, weight: float, seed: int) -> np.ndarray:
    pool = TrainingPool.join(task.real, [task.synthetic])
    everything = [np.arange(len(pool.labels))]
    model = fit_classifiers(pool, everything, np.array([weight]), task.n_classes, task.mlp, [seed], task.name)
    return probabilities(model, task.test.scaled())[0, 0]


def _log_loss_by_class(predicted: np.ndarray, labels: np.ndarray, n_classes: int) -> list[float]:
    smallest = np.finfo(predicted.dtype).tiny
    losses = -np.log(np.maximum(predicted[np.arange(len(labels)), labels], smallest).astype(np.float64))
    return [float(losses[labels == label].mean()) for label in range(n_classes)]
