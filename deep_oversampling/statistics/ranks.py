"""Ranks of the methods over all settings, and Friedman's test of them (Demšar, JMLR 7, 2006)."""

import math

import pandas as pd
from scipy import stats

from deep_oversampling.statistics.comparison import SCOPES
from deep_oversampling.tables.runs import METHOD

_SETTING = ["dataset", "minority", "imbalance_ratio"]
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
    wide = means.reset_index().pivot(index=_SETTING, columns="method", values="f1")
    settings = pd.MultiIndex.from_frame(runs[_SETTING].drop_duplicates())
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
        A row for each classifier, protocol, scope and method: ``settings`` that have all methods, ``mean_f1`` and
        ``mean_rank`` over them (1 is the best, ties share theirs), ``friedman_statistic`` and ``friedman_p``, the
        same for all methods of a scope, NaN with fewer than 2 settings or 3 methods.
    """
    compared = runs[runs["scope"].isin(SCOPES)]
    tables = [
        _ranked(f1_by_setting(group)).assign(**dict(zip(_FAMILY, name, strict=True)))
        for name, group in compared.groupby(_FAMILY, sort=False)
    ]
    columns = [*_FAMILY, "method", "settings", "mean_f1", "mean_rank", "friedman_statistic", "friedman_p"]
    return pd.concat(tables, ignore_index=True)[columns]


def _ranked(f1: pd.DataFrame) -> pd.DataFrame:
    testable = len(f1) >= 2 and f1.shape[1] >= 3
    statistic, p_value = stats.friedmanchisquare(*f1.T.to_numpy()) if testable else (math.nan, math.nan)
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
