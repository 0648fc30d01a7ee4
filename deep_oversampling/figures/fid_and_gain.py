"""Whether a better FID predicts a better classifier."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from deep_oversampling.figures.looks import dagger_notes, method_label, method_look
from deep_oversampling.figures.style import PAGE_WIDTH, add_notes, add_title, blank_figure, house_style
from deep_oversampling.names import dataset_label, extractor_label, protocol_label, setting_title
from deep_oversampling.statistics.fid_and_gain import (
    FEWEST_DOTS,
    REFERENCES,
    correlation_title,
    fid_and_gain,
    gain_reference,
)
from deep_oversampling.statistics.fid_values import incomplete_notes
from deep_oversampling.tables.selection import only

_SETTING = ["dataset", "minority", "imbalance_ratio"]
_MARKERS = "os^vD<>PXph*"
_LEAST_HEIGHT, _KEY_ROW = 4.0, 0.165


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
        Spearman's ρ over all dots is in the title if there are at least four.

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
    title = f"{only(runs, 'classifier')}, {protocol_label(only(runs, 'protocol'))}: {correlation_title(dots)}"
    methods = list(dots["method"].unique())
    settings = list(dots[_SETTING].drop_duplicates().itertuples(index=False, name=None))
    markers = {setting: _MARKERS[place % len(_MARKERS)] for place, setting in enumerate(settings)}
    key = [*_method_key(methods), *_setting_key(markers)]
    figure = Figure(figsize=(PAGE_WIDTH, max(_LEAST_HEIGHT, 1.3 + _KEY_ROW * len(key))))
    axes = figure.subplots()
    _draw_dots(axes, dots, markers)
    _scale_fids(axes, dots["fid"])
    axes.set_xlabel(f"mean FID in the eyes of {extractor_label(only(fids, 'extractor'))}\n(log scale, lower is better)")
    axes.set_ylabel(f"gain in minority F1 over {reference}")
    add_title(figure, title)
    figure.legend(handles=key, loc="outside right center", handlelength=1)
    add_notes(figure, [*_notes(dots), *incomplete_notes(fids), *dagger_notes(methods)])
    return figure


def _draw_dots(axes: Axes, dots: pd.DataFrame, markers: dict[tuple, str]) -> None:
    axes.axhline(0, color="black", linewidth=0.8)
    for dot in dots.to_dict("records"):
        setting = tuple(dot[column] for column in _SETTING)
        look = method_look(dot["method"])
        label = f"_{dot['method']} {setting_title(dot)}"
        axes.plot(dot["fid"], dot["gain"], marker=markers[setting], label=label, **look.of_colour())


def _scale_fids(axes: Axes, fids: pd.Series) -> None:
    """Scale the axis by logarithms, with as many labelled ticks as there is room for."""
    decades = np.log10(fids.max() / fids.min())
    steps = (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9) if decades < 0.5 else (1, 2, 3, 5) if decades < 1.5 else (1,)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=steps))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())


def _method_key(methods: Sequence[str]) -> list[Line2D]:
    return [
        Line2D([], [], linestyle="none", marker="o", label=method_label(method), **method_look(method).of_colour())
        for method in methods
    ]


def _setting_key(markers: dict[tuple, str]) -> list[Line2D]:
    """Return the settings' shapes, those of each data set below its name."""
    key = []
    for dataset in dict.fromkeys(setting[0] for setting in markers):
        key.append(Line2D([], [], linestyle="none", label=f"\n{dataset_label(dataset)}"))
        for setting, marker in markers.items():
            if setting[0] == dataset:
                title = setting_title(dict(zip(_SETTING, setting, strict=True)))
                key.append(Line2D([], [], linestyle="none", marker=marker, color="#555555", label=title))
    return key


def _notes(dots: pd.DataFrame) -> list[str]:
    notes = ["Colour and fill are the method, the shape is the setting; means over replicates."]
    if len(dots) >= FEWEST_DOTS and dots.duplicated(_SETTING).any():
        notes.append("p takes the dots as independent, but those of one setting share its images.")
    return notes
