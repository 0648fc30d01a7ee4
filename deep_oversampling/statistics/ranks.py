"""Ranks of the methods over all settings, and Friedman's test of them (Demšar, JMLR 7, 2006)."""

import math

import numpy as np
import pandas as pd
from scipy import stats

from deep_oversampling.statistics.comparison import SCOPES
from deep_oversampling.statistics.permutations import permutation_p
from deep_oversampling.tables.grouping import mark_methods
from deep_oversampling.tables.runs import METHOD, SKEWING

_FEWEST_FOR_CHI_SQUARED = 10
_FAMILY = ["classifier", "protocol", "scope"]


def f1_by_setting(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the mean F1 of every method in every setting that has them all.

    Parameters
    ----------
    runs : DataFrame
        As :func:`deep_oversampling.tables.runs.metrics_by_run` returns them, of one classifier, protocol and scope.

    Returns
    -------
    DataFrame
        A row a setting, a column a method, in order of first appearance; a setting that lacks a method is left out.
    """
    means = runs.groupby([*METHOD, "replicate"], sort=False)["f1"].mean().groupby(METHOD, sort=False).mean()
    wide = means.reset_index().pivot(index=SKEWING, columns="method", values="f1")
    settings = pd.MultiIndex.from_frame(runs[SKEWING].drop_duplicates())
    return wide.reindex(index=settings, columns=runs["method"].unique()).dropna()


def rank(runs: pd.DataFrame) -> pd.DataFrame:
    """Rank the methods in every setting and test whether their ranks differ.

    Parameters
    ----------
    runs : DataFrame
        As :func:`deep_oversampling.tables.runs.metrics_by_run` returns them.

    Returns
    -------
    DataFrame
        A row for each classifier, protocol, scope and method: ``in_paper``, ``settings`` that have all methods,
        ``mean_f1`` and ``mean_rank`` over them (1 is the best, ties share theirs), ``friedman_statistic`` and
        ``friedman_p``, as :func:`friedman` returns them, the same for all methods of a scope.
    """
    compared = runs[runs["scope"].isin(SCOPES)]
    tables = [
        _ranked(f1_by_setting(group)).assign(**dict(zip(_FAMILY, name, strict=True)))
        for name, group in compared.groupby(_FAMILY, sort=False)
    ]
    columns = [*_FAMILY, "method", "settings", "mean_f1", "mean_rank", "friedman_statistic", "friedman_p"]
    return mark_methods(pd.concat(tables, ignore_index=True)[columns])


def friedman(f1: pd.DataFrame) -> tuple[float, float]:
    """Test whether the methods' ranks differ.

    Parameters
    ----------
    f1 : DataFrame
        A row a setting, a column a method; nothing is missing.

    Returns
    -------
    statistic : float
        Friedman's χ², corrected for ties.
    p_value : float
        From 10 settings on by χ²; with fewer, where that is far off, from permuting the ranks within settings: all
        ways to do so if they are at most 9,999, else so many random ones.

    Both are NaN with fewer than 2 settings or 3 methods, and where all methods tie in every setting.
    """
    if len(f1) < 2 or f1.shape[1] < 3 or not f1.nunique(axis="columns").gt(1).any():
        return math.nan, math.nan
    statistic, p_value = stats.friedmanchisquare(*f1.T.to_numpy())
    if len(f1) < _FEWEST_FOR_CHI_SQUARED:
        p_value = permutation_p(list(f1.rank(axis="columns").T.to_numpy()), _squared_rank_sums, "samples")
    return float(statistic), float(p_value)


def _squared_rank_sums(*ranks: np.ndarray, axis: int) -> np.ndarray:
    """Return what orders permutations as Friedman's statistic does: the rest of it they leave as it is."""
    return np.sum([of_method.sum(axis=axis) ** 2 for of_method in ranks], axis=0)


def _ranked(f1: pd.DataFrame) -> pd.DataFrame:
    statistic, p_value = friedman(f1)
    return pd.DataFrame(
        {
            "method": f1.columns,
            "settings": len(f1),
            "mean_f1": f1.mean().to_numpy(),
            "mean_rank": f1.rank(axis=1, ascending=False).mean().to_numpy(),
            "friedman_statistic": statistic,
            "friedman_p": p_value,
        }
    )
