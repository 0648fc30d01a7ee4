"""Whether a better FID predicts a better classifier."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullLocator

from deep_oversampling.figures.looks import dagger_notes, method_look
from deep_oversampling.figures.style import PAGE_WIDTH, add_notes, add_title, blank_figure, house_style
from deep_oversampling.names import dataset_label, extractor_label, method_label, protocol_label, setting_title
from deep_oversampling.statistics.fid_and_gain import (
    REFERENCES,
    correlation_title,
    fid_and_gain,
    gain_reference,
    mean_gains,
)
from deep_oversampling.statistics.fid_values import incomplete_notes
from deep_oversampling.tables.layout import format_number
from deep_oversampling.tables.runs import SKEWING
from deep_oversampling.tables.selection import only

_LEAST_HEIGHT, _KEY_ROW = 4.0, 0.165
_FEWEST_TICKS = 3
_TICKS = [LogLocator(subs=steps) for steps in [(1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)]]


@house_style()
def fid_and_gain_figure(runs: pd.DataFrame, fids: pd.DataFrame) -> Figure:
    """Show the gain in minority F1 against the FID, a dot for each method of a setting.

    Parameters
    ----------
    runs : DataFrame
        As :func:`deep_oversampling.tables.runs.metrics_by_run` returns them; of one classifier and protocol.
    fids : DataFrame
        With the columns of :data:`deep_oversampling.schemas.FID`; of one extractor.

    Returns
    -------
    Figure
        A line joins the methods of a setting. Below it is what :func:`correlation_title` says.

    Raises
    ------
    InputError
        If the runs are of several classifiers or protocols, or the FIDs of several extractors.
    """
    reference = gain_reference(runs)
    if reference is None:
        return blank_figure(f"There is no gain to show: neither {' nor '.join(REFERENCES)} was run.")
    dots = fid_and_gain(runs, fids, reference)
    if dots.empty:
        return blank_figure("There is no gain to show: no method has both an FID and a score.")
    figure = Figure(figsize=(PAGE_WIDTH, max(_LEAST_HEIGHT, 1.3 + _KEY_ROW * dots["method"].nunique())))
    axes = figure.subplots()
    _draw_settings(axes, dots)
    _draw_methods(axes, dots)
    _scale_fids(axes)
    axes.set_xlabel(f"mean FID in the eyes of {extractor_label(only(fids, 'extractor'))}\n(log scale, lower is better)")
    axes.set_ylabel(f"gain in minority F1 over {reference}")
    judge = f"{only(runs, 'classifier')}, {protocol_label(only(runs, 'protocol'))}"
    add_title(figure, f"{judge}: gain in minority F1 against FID")
    figure.legend(loc="outside right center", handlelength=1)
    gains = mean_gains(runs, reference)
    notes = [*_notes(dots), *_without_fid(gains[~gains["method"].isin(dots["method"])]), *incomplete_notes(fids)]
    add_notes(figure, [*notes, *dagger_notes(gains["method"])])
    return figure


def _draw_settings(axes: Axes, dots: pd.DataFrame) -> None:
    axes.axhline(0, color="black", linewidth=0.8)
    for _, setting in dots.sort_values("fid", kind="stable").groupby(SKEWING, sort=False):
        label = f"_{dataset_label(setting['dataset'].iloc[0])}, {setting_title(setting.iloc[0])}"
        axes.plot(setting["fid"], setting["gain"], color="#BDBDBD", linestyle="-", linewidth=0.8, label=label)


def _draw_methods(axes: Axes, dots: pd.DataFrame) -> None:
    for method, of_method in dots.groupby("method", sort=False):
        look = method_look(str(method)).of_marker()
        axes.plot(of_method["fid"], of_method["gain"], linestyle="none", label=method_label(str(method)), **look)


def _scale_fids(axes: Axes) -> None:
    """Scale the axis by logarithms, with at least three labelled ticks, at round numbers if they can be."""
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    for locator in [*_TICKS, MaxNLocator(5)]:
        ticks = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
        if len(ticks) >= _FEWEST_TICKS:
            break
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())


def _notes(dots: pd.DataFrame) -> list[str]:
    correlation = correlation_title(dots)
    notes = [f"{correlation[0].upper()}{correlation[1:]}.", "Means over replicates."]
    if dots.duplicated(SKEWING).any():
        notes[-1] += " A line joins the methods of one setting."
    return notes


def _without_fid(gains: pd.DataFrame) -> list[str]:
    """Return what the methods gain that can't be drawn, so that oversampling is seen beside its cheap rivals."""
    means = gains.groupby("method", sort=False)["gain"].mean()
    gained = [f"{method_label(str(method))} {format_number(gain, 3, signed=True)}" for method, gain in means.items()]
    return [f"Without an FID, mean gain: {', '.join(gained)}."] if gained else []
