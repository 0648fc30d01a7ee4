"""A metric of every method with its interval over replicates, the paper's mean beside it."""

import math
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deep_oversampling.figures.looks import dagger_notes, method_look
from deep_oversampling.figures.panels import SETTING, method_panels, missing_notes
from deep_oversampling.figures.style import add_notes, add_title, blank_figure, house_style
from deep_oversampling.names import dataset_label, extractor_label, protocol_label
from deep_oversampling.paper import MAJORITY_COUNT, paper_classifier, paper_fid
from deep_oversampling.statistics.fid_values import fid_by_replicate, incomplete_notes
from deep_oversampling.statistics.intervals import interval_table, replicate_means
from deep_oversampling.tables.classifier import PAPER_CLASSIFIER
from deep_oversampling.tables.fid import PAPER_EXTRACTOR
from deep_oversampling.tables.selection import only

_ROW_HEIGHT = 0.21
_BELOW = 0.3
_PAPER_MARKER = {"marker": "D", "markersize": 7.5, "markerfacecolor": "none", "markeredgecolor": "black"}


@dataclass(frozen=True)
class _Metric:
    column: str
    axis_label: str
    upper: float
    """The largest value that the metric can have; the smallest is 0."""


_F1 = _Metric("f1", "minority F1\n(higher is better)", 1.0)
_FID = _Metric("fid", "mean FID\n(lower is better)", math.inf)


@house_style()
def minority_f1_figure(runs: pd.DataFrame, majority_count: int) -> Figure:
    """Show the minority F1 of every method, a panel for each setting of a data set.

    Parameters
    ----------
    runs : DataFrame
        As :func:`deep_oversampling.tables.runs.metrics_by_run` returns them; of one data set, classifier and
        protocol.
    majority_count : int
        Training images a majority class kept; the paper's means are shown only at its 3,200, and beside the MLP.

    Returns
    -------
    Figure
        Methods are in order of first appearance. A marker is the mean over replicates, a bar its 95 % interval, a dot
        a replicate, the mean over its classifiers.

    Raises
    ------
    InputError
        If the runs are of several data sets, classifiers or protocols.
    """
    runs = runs[runs["scope"] == "minority"]
    if runs.empty:
        return blank_figure("There are no scores to show.")
    dataset, classifier, protocol = (only(runs, column) for column in ("dataset", "classifier", "protocol"))
    published = paper_classifier().query("scope == 'minority' and dataset == @dataset")
    comparable = classifier == PAPER_CLASSIFIER and majority_count == MAJORITY_COUNT
    figure = _dot_plot(
        runs,
        published if comparable else published.iloc[:0],
        _F1,
        ["Small dots: replicates, each the mean over its classifier seeds."],
    )
    add_title(figure, f"{dataset_label(dataset)}: minority F1 of the {classifier}, {protocol_label(protocol)}")
    return figure


@house_style()
def fid_figure(fids: pd.DataFrame, majority_count: int) -> Figure:
    """Show the FID of every method, a panel for each setting of a data set.

    Parameters
    ----------
    fids : DataFrame
        With the columns of :data:`deep_oversampling.schemas.FID`; of one data set and one extractor.
    majority_count : int
        As for :func:`minority_f1_figure`; the paper's means are shown beside Inception's FIDs alone.

    Returns
    -------
    Figure
        As from :func:`minority_f1_figure`; a replicate's FID is the mean over its minority classes.

    Raises
    ------
    InputError
        If the FIDs are of several data sets or extractors.
    """
    values = fid_by_replicate(fids)
    if values.empty:
        return blank_figure("There are no FIDs to show: no method made images of every minority class.")
    dataset, extractor = only(fids, "dataset"), only(fids, "extractor")
    published = paper_fid().query("dataset == @dataset").groupby([*SETTING, "method"])["fid"].mean().reset_index()
    comparable = extractor == PAPER_EXTRACTOR and majority_count == MAJORITY_COUNT
    figure = _dot_plot(
        values,
        published if comparable else published.iloc[:0],
        _FID,
        ["Small dots: replicates, each the mean over its minority classes.", *incomplete_notes(fids)],
    )
    add_title(figure, f"{dataset_label(dataset)}: FID in the eyes of {extractor_label(extractor)}")
    return figure


def _dot_plot(values: pd.DataFrame, published: pd.DataFrame, metric: _Metric, notes: list[str]) -> Figure:
    methods = list(values["method"].unique())
    figure, panels = method_panels(values, methods, metric.axis_label, _ROW_HEIGHT)
    intervals = interval_table(values, [*SETTING, "method"], metric.column)
    shown_paper = intervals.merge(published, on=[*SETTING, "method"])
    for axes, setting in panels:
        here = setting[SETTING].drop_duplicates()
        _draw_methods(axes, setting, intervals.merge(here, on=SETTING), methods, metric.column)
        _draw_paper(axes, shown_paper.merge(here, on=SETTING), methods, metric.column)
    _set_limits(panels[0][0], values, intervals, shown_paper, metric)
    further_notes = [*_replicate_notes(intervals), *missing_notes(values, methods), *dagger_notes(methods)]
    add_notes(figure, [*notes, *further_notes], _key(has_paper=not shown_paper.empty))
    return figure


def _draw_methods(axes: Axes, setting: pd.DataFrame, intervals: pd.DataFrame, methods: list[str], column: str) -> None:
    replicates = replicate_means(setting, ["method"], column)
    for interval in intervals.to_dict("records"):
        method = interval["method"]
        row, look = methods.index(method), method_look(method)
        dots = replicates.loc[replicates["method"] == method, column]
        axes.plot(dots, [row + _BELOW] * len(dots), ".", markersize=3, color=look.edge, label=f"_replicates {method}")
        axes.plot([interval["low"], interval["high"]], [row, row], color=look.edge, linestyle="-", label=f"_{method}")
        axes.plot(interval["mean"], row, linestyle="none", label=f"_mean {method}", **look.of_marker())


def _draw_paper(axes: Axes, published: pd.DataFrame, methods: list[str], column: str) -> None:
    rows = [methods.index(method) for method in published["method"]]
    axes.plot(published[column], rows, linestyle="none", label="_paper", **_PAPER_MARKER)


def _set_limits(
    axes: Axes, values: pd.DataFrame, intervals: pd.DataFrame, published: pd.DataFrame, metric: _Metric
) -> None:
    """Show every dot and mean, and intervals as far as the metric can go."""
    bounds = intervals[["low", "high"]].clip(0, metric.upper)
    shown = pd.concat([values[metric.column], published[metric.column], bounds["low"], bounds["high"]])
    low, high = shown.min(), shown.max()
    margin = 0.04 * (high - low) or 0.05
    axes.set_xlim(max(low - margin, -margin / 2), min(high + margin, metric.upper + margin / 2))


def _replicate_notes(intervals: pd.DataFrame) -> list[str]:
    single = intervals["replicates"] == 1
    if single.all():
        return ["One replicate: no interval."]
    return ["A marker without a bar is of one replicate: no interval."] if single.any() else []


def _key(has_paper: bool) -> list[Line2D]:
    grey = {"color": "#555555", "markersize": 5}
    ours = Line2D([], [], marker="o", linestyle="-", label="mean and 95 % interval over replicates", **grey)
    paper = Line2D([], [], linestyle="none", label="the paper's mean", **_PAPER_MARKER)
    return [ours, paper] if has_paper else [ours]
