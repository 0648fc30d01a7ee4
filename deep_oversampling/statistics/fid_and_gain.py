"""Whether a better FID goes with a better classifier."""

import numpy as np
import pandas as pd
from scipy import stats

from deep_oversampling.statistics.fid_values import fid_by_replicate
from deep_oversampling.statistics.findings import SIGNIFICANCE
from deep_oversampling.statistics.intervals import replicate_means
from deep_oversampling.tables.layout import format_number

REFERENCES = ("Imbalanced", "SMOTE")
"""What gains are over: the first of these that was run."""

FEWEST_DOTS = 4
"""From so many dots on there is a rank correlation."""

_SETTING = ["dataset", "minority", "imbalance_ratio"]
_MOST_EXACT = 8


def gain_reference(runs: pd.DataFrame) -> str | None:
    """Return what gains are over, None if neither of :data:`REFERENCES` was run."""
    return next((method for method in REFERENCES if method in set(runs["method"])), None)


def fid_and_gain(runs: pd.DataFrame, fids: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Put each method's mean FID beside its mean gain.

    Parameters
    ----------
    runs : DataFrame
        As :func:`deep_oversampling.tables.runs.metrics_by_run` returns them; of one classifier and protocol.
    fids : DataFrame
        With the columns of :data:`deep_oversampling.schemas.FID`; of one extractor.
    reference : str
        The method that gains are over.

    Returns
    -------
    DataFrame
        ``dataset``, ``minority``, ``imbalance_ratio``, ``method``, ``fid`` and ``gain``, a row for each method of a
        setting. The gain is the mean over the replicates that both methods have of the difference of their minority
        F1; the reference itself is left out.
    """
    minority = runs[runs["scope"] == "minority"]
    f1 = replicate_means(minority, [*_SETTING, "method"], "f1")
    baseline = f1[f1["method"] == reference].drop(columns="method")
    paired = f1[f1["method"] != reference].merge(baseline, on=[*_SETTING, "replicate"], suffixes=("", "_reference"))
    paired["gain"] = paired["f1"] - paired["f1_reference"]
    cell = [*_SETTING, "method"]
    gains = paired.groupby(cell, sort=False)["gain"].mean().reset_index()
    distances = fid_by_replicate(fids).groupby(cell, sort=False)["fid"].mean().reset_index()
    return gains.merge(distances, on=cell)[[*cell, "fid", "gain"]]


def correlation_title(dots: pd.DataFrame) -> str:
    """Say how FID and gain go together: Spearman's ρ, its p-value and how many dots they are from."""
    count = f"{len(dots)} {'dot' if len(dots) == 1 else 'dots'}"
    if len(dots) < FEWEST_DOTS:
        return f"{count}, too few for a correlation"
    if dots["fid"].nunique() == 1 or dots["gain"].nunique() == 1:
        return f"{count}, all with the same FID or gain"
    rho, p_value = spearman(dots["fid"].to_numpy(), dots["gain"].to_numpy())
    verdict = ", not significant" if p_value >= SIGNIFICANCE else ""
    p_said = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    return f"Spearman's ρ = {format_number(rho, 2)}, {p_said}{verdict} ({count})"


def spearman(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Return Spearman's ρ and its two-sided p-value.

    Parameters
    ----------
    first, second : ndarray of shape (n_values,)
        Neither is constant.

    Returns
    -------
    rho : float
        −1 to 1.
    p_value : float
        Over all orders of up to 8 values, where Student's approximation gives far too small ones (0 instead of 0.083
        for four values in perfect order).
    """
    result = stats.spearmanr(first, second)
    if len(first) > _MOST_EXACT:
        return float(result.statistic), float(result.pvalue)
    others = stats.rankdata(second) - (len(second) + 1) / 2
    exact = stats.permutation_test(
        (stats.rankdata(first),),
        lambda ranks, axis: (ranks * others).sum(axis=axis),
        permutation_type="pairings",
        n_resamples=np.inf,
    )
    return float(result.statistic), float(exact.pvalue)


def correlation_sentence(runs: pd.DataFrame, fids: pd.DataFrame) -> str:
    """Say whether lower FIDs go with higher gains; empty where there are too few to tell.

    Parameters
    ----------
    runs, fids
        As for :func:`fid_and_gain`.

    Returns
    -------
    str
    """
    reference = gain_reference(runs)
    dots = fid_and_gain(runs, fids, reference) if reference else pd.DataFrame()
    if len(dots) < FEWEST_DOTS or dots["fid"].nunique() == 1 or dots["gain"].nunique() == 1:
        return ""
    rho, p_value = spearman(dots["fid"].to_numpy(), dots["gain"].to_numpy())
    if p_value >= SIGNIFICANCE:
        verdict = "No relation between FID and gain can be shown"
    else:
        verdict = f"A better FID goes with a {'better' if rho < 0 else 'worse'} classifier"
    return f"{verdict}, gains being over {reference}: {correlation_title(dots)}."
