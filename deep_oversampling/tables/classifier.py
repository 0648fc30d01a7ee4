"""The classifier's metrics averaged over its runs, as in the paper's Tables 5 to 8."""

import math

import pandas as pd

from deep_oversampling.classifier.metrics import lift_percent
from deep_oversampling.paper import paper_classifier
from deep_oversampling.schemas import CLASSIFIER_TABLE
from deep_oversampling.statistics.intervals import interval_table, replicate_means
from deep_oversampling.tables.grouping import beside_paper, mark_methods
from deep_oversampling.tables.runs import METHOD, METRICS, SETTING, TUNED, metrics_by_run

BASELINE = "SMOTE"
"""The method that lifts are relative to."""

PAPER_CLASSIFIER = "MLP"
"""The classifier of the paper's Table 14."""

_CELL = ["dataset", "minority", "imbalance_ratio", "classifier", "method", "scope"]


def classifier_table(scores: pd.DataFrame, majority_count: int) -> pd.DataFrame:
    """Average the classifier's metrics over runs and put the paper's beside them.

    A run is one classifier on one replicate. Metrics are computed for each run from its confusion
    matrix and then averaged, as the paper does (section 4.3).

    Parameters
    ----------
    scores : DataFrame
        A row a run, with the columns of :data:`deep_oversampling.schemas.SCORE`.
    majority_count : int
        Training images a majority class kept; the paper's numbers are joined only at its 3,200.

    Returns
    -------
    DataFrame
        The columns of :data:`deep_oversampling.schemas.CLASSIFIER_TABLE`, a row for each scope of a
        method under a protocol (paper, Tables 5 to 8). Data sets, settings, protocols and methods are
        in order of first appearance, the scopes minority, majority, overall; a scope without classes
        is left out. ``in_paper`` is whether the method is one of the paper's ten.
        ``f1_standard_deviation`` is that of a sample (n − 1), NaN for one run; each metric's ``standard_error`` that
        of the mean over replicates, each the mean of its classifiers, and ``f1_low`` to ``f1_high`` the 95 %
        interval of F1 (:func:`deep_oversampling.statistics.intervals.mean_interval`), NaN for one replicate.
        ``lift_percent`` is the mean overall F1 above SMOTE's under the same setting and protocol, in percent; NaN for
        SMOTE itself, where SMOTE wasn't run, and outside the overall scope.
        ``balanced_accuracy`` and ``g_mean`` are the mean and the geometric mean of the recalls of the scope's
        classes; ``roc_auc`` and ``average_precision`` the means over them, each against all others; ``log_loss``
        the mean over their test images, in nats; ``calibration_error`` that of all images, overall alone.
        ``chosen_weight`` and ``logit_adjustment`` are the means of the synthetic images' weight and of τ, NaN for a
        method that has none; ``refitted_in_folds`` is null without folds of real images.
        The paper's columns are null where it has no such cell, and beside any classifier other than the MLP.
        It had one protocol, so its numbers stand beside each of ours.

    Raises
    ------
    InputError
        If there are no scores, a run is there twice, or a minority class has no row in a confusion
        matrix.
    """
    runs = metrics_by_run(scores).astype(dict.fromkeys(TUNED, float))
    groups = runs.groupby([*METHOD, "scope"], sort=False)
    table = groups[METRICS].mean()
    table["runs"] = groups["f1"].count()
    table["f1_standard_deviation"] = groups["f1"].std()
    table[TUNED] = groups[TUNED].mean()
    table["refitted_in_folds"] = groups["refitted_in_folds"].first()
    table = table.join(_standard_errors(runs)).reset_index()
    table = mark_methods(table).merge(_f1_intervals(runs), on=[*METHOD, "scope"], validate="one_to_one")
    published = paper_classifier().drop(columns="best_minority_f1")
    table["lift_percent"] = _lifts(table)
    published["classifier"] = PAPER_CLASSIFIER
    return beside_paper(table, published, _CELL, majority_count)[CLASSIFIER_TABLE.names]


def _standard_errors(runs: pd.DataFrame) -> pd.DataFrame:
    of_replicates = replicate_means(runs, [*METHOD, "scope"], METRICS)
    return of_replicates.groupby([*METHOD, "scope"], sort=False)[METRICS].sem().add_suffix("_standard_error")


def _f1_intervals(runs: pd.DataFrame) -> pd.DataFrame:
    intervals = interval_table(runs, [*METHOD, "scope"], "f1").drop(columns="mean")
    return intervals.rename(columns={"low": "f1_low", "high": "f1_high"})


def _lifts(table: pd.DataFrame) -> list[float]:
    settings = list(table[SETTING].itertuples(index=False, name=None))
    overall = table["scope"] == "overall"
    baseline = overall & (table["method"] == BASELINE)
    f1_smote = {settings[row]: table["f1"][row] for row in table.index[baseline]}
    compared = overall & ~baseline
    return [
        lift_percent(f1, f1_smote.get(setting, math.nan)) if wanted else math.nan
        for f1, setting, wanted in zip(table["f1"], settings, compared, strict=True)
    ]
