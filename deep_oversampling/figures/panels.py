"""A panel for each setting of a data set, with a row for each method."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deep_oversampling.figures.style import PAGE_WIDTH
from deep_oversampling.names import method_label, setting_title
from deep_oversampling.tables.grouping import by_appearance

SETTING = ["minority", "imbalance_ratio"]
"""The columns that name a setting of a data set."""

_MOST_COLUMNS = 3
_PANEL_MARGIN = 0.55
_FIGURE_MARGIN = 1.1


def method_panels(
    values: pd.DataFrame, methods: Sequence[str], axis_label: str, row_height: float
) -> tuple[Figure, list[tuple[Axes, pd.DataFrame]]]:
    """Lay out a panel for each setting, with the methods' names at its rows.

    Parameters
    ----------
    values : DataFrame
        With the columns of :data:`SETTING`; settings are in order of first appearance, ratios side by side.
    methods : sequence of str
        From the top row, at 0, to the bottom one, at ``len(methods) - 1``.
    axis_label : str
        Below the lowest panels.
    row_height : float
        In inches.

    Returns
    -------
    figure : Figure
    panels : list of (Axes, DataFrame)
        Each panel and its rows of ``values``.
    """
    settings = [group for _, group in by_appearance(values, SETTING).groupby(SETTING, sort=False)]
    columns = min(values["imbalance_ratio"].nunique(), _MOST_COLUMNS)
    rows = -(-len(settings) // columns)
    height = rows * (len(methods) * row_height + _PANEL_MARGIN) + _FIGURE_MARGIN
    figure = Figure(figsize=(PAGE_WIDTH, height))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes in grid[len(settings) :]:
        axes.set_visible(False)
    for axes, setting in zip(grid, settings, strict=False):
        title = setting_title(setting.iloc[0])
        axes.set_title(title.replace(", ρ", ",\nρ") if columns == _MOST_COLUMNS else title)
        axes.tick_params(axis="y", length=0)
    for axes in grid[max(len(settings) - columns, 0) : len(settings)]:
        axes.set_xlabel(axis_label)
        axes.tick_params(labelbottom=True)
    _name_rows(grid[0], methods)
    return figure, list(zip(grid, settings, strict=False))


def _name_rows(axes: Axes, methods: Sequence[str]) -> None:
    axes.set_yticks(range(len(methods)), [method_label(method) for method in methods])
    axes.set_ylim(len(methods) - 0.4, -0.6)


def missing_notes(values: pd.DataFrame, methods: Sequence[str]) -> list[str]:
    """Return a sentence on methods that some panel lacks, for :func:`~deep_oversampling.figures.style.add_notes`."""
    present = values.groupby(SETTING)["method"].nunique()
    return ["Empty row: there is no result of that method."] if (present < len(methods)).any() else []
