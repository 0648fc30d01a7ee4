"""A table in the paper's layout: blocks of rows, each cell ours beside the paper's."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from deep_oversampling.names import NOT_IN_PAPER


@dataclass(frozen=True)
class Cell:
    """One number of a table.

    Attributes
    ----------
    ours, paper : float
        NaN where there is none.
    best : bool
        Whether ours is the best of its column in its block.
    source : str or None
        The file that ours is from, from the results folder.
    """

    ours: float = math.nan
    paper: float = math.nan
    best: bool = False
    source: str | None = None

    @property
    def difference(self) -> float:
        """Ours less the paper's; NaN where either is missing."""
        return self.ours - self.paper


@dataclass(frozen=True)
class Column:
    """A column of numbers.

    Attributes
    ----------
    group : str
        The heading above it, shared with its neighbours; may be empty.
    name : str
    decimals : int
        Digits after the point, as many as the paper prints.
    higher_is_better : bool or None
        None where no cell is to be marked as the best.
    """

    group: str
    name: str
    decimals: int
    higher_is_better: bool | None


@dataclass(frozen=True)
class Row:
    """A method's cells, one for each column."""

    method: str
    in_paper: bool
    cells: tuple[Cell, ...]

    @property
    def label(self) -> str:
        """The method's name, marked where the paper doesn't have it."""
        return self.method if self.in_paper else f"{self.method} {NOT_IN_PAPER}"


@dataclass(frozen=True)
class Block:
    """The rows of one minority set or data set.

    Attributes
    ----------
    title : str
    rows : tuple of Row
    axes : mapping of str
        The minority set or data set by the name of its axis.
    """

    title: str
    rows: tuple[Row, ...]
    axes: Mapping[str, str]

    @property
    def length(self) -> int:
        """How many rows it has."""
        return len(self.rows)


@dataclass(frozen=True)
class Layout:
    """A table of the paper, or of ours in its manner.

    Attributes
    ----------
    name : str
        Of its files.
    title : str
    number : int or None
        The paper's table; None where it has no such table.
    note : str
        How it was made.
    columns : tuple of Column
    blocks : tuple of Block
    axes : mapping of str
        What all blocks have in common, by the name of its axis.
    """

    name: str
    title: str
    number: int | None
    note: str
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    axes: Mapping[str, str]

    @property
    def heading(self) -> str:
        """The title after the paper's number, where it has one."""
        return f"Table {self.number}. {self.title}" if self.number else self.title

    @property
    def has_ours(self) -> bool:
        """Whether any cell holds a number of ours."""
        return any(not math.isnan(cell.ours) for block in self.blocks for row in block.rows for cell in row.cells)


def mark_best(block: Block, columns: Sequence[Column]) -> Block:
    """Return the block with the best of ours marked in every column; ties are all marked."""
    best = [_best([row.cells[place].ours for row in block.rows], column) for place, column in enumerate(columns)]
    rows = tuple(replace(row, cells=tuple(map(_marked, row.cells, best))) for row in block.rows)
    return replace(block, rows=rows)


def _marked(cell: Cell, best: float) -> Cell:
    return replace(cell, best=cell.ours == best)


def _best(values: Sequence[float], column: Column) -> float:
    known = [value for value in values if not math.isnan(value) and column.higher_is_better is not None]
    choose: Callable[[list[float]], float] = max if column.higher_is_better else min
    return choose(known) if known else math.nan


def format_number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Return a number with so many digits after the point, a true minus sign (none before 0), and nothing for NaN."""
    if math.isnan(value):
        return ""
    text = f"{value:+z.{decimals}f}" if signed else f"{value:z.{decimals}f}"
    return text.replace("-", "−")
