"""Which classes are taken for which: a confusion matrix for each method of a setting."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from deep_oversampling.figures.looks import dagger_notes
from deep_oversampling.figures.style import PAGE_WIDTH, add_notes, add_title, blank_figure, house_style
from deep_oversampling.names import class_label, dataset_label, method_label, protocol_label, setting_title
from deep_oversampling.tables.runs import SETTING, minority_classes
from deep_oversampling.tables.selection import only

_MOST_WITH_ALL_NUMBERS, _MOST_WITH_DIAGONAL = 4, 12
_PANEL_MARGIN = 0.5
_DARK = 0.55


@house_style()
def confusion_figure(scores: pd.DataFrame) -> Figure:
    """Show a confusion matrix for each method of one setting.

    Parameters
    ----------
    scores : DataFrame
        With the columns of :data:`deep_oversampling.schemas.SCORE`; of one setting, classifier and protocol.

    Returns
    -------
    Figure
        The matrices are summed over the runs; a row adds up to 100 %. Numbers are in every cell for up to four
        methods, on the diagonal for up to twelve, and nowhere for more.

    Raises
    ------
    InputError
        If the runs are of several settings, classifiers or protocols.
    """
    if scores.empty:
        return blank_figure("There are no scores to show.")
    setting = {column: only(scores, column) for column in SETTING}
    shares = {str(method): class_shares(runs["confusion"]) for method, runs in scores.groupby("method", sort=False)}
    figure, panels = _layout(len(shares))
    for axes, (method, matrix) in zip(panels, shares.items(), strict=False):
        image = axes.imshow(matrix, vmin=0, vmax=1, cmap="Blues")
        axes.set_title(method_label(method))
        _write_numbers(axes, matrix, len(shares))
        _name_classes(axes, len(matrix), minority_classes(setting["minority"]))
    _add_bar(figure, image, panels)
    where = f"{dataset_label(setting['dataset'])}, {setting_title(setting)}"
    add_title(figure, f"{where}: {setting['classifier']}, {protocol_label(setting['protocol'])}")
    add_notes(figure, [*_class_notes(setting["dataset"], len(matrix), len(shares)), *dagger_notes(shares)])
    return figure


def class_shares(confusions: pd.Series) -> np.ndarray:
    """Sum confusion matrices and divide each row by its sum.

    Parameters
    ----------
    confusions : Series of array-like of shape (n_classes, n_classes)
        Images by true class (rows) and predicted class (columns), a matrix a run.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        Shares of the true class's images, 0 to 1; NaN in the row of a class without images.
    """
    total = np.sum([np.vstack(list(confusion)) for confusion in confusions], axis=0)
    images = total.sum(axis=1, keepdims=True)
    return np.divide(total, images, out=np.full(total.shape, np.nan), where=images > 0)


def _layout(n_methods: int) -> tuple[Figure, list[Axes]]:
    columns = min(n_methods, 2 if n_methods <= _MOST_WITH_ALL_NUMBERS else 3 if n_methods <= _MOST_WITH_DIAGONAL else 4)
    rows = -(-n_methods // columns)
    side = (PAGE_WIDTH - 0.9) / max(columns, 2) - 0.1
    width = PAGE_WIDTH if columns > 1 else side + 1.6
    figure = Figure(figsize=(width, rows * (side + _PANEL_MARGIN) + 1.0))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid[n_methods:]:
        axes.set_visible(False)
    for place, axes in enumerate(grid[:n_methods]):
        axes.set_xlabel("predicted class" if place + columns >= n_methods else "")
        axes.set_ylabel("true class" if place % columns == 0 else "")
    return figure, list(grid)


def _write_numbers(axes: Axes, matrix: np.ndarray, n_methods: int) -> None:
    if n_methods > _MOST_WITH_DIAGONAL:
        return
    for row, column in np.ndindex(matrix.shape):
        share = matrix[row, column]
        if round(100 * share) if n_methods <= _MOST_WITH_ALL_NUMBERS and share == share else row == column:
            colour = "white" if share > _DARK else "black"
            text = f"{100 * share:.0f}" if share == share else ""
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)


def _name_classes(axes: Axes, n_classes: int, minority: list[int]) -> None:
    names = [f"{label}*" if label in minority else str(label) for label in range(n_classes)]
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.set_xticks(range(n_classes), [name.replace("*", "\n*") for name in names])
    axes.set_yticks(range(n_classes), names)
    for label in minority:
        axes.get_xticklabels()[label].set_fontweight("bold")
        axes.get_yticklabels()[label].set_fontweight("bold")


def _add_bar(figure: Figure, image: AxesImage, panels: list[Axes]) -> None:
    bar = figure.colorbar(image, ax=panels, shrink=0.6, aspect=30, pad=0.02)
    bar.set_label("share of the true class's images")
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")


def _class_notes(dataset: str, n_classes: int, n_methods: int) -> list[str]:
    named = [class_label(dataset, label) for label in range(n_classes)]
    names = [f"Classes: {', '.join(named)}."] if named != list(map(str, range(n_classes))) else []
    percentages = [] if n_methods > _MOST_WITH_DIAGONAL else ["Numbers are percentages."]
    return [" ".join(["Bold and *: minority classes. Matrices are summed over all runs.", *percentages]), *names]
