"""What the numbers say, in sentences made from them."""

import math
from collections.abc import Sequence

import pandas as pd

from deep_oversampling.names import method_label
from deep_oversampling.statistics.comparison import SIGNIFICANCE
from deep_oversampling.tables.layout import format_number


def findings(ranks: pd.DataFrame, comparisons: pd.DataFrame, overall: pd.DataFrame, adding: Sequence[str]) -> list[str]:
    """Return the answer to the experiment's question, a sentence a finding.

    Parameters
    ----------
    ranks : DataFrame
        As :func:`deep_oversampling.statistics.ranks.rank` returns them, of one classifier and protocol.
    comparisons, overall : DataFrame
        As :func:`deep_oversampling.statistics.comparison.compare` and
        :func:`~deep_oversampling.statistics.comparison.compare_over_settings` return them, of the same.
    adding : sequence of str
        The methods that add synthetic images.

    Returns
    -------
    list of str
        About the minority classes' F1: the best method; whether adding images helps; whether the best of the others
        beats SMOTE; whether the methods differ at all. Sentences that have no numbers are left out.
    """
    minority = ranks[ranks["scope"] == "minority"].dropna(subset="mean_f1")
    minority = minority.sort_values("mean_f1", ascending=False, kind="stable")
    evidence = _Evidence(comparisons, overall)
    return [
        sentence
        for sentence in (
            _best(minority),
            _adding_helps(minority, adding, evidence),
            _best_without_images(minority, adding, evidence),
            _beats_smote(minority, adding, evidence),
            _friedman(minority),
        )
        if sentence
    ]


class _Evidence:
    """How much a method is above a reference, in words."""

    def __init__(self, comparisons: pd.DataFrame, overall: pd.DataFrame) -> None:
        self._comparisons = comparisons[comparisons["scope"] == "minority"].dropna(subset="difference")
        self._overall = overall[overall["scope"] == "minority"]

    def of(self, method: str, reference: str) -> str:
        """Return the difference with its interval and test; empty where the two weren't compared."""
        rows = self._overall[(self._overall["method"] == method) & (self._overall["reference"] == reference)]
        if rows.empty:
            return ""
        row = rows.iloc[0]
        verb = "above" if row["difference"] >= 0 else "below"
        size = f"{format_number(abs(row['difference']), 3)} {verb} {reference}"
        return size + (self._in_one(method, reference) if row["settings"] == 1 else _over_several(row))

    def _in_one(self, method: str, reference: str) -> str:
        rows = self._comparisons
        row = rows[(rows["method"] == method) & (rows["reference"] == reference)].iloc[0]
        if math.isnan(row["low"]):
            return ", on one replicate, which cannot say how sure that is"
        return f" ({_interval(row)}; {_significance(row['holm_p'], 'paired t-test, Holm-corrected')})"


def _over_several(row: pd.Series) -> str:
    interval = "" if math.isnan(row["low"]) else f"{_interval(row)}; "
    better = f"better in {row['settings_better']} of {row['settings']} settings"
    if math.isnan(row["holm_p"]) and not math.isnan(row["wilcoxon_p"]):
        return f" on average ({interval}{better}, too few for a test)"
    return f" on average ({interval}{better}; {_significance(row['holm_p'], 'Wilcoxon, Holm-corrected')})"


def _interval(row: pd.Series) -> str:
    low, high = (format_number(row[bound], 3, signed=True) for bound in ("low", "high"))
    return f"95 % interval {low} to {high}"


def _significance(p_value: float, test: str) -> str:
    if math.isnan(p_value):
        return f"not significant: {test} has nothing to test"
    verdict = "significant" if p_value < SIGNIFICANCE else "not significant"
    return f"{verdict}, {test}, {p_value_in_words(p_value)}"


def p_value_in_words(p_value: float) -> str:
    """Return a p-value with what it is: ``"p = 0.0312"``, or ``"p < 0.001"``."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3g}"


def _best(minority: pd.DataFrame) -> str:
    if len(minority) < 2:
        return ""
    first, second = minority.iloc[0], minority.iloc[1]
    return (
        f"{method_label(first['method'])} has the best mean F1 of the minority classes,"
        f" {format_number(first['mean_f1'], 3)}; {method_label(second['method'])} comes next with"
        f" {format_number(second['mean_f1'], 3)}."
    )


def _adding_helps(minority: pd.DataFrame, adding: Sequence[str], evidence: _Evidence) -> str:
    best = _first(minority[minority["method"].isin(adding)])
    compared = best and evidence.of(best, "Imbalanced")
    if not compared:
        return ""
    return f"Of the methods that add images, {method_label(best)} is best: its minority F1 is {compared}."


def _best_without_images(minority: pd.DataFrame, adding: Sequence[str], evidence: _Evidence) -> str:
    best = _first(minority[~minority["method"].isin([*adding, "Imbalanced"])])
    compared = best and evidence.of(best, "Imbalanced")
    if not compared:
        return ""
    return f"Of those that cost no synthetic image, {method_label(best)} is best: its minority F1 is {compared}."


def _beats_smote(minority: pd.DataFrame, adding: Sequence[str], evidence: _Evidence) -> str:
    best = _first(minority[minority["method"].isin(adding) & (minority["method"] != "SMOTE")])
    compared = best and evidence.of(best, "SMOTE")
    return f"The best other way to add images, {method_label(best)}, is {compared}." if compared else ""


def _friedman(minority: pd.DataFrame) -> str:
    if minority.empty or math.isnan(minority["friedman_p"].iloc[0]):
        return ""
    row = minority.iloc[0]
    differ = "differ" if row["friedman_p"] < SIGNIFICANCE else "do not differ measurably"
    return (
        f"Over {row['settings']} settings the ranks of the {len(minority)} methods {differ}"
        f" ({_significance(row['friedman_p'], 'Friedman')})."
    )


def _first(ranked: pd.DataFrame) -> str:
    return "" if ranked.empty else str(ranked["method"].iloc[0])
