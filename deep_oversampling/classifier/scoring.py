"""From a skewed set and its synthetic images to a classifier's scores on the test set."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from deep_oversampling.classifier.logit_adjustment import STRENGTHS, adjust, tune_strength
from deep_oversampling.classifier.metrics import calibration_error
from deep_oversampling.classifier.pool import Fit, TrainingPool, class_shares
from deep_oversampling.classifier.task import ScoringTask
from deep_oversampling.classifier.weight_search import SearchResult
from deep_oversampling.schemas import SCORE
from deep_oversampling.storage import ImageSet


def score_rows(task: ScoringTask, settings: dict[str, Any], seeds: dict[int, int]) -> list[dict[str, Any]]:
    """Return :func:`score` with the columns that name each run.

    Parameters
    ----------
    task : ScoringTask
    settings : dict
        Of the run; what is a column of :data:`deep_oversampling.schemas.SCORE` is taken over.
    seeds : dict of int to int
        Seed by the number of the classifier, the column ``classifier_seed``.
    """
    named = {name: settings[name] for name in SCORE.names if name in settings}
    scores = score(task, list(seeds.values()))
    return [{**named, "classifier_seed": number, **row} for number, row in zip(seeds, scores, strict=True)]


def score(task: ScoringTask, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Tune the weight of the synthetic images, refit on everything, and score on the test set.

    Without synthetic images there is no weight to tune and no search.

    Parameters
    ----------
    task : ScoringTask
    seeds : sequence of int
        One for each classifier.

    Returns
    -------
    list of dict of str to object
        For each seed, the columns of :data:`deep_oversampling.schemas.SCORE` from ``confusion`` on: rows of the
        confusion matrix are true classes; ``log_loss`` is the mean of −log p(true class), in nats, over the test
        images of each class, where a probability of 0, as forests give, counts as the smallest normal float32 (87
        nats); ``roc_auc`` and ``average_precision`` tell each class from all others; the seconds are shared equally
        among the seeds.

    Raises
    ------
    InputError
        If a loss isn't finite, or a training fold can't be oversampled.
    """
    start = time.perf_counter()
    searched = len(task.synthetic) > 0
    found = _search(task, seeds) if searched else [SearchResult(np.empty(0), np.empty((0, 0)))] * len(seeds)
    weights = [each.chosen if searched else 1.0 for each in found]
    strengths = _strengths(task, weights, seeds)
    of_real = searched and (task.protocol == "leak_free" or task.logit_adjustment == "tuned")
    notes = task.real_folds.notes if of_real else []
    found_at = time.perf_counter()
    predicted = _refit(task, weights, [strength for strength, _ in strengths], seeds)
    finished = time.perf_counter()
    return [
        {
            **_measures(probabilities, task.test, task.n_classes),
            "candidates": _candidates(result.weights, "weight", result.scores),
            "chosen_weight": result.chosen if searched else None,
            "logit_adjustments": _candidates(STRENGTHS, "strength", strength_scores),
            "logit_adjustment": strength,
            "refitted_in_folds": task.refits if of_real else None,
            "notes": notes,
            "search_seconds": (found_at - start) / len(seeds),
            "fit_seconds": (finished - found_at) / len(seeds),
        }
        for probabilities, result, (strength, strength_scores) in zip(predicted, found, strengths, strict=True)
    ]


def _search(task: ScoringTask, seeds: Sequence[int]) -> list[SearchResult]:
    weights = task.search.weights
    scores = task.classifier.search(task.weight_folds, weights, task.minority, seeds)
    return [SearchResult(weights, each) for each in scores]


def _strengths(
    task: ScoringTask, weights: Sequence[float], seeds: Sequence[int]
) -> list[tuple[float | None, np.ndarray]]:
    """Return τ of each classifier, and what every candidate scored if it was tuned."""
    if task.logit_adjustment != "tuned":
        return [(task.logit_adjustment, np.empty((0, 0)))] * len(seeds)
    pool, splits = task.real_folds.pool, task.real_folds.splits
    validation = [pool.images[split.validation] for split in splits]
    fits = [
        Fit(split.training, weight, seed, images)
        for weight, seed in zip(weights, seeds, strict=True)
        for split, images in zip(splits, validation, strict=True)
    ]
    held_out = [
        (probabilities, class_shares(pool, fit.rows, task.n_classes), pool.labels[split.validation])
        for probabilities, fit, split in zip(
            task.classifier.predict(pool, fits), fits, list(splits) * len(seeds), strict=True
        )
    ]
    starts = range(0, len(held_out), len(splits))
    return [tune_strength(held_out[start : start + len(splits)], task.minority) for start in starts]


def _refit(
    task: ScoringTask, weights: Sequence[float], strengths: Sequence[float | None], seeds: Sequence[int]
) -> list[np.ndarray]:
    pool = TrainingPool.join(task.real, [task.synthetic])
    rows = np.arange(len(pool.labels))
    fits = [Fit(rows, weight, seed, task.test.images) for weight, seed in zip(weights, seeds, strict=True)]
    shares = class_shares(pool, rows, task.n_classes)
    return [
        probabilities if strength is None else adjust(probabilities, shares, strength)
        for probabilities, strength in zip(task.classifier.predict(pool, fits), strengths, strict=True)
    ]


def _measures(probabilities: np.ndarray, test: ImageSet, n_classes: int) -> dict[str, Any]:
    one_hot = test.labels[:, None] == np.arange(n_classes)
    return {
        "confusion": confusion_matrix(test.labels, probabilities.argmax(axis=1), labels=np.arange(n_classes)).tolist(),
        "log_loss": _log_loss_by_class(probabilities, test.labels, n_classes),
        "roc_auc": roc_auc_score(one_hot, probabilities, average=None).tolist(),
        "average_precision": np.asarray(average_precision_score(one_hot, probabilities, average=None)).tolist(),
        "calibration_error": calibration_error(probabilities, test.labels),
    }


def _log_loss_by_class(predicted: np.ndarray, labels: np.ndarray, n_classes: int) -> list[float]:
    smallest = np.finfo(np.float32).tiny
    losses = -np.log(np.maximum(predicted[np.arange(len(labels)), labels], smallest).astype(np.float64))
    return [float(losses[labels == label].mean()) for label in range(n_classes)]


def _candidates(values: np.ndarray, name: str, scores: np.ndarray) -> list[dict[str, Any]]:
    if not scores.size:
        return []
    return [
        {name: float(value), "fold": fold, "minority_f1": float(each)}
        for value, of_folds in zip(values, scores, strict=True)
        for fold, each in enumerate(of_folds)
    ]
