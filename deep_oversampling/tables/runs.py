"""The classifier's metrics of every single run."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from deep_oversampling.classifier.metrics import class_metrics, scope_averages, scope_members
from deep_oversampling.errors import InputError
from deep_oversampling.tables.grouping import by_appearance, refuse_repeated

SKEWING = ["dataset", "minority", "imbalance_ratio"]
"""The columns that name what sets are skewed to, replicates apart."""

SETTING = [*SKEWING, "classifier", "protocol"]
"""The columns that name what methods are compared on."""

METHOD = [*SETTING, "method"]
"""The columns that name a method of a setting."""

METRICS = [
    *("precision", "recall", "f1"),
    *("balanced_accuracy", "g_mean", "roc_auc", "average_precision", "log_loss", "calibration_error"),
]
"""What is measured of a run in each scope."""

TUNED = ["chosen_weight", "logit_adjustment"]
"""What may be tuned of a run."""


def metrics_by_run(scores: pd.DataFrame) -> pd.DataFrame:
    """Compute the metrics of every run for the minority classes, the majority classes and all of them.

    Parameters
    ----------
    scores : DataFrame
        A row a run, one classifier on one replicate, with the columns of
        :data:`deep_oversampling.schemas.SCORE`.

    Returns
    -------
    DataFrame
        The columns of :data:`METHOD`, ``replicate``, ``classifier_seed``, ``refitted_in_folds``, those of
        :data:`TUNED`, ``scope`` and those of :data:`METRICS`, a row for each scope of a run; a scope without classes
        is left out. Data sets, settings, protocols and methods are in order of first appearance.

    Raises
    ------
    InputError
        If there are no scores, a run is there twice, or a minority class has no row in a confusion matrix.
    """
    if scores.empty:
        raise InputError("there are no scores to tabulate; run the classifier first")
    refuse_repeated(scores, [*METHOD, "replicate", "classifier_seed"], "score")
    return pd.DataFrame(
        {
            **{name: run[name] for name in (*METHOD, "replicate", "classifier_seed", "refitted_in_folds", *TUNED)},
            "scope": scope,
            **asdict(averages),
            **_further_metrics(run, scope),
        }
        for run in by_appearance(scores, METHOD).to_dict("records")
        for scope, averages in scope_averages(run["confusion"], minority_classes(run["minority"])).items()
    )


def minority_classes(minority: str) -> list[int]:
    """Return the classes of a minority set as it is written in paths: ``"3-4-5"`` → ``[3, 4, 5]``."""
    return [int(label) for label in minority.split("-")]


def _further_metrics(run: dict[str, Any], scope: str) -> dict[str, float]:
    metrics = class_metrics(run["confusion"])
    members = scope_members(len(metrics.support), minority_classes(run["minority"]))[scope]
    recalls, support = metrics.recall[members], metrics.support[members]
    return {
        "balanced_accuracy": recalls.mean(),
        "g_mean": np.prod(recalls) ** (1 / len(recalls)),
        "roc_auc": np.asarray(run["roc_auc"])[members].mean(),
        "average_precision": np.asarray(run["average_precision"])[members].mean(),
        "log_loss": support @ np.asarray(run["log_loss"])[members] / max(support.sum(), 1),
        "calibration_error": run["calibration_error"] if scope == "overall" else math.nan,
    }
