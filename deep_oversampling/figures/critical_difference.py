"""Mean ranks of the methods over all settings, and which of them differ by Nemenyi's test."""

import math

import pandas as pd
import scikit_posthocs
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from deep_oversampling.errors import InputError
from deep_oversampling.figures.looks import dagger_notes, method_look
from deep_oversampling.figures.style import PAGE_WIDTH, add_notes, add_title, house_style
from deep_oversampling.names import method_label
from deep_oversampling.statistics.findings import p_value_in_words
from deep_oversampling.statistics.ranks import friedman

SIGNIFICANCE = 0.05
"""Level of Nemenyi's test."""

_ABOVE_AXIS = 2.0
_ROW_HEIGHT = 0.22
_FEWEST_SETTINGS, _FEWEST_METHODS = 2, 3


@house_style()
def critical_difference_figure(metric: pd.DataFrame, title: str) -> Figure:
    """Show the methods' mean ranks, with a bar over those that Nemenyi's test can't tell apart (Demšar, JMLR 2006).

    Parameters
    ----------
    metric : DataFrame
        A row for each setting, a column for each method; higher is better, nothing is missing. See
        :func:`deep_oversampling.statistics.ranks.f1_by_setting`.
    title : str
        What the ranks are of.

    Returns
    -------
    Figure
        Rank 1, the best, is at the left. Equal values share their mean rank.

    Raises
    ------
    InputError
        If there are fewer than 2 settings or 3 methods.
    """
    n_settings, n_methods = metric.shape
    if n_settings < _FEWEST_SETTINGS or n_methods < _FEWEST_METHODS:
        raise InputError(
            f"ranks need {_FEWEST_SETTINGS} settings and {_FEWEST_METHODS} methods, not {n_settings} and {n_methods};"
            " add minority_sets, ratios or methods"
        )
    figure = Figure(figsize=(PAGE_WIDTH, 4))
    axes = figure.subplots()
    ranks = mean_ranks(metric)
    _draw_diagram(axes, ranks, metric)
    _draw_critical_difference(axes, critical_difference(n_methods, n_settings))
    bottom = min(text.get_position()[1] for text in axes.texts)
    axes.set_ylim(bottom - 0.7, _ABOVE_AXIS + 0.8)
    figure.set_figheight(_ROW_HEIGHT * (_ABOVE_AXIS + 1.5 - bottom) + 1.1)
    add_title(figure, f"{title}: mean ranks over {n_settings} settings")
    add_notes(figure, [*_notes(metric), *dagger_notes(metric.columns)])
    return figure


def mean_ranks(metric: pd.DataFrame) -> pd.Series:
    """Return each method's rank, 1 for the highest value, averaged over the settings; equal values share theirs."""
    return metric.rank(axis="columns", ascending=False).mean()


def critical_difference(n_methods: int, n_settings: int) -> float:
    """Return by how much two mean ranks must differ to be significant by Nemenyi's test at 5 %."""
    quantile = stats.studentized_range.ppf(1 - SIGNIFICANCE, n_methods, math.inf) / math.sqrt(2)
    return float(quantile * math.sqrt(n_methods * (n_methods + 1) / (6 * n_settings)))


def _draw_diagram(axes: Axes, ranks: pd.Series, metric: pd.DataFrame) -> None:
    named = metric.rename(columns=method_label)
    p_values = scikit_posthocs.posthoc_nemenyi_friedman(named.to_numpy())
    p_values.index = p_values.columns = named.columns
    drawn = scikit_posthocs.critical_difference_diagram(
        ranks.rename(method_label),
        p_values,
        alpha=SIGNIFICANCE,
        ax=axes,
        label_fmt_left="{label}  {rank:.2f} ",
        label_fmt_right=" {rank:.2f}  {label}",
        label_props={"fontsize": 8},
        elbow_props={"color": "#8C8C8C", "linewidth": 0.8, "linestyle": "-", "clip_on": False},
        marker_props={"s": 0},
        crossbar_props={"linewidth": 3, "linestyle": "-", "color": "black", "solid_joinstyle": "bevel"},
        text_h_margin=0.03 * len(ranks),
    )
    for label in drawn["labels"]:
        label.set_color("black")
    for method, rank in ranks.items():
        look = method_look(str(method)).of_marker()
        axes.plot(rank, 0, linestyle="none", clip_on=False, zorder=4, label=f"_{method}", **look)
    axes.set_xlim(1, len(ranks))
    axes.set_xticks(range(1, len(ranks) + 1))
    axes.grid(visible=False)
    axes.spines.top.set_visible(True)


def _draw_critical_difference(axes: Axes, difference: float) -> None:
    """Draw the critical difference to scale above the axis, or give its number alone where it is longer than that."""
    start, end = axes.get_xlim()
    name = f"critical difference {difference:.2f}"
    if difference > end - start:
        axes.text(start, _ABOVE_AXIS, f"{name}, longer than the axis", fontsize=8, va="center")
        return
    ends = (start, _ABOVE_AXIS), (start + difference, _ABOVE_AXIS)
    bar = {"arrowstyle": "|-|,widthA=.3,widthB=.3", "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", *ends, annotation_clip=False, arrowprops=bar)
    axes.text(start + difference + 0.02 * (end - start), _ABOVE_AXIS, name, fontsize=8, va="center")


def _notes(metric: pd.DataFrame) -> list[str]:
    notes = ["Rank 1 is the best. A black bar joins methods that Nemenyi's test can't tell apart at 5 %."]
    if metric.nunique(axis="columns").gt(1).any():
        said = p_value_in_words(friedman(metric)[1])
        notes.append(f"Friedman's test that all methods are equally good: {said}.")
    return notes
