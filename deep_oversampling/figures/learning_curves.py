"""How a generator's losses went over the epochs."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from deep_oversampling.figures.style import PAGE_WIDTH, add_notes, add_title, blank_figure, house_style

_PANEL_HEIGHT = 2.1
_FEW_EPOCHS = 20


@house_style()
def learning_curves_figure(history: pd.DataFrame, title: str) -> Figure:
    """Show every loss term of a training.

    Parameters
    ----------
    history : DataFrame
        With the columns of :data:`deep_oversampling.schemas.HISTORY`.
    title : str
        Which training it is.

    Returns
    -------
    Figure
        A row for each phase, a panel for each group of terms: those that share what stands before the first
        underscore, for example ``discriminator_real`` and ``discriminator_fake``.
    """
    if history.empty:
        return blank_figure(f"{title}: the generator was trained for no epoch.")
    groups = history.assign(group=history["term"].str.partition("_")[0])
    phases = [(str(name), phase) for name, phase in groups.groupby("phase", sort=False)]
    columns = max(phase["group"].nunique() for _, phase in phases)
    figure = Figure(figsize=(PAGE_WIDTH, len(phases) * _PANEL_HEIGHT + 0.7))
    grid = figure.subplots(len(phases), columns, squeeze=False)
    for row, (name, phase) in zip(grid, phases, strict=True):
        _draw_phase(row, phase, name if len(phases) > 1 else "")
    add_title(figure, title)
    add_notes(figure, ["Each value is the mean over the batches of an epoch.", *_single_epoch_notes(history)])
    return figure


def _draw_phase(row: list[Axes], phase: pd.DataFrame, name: str) -> None:
    panels = [(str(group), terms) for group, terms in phase.groupby("group", sort=False)]
    for axes in row[len(panels) :]:
        axes.set_visible(False)
    for axes, (group, terms) in zip(row, panels, strict=False):
        _draw_terms(axes, group, terms)
        axes.set_title(f"{name}: {group}" if name else group)
    row[0].set_ylabel("mean loss")


def _draw_terms(axes: Axes, group: str, terms: pd.DataFrame) -> None:
    curves = [(str(term), curve) for term, curve in terms.groupby("term", sort=False)]
    for term, curve in curves:
        marker = "." if len(curve) <= _FEW_EPOCHS else None
        axes.plot(curve["epoch"], curve["value"], marker=marker, label=term.removeprefix(f"{group}_"))
    if len(curves) > 1:
        axes.legend()
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def _single_epoch_notes(history: pd.DataFrame) -> list[str]:
    return ["One epoch: a point and no curve."] if history.groupby("phase")["epoch"].nunique().min() == 1 else []
