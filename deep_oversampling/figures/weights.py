"""Which weight of the synthetic images the search chose, run by run."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deep_oversampling.figures.looks import dagger_notes, method_look
from deep_oversampling.figures.panels import method_panels, missing_notes
from deep_oversampling.figures.style import add_notes, add_title, blank_figure, house_style
from deep_oversampling.names import dataset_label, protocol_label
from deep_oversampling.tables.selection import only

_ROW_HEIGHT = 0.3
_STACK = 5
_DOT_SPACING = 0.15
_COLUMN_SPACING = 0.015


@house_style()
def weights_figure(scores: pd.DataFrame) -> Figure:
    """Show the chosen weight of every run, a panel for each setting of a data set.

    Parameters
    ----------
    scores : DataFrame
        With the columns of :data:`deep_oversampling.schemas.SCORE`; of one data set, classifier and protocol. Runs
        without a chosen weight are left out.

    Returns
    -------
    Figure
        A dot is a run; runs of a method that chose the same weight are stacked around it. Vertical lines are the
        candidates.

    Raises
    ------
    InputError
        If the runs are of several data sets, classifiers or protocols.
    """
    tuned = scores[scores["chosen_weight"].notna()]
    if tuned.empty:
        return blank_figure("No weights were tuned: no method added images.")
    dataset, classifier, protocol = (only(tuned, column) for column in ("dataset", "classifier", "protocol"))
    methods, candidates = list(tuned["method"].unique()), candidate_weights(tuned)
    figure, panels = method_panels(tuned, methods, "chosen weight of\nsynthetic images", _ROW_HEIGHT)
    step = _COLUMN_SPACING * (candidates[-1] - candidates[0] or 1)
    for axes, setting in panels:
        _draw_candidates(axes, candidates)
        for method, runs in setting.groupby("method", sort=False):
            _draw_runs(axes, str(method), methods.index(method), runs["chosen_weight"], step)
    add_title(figure, f"{dataset_label(dataset)}: weights chosen for the {classifier}, {protocol_label(protocol)}")
    candidate_note = f"Vertical lines: the {len(candidates)} candidates, {candidates[0]:g} to {candidates[-1]:g}."
    run_note = "A dot is a run (replicate and classifier seed); runs with the same weight are stacked around its line."
    untuned = [] if len(tuned) == len(scores) else ["Methods whose weight isn't tuned are left out."]
    add_notes(figure, [run_note, candidate_note, *untuned, *missing_notes(tuned, methods), *dagger_notes(methods)])
    return figure


def candidate_weights(scores: pd.DataFrame) -> list[float]:
    """Return every weight that was tried or chosen in any run, in ascending order."""
    tried = {candidate["weight"] for candidates in scores["candidates"] for candidate in candidates}
    return sorted(tried | set(scores["chosen_weight"].dropna()))


def stack(count: int) -> np.ndarray:
    """Return where the dots of a stack stand.

    Parameters
    ----------
    count : int
        Number of dots.

    Returns
    -------
    ndarray of shape (count, 2)
        Column and row from the middle of the stack, in dots; at most five are above one another.
    """
    columns, rows = np.divmod(np.arange(count), _STACK)
    heights = np.minimum(count - columns * _STACK, _STACK)
    return np.stack([columns - columns.max(initial=0) / 2, rows - (heights - 1) / 2], axis=1)


def _draw_candidates(axes: Axes, candidates: Sequence[float]) -> None:
    axes.grid(visible=False, axis="x")
    for weight in candidates:
        axes.axvline(weight, color="#D0D0D0", linewidth=0.7, zorder=0)


def _draw_runs(axes: Axes, method: str, row: int, weights: pd.Series, step: float) -> None:
    look = method_look(method)
    for weight, count in weights.value_counts().sort_index().items():
        places = stack(count)
        axes.plot(
            weight + step * places[:, 0],
            row + _DOT_SPACING * places[:, 1],
            linestyle="none",
            marker="o",
            markersize=3.2,
            label=f"_{method}",
            **(look.of_colour() | {"markeredgewidth": 0.7}),
        )
