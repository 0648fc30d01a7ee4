"""Intervals of means over replicates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

CONFIDENCE = 0.95
"""Share of the intervals that are to hold the true mean."""


@dataclass(frozen=True)
class Interval:
    """A mean and the 95 % interval around it.

    Attributes
    ----------
    mean : float
    low, high : float
        NaN where there is but one value.
    """

    mean: float
    low: float
    high: float


def mean_interval(values: Sequence[float] | np.ndarray) -> Interval:
    """Return the mean of independent values and Student's 95 % interval around it.

    Of the intervals over five replicates Student's alone covers what it promises: 95 % of them hold the true mean of
    normal data, against 84 % of bootstrap percentile intervals.

    Parameters
    ----------
    values : array-like of shape (n_replicates,)
        One for each replicate: see :func:`replicate_means`.

    Returns
    -------
    Interval
        The mean is NaN where there is no value, the bounds where there are fewer than two.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return Interval(float(values[0]) if len(values) else math.nan, math.nan, math.nan)
    mean = float(values.mean())
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values))
    return Interval(mean, mean - half, mean + half)


def replicate_means(runs: pd.DataFrame, by: list[str], column: str | list[str]) -> pd.DataFrame:
    """Average what was measured several times on a replicate.

    Classifiers of several seeds on one replicate are no independent values: they share its images.

    Parameters
    ----------
    runs : DataFrame
        A row a run, with ``replicate``, ``column`` and the columns of ``by``.
    by : list of str
        The columns that name what is compared, for example a method of a setting.
    column : str or list of str
        What is averaged.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``replicate`` and ``column``, a row for each replicate, in order of first appearance.
    """
    return runs.groupby([*by, "replicate"], sort=False)[column].mean().reset_index()


def interval_table(runs: pd.DataFrame, by: list[str], column: str) -> pd.DataFrame:
    """Return the interval of every group's mean over its replicates.

    Parameters
    ----------
    runs, by, column
        As for :func:`replicate_means`.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``replicates`` (how many), ``mean``, ``low`` and ``high``, a row for each group.
    """
    groups = replicate_means(runs, by, column).groupby(by, sort=False)[column]
    return pd.DataFrame(
        {**dict(zip(by, name, strict=True)), "replicates": len(values), **vars(mean_interval(values))}
        for name, values in groups
    )
