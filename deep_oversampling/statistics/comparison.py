"""Methods against a reference: paired by replicate in a setting, then over all settings."""

import math

import numpy as np
import pandas as pd
from scipy import stats

from deep_oversampling.statistics.intervals import CONFIDENCE, mean_interval, replicate_means
from deep_oversampling.tables.grouping import by_appearance, mark_methods
from deep_oversampling.tables.runs import METHOD, SETTING

REFERENCES = ("SMOTE", "Imbalanced")
"""What the other methods are compared with, where the experiment has it."""

SCOPES = ("minority", "overall")
"""The scopes whose F1 is compared."""

SIGNIFICANCE = 0.05
"""The level below which a p-value counts as significant."""

_ROUNDING = 1e-12
"""Differences no further apart are equal: the rest is rounding."""

_FAMILY = ["classifier", "protocol", "scope", "reference"]


def compare(runs: pd.DataFrame) -> pd.DataFrame:
    """Compare the F1 of every method with the references', setting by setting, paired by replicate.

    Parameters
    ----------
    runs : DataFrame
        As :func:`deep_oversampling.tables.runs.metrics_by_run` returns them.

    Returns
    -------
    DataFrame
        A row for each setting, scope of :data:`SCOPES`, reference and other method: the columns of
        :data:`deep_oversampling.tables.runs.METHOD`, ``in_paper``, ``scope``, ``reference``, ``replicates`` that have
        both, ``difference`` (the method's mean F1 less the reference's), ``low`` and ``high`` of its 95 % interval,
        ``standard_error``, the ``p_value`` of a paired t-test and ``holm_p``, corrected for the methods compared with
        the same reference. The last five are NaN for one replicate; the p-values also where all differences are equal.
    """
    means = replicate_means(runs[runs["scope"].isin(SCOPES)], [*METHOD, "scope"], "f1")
    rows = [
        row
        for setting, of_setting in by_appearance(means, [*SETTING, "scope"]).groupby([*SETTING, "scope"], sort=False)
        for row in _setting_rows(dict(zip([*SETTING, "scope"], setting, strict=True)), of_setting)
    ]
    columns = [*METHOD, "scope", "reference", "replicates", "difference", "low", "high", "standard_error", "p_value"]
    table = mark_methods(pd.DataFrame(rows, columns=columns))
    return _corrected(table, [*SETTING, "scope", "reference"], "p_value")


def _setting_rows(setting: dict[str, object], means: pd.DataFrame) -> list[dict[str, object]]:
    f1 = means.pivot(index="replicate", columns="method", values="f1")
    return [
        {**setting, "method": method, "reference": reference, **_paired(f1[method] - f1[reference])}
        for reference in REFERENCES
        if reference in f1
        for method in means["method"].unique()
        if method != reference
    ]


def _paired(differences: pd.Series) -> dict[str, object]:
    values = differences.dropna().to_numpy()
    interval = mean_interval(values)
    several = len(values) > 1
    testable = several and np.ptp(values) > _ROUNDING
    return {
        "replicates": len(values),
        "difference": interval.mean,
        "low": interval.low,
        "high": interval.high,
        "standard_error": float(stats.sem(values)) if several else math.nan,
        "p_value": float(stats.ttest_1samp(values, 0).pvalue) if testable else math.nan,
    }


def compare_over_settings(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Sum the comparisons up over all settings of a classifier and protocol that have a replicate of both methods.

    Parameters
    ----------
    comparisons : DataFrame
        As :func:`compare` returns them.

    Returns
    -------
    DataFrame
        A row for each classifier, protocol, scope, reference and method: ``in_paper``; ``settings``;
        ``settings_better``, those whose difference is above 0; the mean ``difference`` over them, with the 95 %
        interval ``low`` to ``high`` of what other replicates of the same settings would give (degrees of freedom after
        Satterthwaite; NaN where a setting has one replicate); ``wilcoxon_p`` of the signed-rank test over settings (NaN
        where all are 0), and ``holm_p``, corrected for the methods compared with that reference; NaN where even if the
        method were better in every setting it could not be below :data:`SIGNIFICANCE`, as there are too few settings
        for so many methods.
    """
    groups = comparisons.dropna(subset="difference").groupby([*_FAMILY, "method"], sort=False)
    rows = [{**dict(zip([*_FAMILY, "method"], name, strict=True)), **_over_settings(group)} for name, group in groups]
    columns = [*_FAMILY, "method", "settings", "settings_better", "difference", "low", "high", "wilcoxon_p"]
    table = mark_methods(pd.DataFrame(rows, columns=columns))
    # The smallest p that the signed-rank test can give is that of all differences having one sign.
    smallest = table.assign(p_value=(2 / 2.0 ** table["settings"]).where(table["wilcoxon_p"].notna()))
    attainable = _corrected(smallest, _FAMILY, "p_value")["holm_p"] < SIGNIFICANCE
    corrected = _corrected(table, _FAMILY, "wilcoxon_p")
    return corrected.assign(holm_p=corrected["holm_p"].where(attainable))


def _over_settings(group: pd.DataFrame) -> dict[str, object]:
    differences = group["difference"].to_numpy()
    mean = float(differences.mean())
    half = _half_width(group["standard_error"].to_numpy(), group["replicates"].to_numpy())
    return {
        "settings": len(differences),
        "settings_better": int((differences > 0).sum()),
        "difference": mean,
        "low": mean - half,
        "high": mean + half,
        "wilcoxon_p": float(stats.wilcoxon(differences).pvalue) if differences.any() else math.nan,
    }


def _half_width(standard_errors: np.ndarray, replicates: np.ndarray) -> float:
    variances = standard_errors**2
    total = variances.sum()
    if not total > 0:
        return float(total)
    freedom = total**2 / (variances**2 / (replicates - 1)).sum()
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * math.sqrt(total) / len(variances))


def _corrected(table: pd.DataFrame, family: list[str], column: str) -> pd.DataFrame:
    return table.assign(holm_p=table.groupby(family, sort=False)[column].transform(_holm).astype(float))


def _holm(p_values: pd.Series) -> np.ndarray:
    """Return Holm's corrected p-values; NaN ones stay and count for nothing."""
    values = p_values.to_numpy(dtype=float, copy=True)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    remaining = np.arange(len(order), 0, -1)
    values[order] = np.minimum(np.maximum.accumulate(values[order] * remaining), 1)
    return values
