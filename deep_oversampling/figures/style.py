"""The look of all figures, and how they are written."""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from deep_oversampling.storage import replacing

PAGE_WIDTH = 7.0
"""Width of a figure in inches."""

_STYLE = Path(__file__).with_name("style.mplstyle")
_CHARACTERS_PER_INCH = 16
_TITLE_CHARACTERS_PER_INCH = 12


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the style of ``style.mplstyle``, whatever the user's own settings are; also a decorator.

    Yields
    ------
    None
        Inside, new figures have the style; afterwards the settings are what they were.
    """
    with matplotlib.style.context(_STYLE, after_reset=True):
        yield


@house_style()
def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure, whole or not at all, and clear it.

    The same figure gives the same bytes: the file holds no date and no version, and text is drawn as outlines of the
    font that comes with matplotlib.

    Parameters
    ----------
    figure : Figure
        What to write; holds nothing afterwards.
    path : str or Path
        Where to; the suffix is the format, ``.svg`` or ``.png``.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    omitted = "Date" if Path(path).suffix == ".svg" else "Software"
    with replacing(path) as temporary:
        figure.savefig(temporary, metadata={omitted: None})
    figure.clear()


@house_style()
def blank_figure(message: str) -> Figure:
    """Return a figure that says in one sentence why there is nothing to see."""
    figure = Figure(figsize=(PAGE_WIDTH, 1.5))
    figure.text(0.5, 0.5, "\n".join(_wrapped(figure, message, _TITLE_CHARACTERS_PER_INCH)), ha="center", va="center")
    return figure


def add_title(figure: Figure, title: str) -> None:
    """Write a title above a figure, wrapped at its width."""
    figure.suptitle("\n".join(_wrapped(figure, title, _TITLE_CHARACTERS_PER_INCH)))


def add_notes(figure: Figure, notes: Sequence[str], key: Sequence[Artist] = ()) -> None:
    """Write sentences and a key below a figure.

    Parameters
    ----------
    figure : Figure
        What to explain.
    notes : sequence of str
        Each begins a line and is wrapped at the figure's width.
    key : sequence of Artist
        Labelled artists, shown in a row below the notes.
    """
    lines = [line for note in notes for line in _wrapped(figure, note, _CHARACTERS_PER_INCH)]
    if lines or key:
        figure.legend(
            handles=list(key),
            title="\n".join(lines),
            title_fontproperties={"size": 8},
            loc="outside lower left",
            alignment="left",
            ncols=max(len(key), 1),
            borderpad=0,
        )


def _wrapped(figure: Figure, text: str, characters_per_inch: int) -> list[str]:
    return textwrap.wrap(text, int(figure.get_figwidth() * characters_per_inch))
