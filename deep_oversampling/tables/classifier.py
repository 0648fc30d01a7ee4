"""The classifier's metrics averaged over its runs, as in the paper's Tables 5 to 8."""

import math
from dataclasses import asdict

import pandas as pd

from deep_oversampling.classifier.metrics import lift_percent, scope_averages
from deep_oversampling.errors import InputError
from deep_oversampling.paper import paper_classifier
from deep_oversampling.schemas import CLASSIFIER_TABLE
from deep_oversampling.tables.grouping import beside_paper, by_appearance, refuse_repeated

BASELINE = "SMOTE"
"""The method that lifts are relative to."""

_SETTING = ["dataset", "minority", "imbalance_ratio", "protocol"]
_METHOD = [*_SETTING, "method"]
_CELL = ["dataset", "minority", "imbalance_ratio", "method", "scope"]


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
        is left out.
        ``f1_standard_deviation`` is that of a sample (n − 1), NaN for one run. ``lift_percent`` is
        the mean overall F1 above SMOTE's under the same setting and protocol, in percent; NaN for
        SMOTE itself, where SMOTE wasn't run, and outside the overall scope.
        The paper's columns are null where it has no such cell. It had one protocol, so its numbers
        stand beside each of ours.

    Raises
    ------
    InputError
        If there are no scores, a run is there twice, or a minority class has no row in a confusion
        matrix.
    """
    if scores.empty:
        raise InputError("there are no scores to tabulate; run the classifier first")
    refuse_repeated(scores, [*_METHOD, "replicate", "classifier_seed"], "score")
    runs = _metrics_by_run(by_appearance(scores, _METHOD))
    table = (
        runs.groupby([*_METHOD, "scope"], sort=False)
        .agg(
            runs=("f1", "count"),
            precision=("precision", "mean"),
            recall=("recall", "mean"),
            f1=("f1", "mean"),
            f1_standard_deviation=("f1", "std"),
        )
        .reset_index()
    )
    table["lift_percent"] = _lifts(table)
    published = paper_classifier().drop(columns="best_minority_f1")
    return beside_paper(table, published, _CELL, majority_count)[CLASSIFIER_TABLE.names]


def _metrics_by_run(scores: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {**run, "scope": scope, **asdict(averages)}
        for run, confusion in zip(scores[_METHOD].to_dict("records"), scores["confusion"], strict=True)
        for scope, averages in scope_averages(confusion, _classes(run["minority"])).items()
    )


def _classes(minority: str) -> list[int]:
    return [int(label) for label in minority.split("-")]


def _lifts(table: pd.DataFrame) -> list[float]:
    settings = list(table[_SETTING].itertuples(index=False, name=None))
    overall = table["scope"] == "overall"
    baseline = overall & (table["method"] == BASELINE)
    f1_smote = {settings[row]: table["f1"][row] for row in table.index[baseline]}
    compared = overall & ~baseline
    return [
        lift_percent(f1, f1_smote.get(setting, math.nan)) if wanted else math.nan
        for f1, setting, wanted in zip(table["f1"], settings, compared, strict=True)
    ]
