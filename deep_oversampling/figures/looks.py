"""Colour and marker of every method, the same in all figures."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from deep_oversampling.names import NOT_IN_PAPER

_YELLOW = "#F0E442"
_DARK_GREY, _LIGHT_GREY = "#555555", "#8C8C8C"


@dataclass(frozen=True)
class Look:
    """What a method looks like.

    Attributes
    ----------
    colour : str
        One of Okabe and Ito's, or a grey.
    marker : str
        As matplotlib names it.
    filled : bool
        Whether the marker is filled with the colour, else with white.
    """

    colour: str
    marker: str
    filled: bool = True

    @property
    def edge(self) -> str:
        """The colour of lines: that of the method, but black for yellow, which is invisible on white."""
        return "#000000" if self.colour == _YELLOW else self.colour

    def of_marker(self) -> dict[str, Any]:
        """Return the keyword arguments that give a line's markers this look."""
        return {"marker": self.marker, **self.of_colour()}

    def of_colour(self) -> dict[str, Any]:
        """Return the keyword arguments that give a line's markers of another shape this look's colour and fill."""
        return {
            "color": self.edge,
            "markerfacecolor": self.colour if self.filled else "#FFFFFF",
            "markeredgecolor": self.edge,
        }


_PAPER = {
    "Imbalanced": Look("#000000", "X"),
    "SMOTE": Look("#E69F00", "s"),
    "RANDOM": Look("#56B4E9", "p"),
    "ACGAN": Look("#D55E00", "^"),
    "BAGAN": Look("#CC79A7", "P"),
    "CGAN": Look("#0072B2", "v"),
    "CVAE": Look("#009E73", "o"),
    "R-ACGAN": Look("#D55E00", "^", filled=False),
    "R-CGAN": Look("#0072B2", "v", filled=False),
    "R-CVAE": Look("#009E73", "o", filled=False),
}
_OTHERS = {
    "ClassWeights": Look(_DARK_GREY, "<"),
    "LogitAdjustment": Look(_DARK_GREY, ">"),
    "TunedLogitAdjustment": Look(_DARK_GREY, ">", filled=False),
    "ADASYN": Look(_YELLOW, "s"),
}
_SPARE = [
    Look(colour, marker, filled)
    for colour, marker, filled in product((_YELLOW, _LIGHT_GREY, _DARK_GREY), "*hd8H", (True, False))
    if filled or colour != _YELLOW
]


def method_look(method: str) -> Look:
    """Return a method's look, which follows from its name alone, so that it is the same in every figure.

    Parameters
    ----------
    method : str
        The paper's ten methods and the common baselines have looks of their own, a method balanced first (``"R-…"``)
        that of the other but hollow. Any other name takes one of 25 spare looks by its checksum.

    Returns
    -------
    Look
    """
    known = _PAPER | _OTHERS
    return known.get(method) or _SPARE[zlib.crc32(method.encode()) % len(_SPARE)]


def dagger_notes(methods: Iterable[str]) -> list[str]:
    """Return what the dagger means, for a figure's notes; nothing if no method has one."""
    return [] if set(methods) <= _PAPER.keys() else [f"{NOT_IN_PAPER} not in the paper"]
