"""Whether a better FID goes with a better classifier."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from deep_oversampling.statistics.comparison import SIGNIFICANCE
from deep_oversampling.statistics.fid_values import fid_by_replicate
from deep_oversampling.statistics.findings import p_value_in_words
from deep_oversampling.statistics.intervals import replicate_means
from deep_oversampling.statistics.permutations import RESAMPLES, permutation_p
from deep_oversampling.tables.layout import format_number
from deep_oversampling.tables.runs import SKEWING

REFERENCES = ("Imbalanced", "SMOTE")
"""What gains are over: the first of these that was run."""

FEWEST_METHODS = 4
"""From so many methods on there is a rank correlation."""


@dataclass(frozen=True)
class Correlation:
    """How FID and gain go together over the methods of a setting.

    Attributes
    ----------
    rho : float
        Spearman's, the mean over the settings; NaN where no setting has both several FIDs and several gains.
    p_value : float
        Two-sided; NaN as ``rho``.
    methods, settings : int
        How many it is from.
    """

    rho: float
    p_value: float
    methods: int
    settings: int


def gain_reference(runs: pd.DataFrame) -> str | None:
    """Return what gains are over, None if neither of :data:`REFERENCES` was run."""
    return next((method for method in REFERENCES if method in set(runs["method"])), None)


def fid_and_gain(runs: pd.DataFrame, fids: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Put each method's mean FID beside its mean gain; a method without the one or the other is left out.

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
        The columns of :func:`mean_gains` and ``fid``.
    """
    distances = fid_by_replicate(fids).groupby([*SKEWING, "method"], sort=False)["fid"].mean().reset_index()
    return mean_gains(runs, reference).merge(distances, on=[*SKEWING, "method"])


def mean_gains(runs: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return by how much each method's minority F1 is above a reference's.

    Parameters
    ----------
    runs : DataFrame
        As for :func:`fid_and_gain`.
    reference : str
        The method that gains are over.

    Returns
    -------
    DataFrame
        ``dataset``, ``minority``, ``imbalance_ratio``, ``method`` and ``gain``, a row for each method of a setting: the
        mean over the replicates that both methods have. The reference itself is left out.
    """
    minority = runs[runs["scope"] == "minority"]
    f1 = replicate_means(minority, [*SKEWING, "method"], "f1")
    baseline = f1[f1["method"] == reference].drop(columns="method")
    paired = f1[f1["method"] != reference].merge(baseline, on=[*SKEWING, "replicate"], suffixes=("", "_reference"))
    paired["gain"] = paired["f1"] - paired["f1_reference"]
    return paired.groupby([*SKEWING, "method"], sort=False)["gain"].mean().reset_index()


def correlate(dots: pd.DataFrame, resamples: int = RESAMPLES) -> Correlation | None:
    """Correlate FID and gain over the methods, setting by setting.

    Dots of all settings together would mostly tell settings apart: an easier one has both other FIDs and other gains.
    Neither are they independent, as a method that is good in one setting is so in the next. Thus ρ is taken within
    settings, and p from exchanging the gains of whole methods, in all settings alike.

    Parameters
    ----------
    dots : DataFrame
        As :func:`fid_and_gain` returns them.
    resamples : int
        As for :func:`deep_oversampling.statistics.permutations.permutation_p`; by default all orders of up to seven
        methods are tried.

    Returns
    -------
    Correlation or None
        Of the settings with at least :data:`FEWEST_METHODS` methods, and the methods that all of these have; settings
        whose FIDs or gains are all equal have no ρ and are left out. None if these are too few methods.
    """
    methods = dots.groupby(SKEWING)["method"].transform("size")
    enough = dots[methods >= FEWEST_METHODS]
    fids, gains = (_by_setting(enough, column) for column in ("fid", "gain"))
    if fids.shape[1] < FEWEST_METHODS:
        return None
    varied = (np.ptp(fids, axis=1) > 0) & (np.ptp(gains, axis=1) > 0)
    if not varied.any():
        return Correlation(math.nan, math.nan, fids.shape[1], 0)
    rho, p_value = _mean_spearman(fids[varied], gains[varied], resamples)
    return Correlation(rho, p_value, fids.shape[1], int(varied.sum()))


def _by_setting(dots: pd.DataFrame, column: str) -> np.ndarray:
    """Return a row for each setting, a column for each method that all settings have."""
    return dots.pivot(index=SKEWING, columns="method", values=column).dropna(axis="columns").to_numpy()


def _mean_spearman(first: np.ndarray, second: np.ndarray, resamples: int) -> tuple[float, float]:
    """Return the mean over the rows of Spearman's ρ, and its p-value from permuting the columns of the second."""
    first, second = (stats.zscore(stats.rankdata(values, axis=1), axis=1) for values in (first, second))
    products = first.T @ second / first.size
    places = np.arange(len(products))

    def far_from_zero(order: np.ndarray, axis: int) -> np.ndarray:
        return np.abs(products[places, order].sum(axis=axis))

    return float(products.trace()), permutation_p([places], far_from_zero, "pairings", resamples)


def correlation_title(dots: pd.DataFrame) -> str:
    """Say how FID and gain go together: the mean ρ, its p-value, and how many methods and settings they are from."""
    found = correlate(dots)
    if found is None:
        return "too few methods for a correlation"
    if math.isnan(found.rho):
        return "no correlation, as all methods have the same FID or gain"
    return _in_words(found)


def _in_words(found: Correlation) -> str:
    verdict = "" if found.p_value < SIGNIFICANCE else ", not significant"
    rho = format_number(found.rho, 2)
    settings = "1 setting" if found.settings == 1 else f"mean of {found.settings} settings"
    return f"Spearman's ρ = {rho}, {p_value_in_words(found.p_value)}{verdict} ({found.methods} methods, {settings})"


def correlation_sentence(runs: pd.DataFrame, fids: pd.DataFrame) -> str:
    """Say whether lower FIDs go with higher gains; empty where there are too few methods to tell.

    Parameters
    ----------
    runs, fids
        As for :func:`fid_and_gain`.

    Returns
    -------
    str
    """
    reference = gain_reference(runs)
    dots = fid_and_gain(runs, fids, reference) if reference else None
    found = None if dots is None else correlate(dots)
    if found is None or math.isnan(found.rho):
        return ""
    if found.p_value < SIGNIFICANCE:
        verdict = f"A better FID goes with a {'better' if found.rho < 0 else 'worse'} classifier"
    else:
        verdict = "No relation between FID and gain can be shown"
    return f"{verdict}, gains being over {reference}: {_in_words(found)}."
