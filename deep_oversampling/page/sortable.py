"""The page's tables that can be sorted: their columns, and the text and sorting value of each cell."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from deep_oversampling.names import dataset_label, method_label, minority_title
from deep_oversampling.tables.layout import format_number

Record = Mapping[str, Any]

AXES = ("dataset", "minority", "imbalance_ratio", "classifier", "protocol")
"""What rows and figures can be filtered by."""


@dataclass(frozen=True)
class Value:
    """What a cell shows.

    Attributes
    ----------
    text : str
    sort_by : float or str
        What rows are sorted by; NaN comes last.
    source : str or None
        The file that the number is from, from the results folder.
    """

    text: str
    sort_by: float | str
    source: str | None = None


@dataclass(frozen=True)
class Column:
    """A column of a sortable table.

    Attributes
    ----------
    name : str
    show : callable
        From a row to what its cell shows.
    numeric : bool
    names : bool
        Whether it says what was measured on, not what was measured.
    """

    name: str
    show: Callable[[Record], Value]
    numeric: bool = True
    names: bool = False


@dataclass(frozen=True)
class SortableTable:
    """Rows that can be filtered and sorted.

    Attributes
    ----------
    name : str
    title : str
    note : str
    columns : tuple of Column
    rows : tuple of tuple
        For each row what the filters see, by axis, and its values.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Mapping[str, str], tuple[Value, ...]], ...] = field(repr=False)


def sortable(
    name: str,
    title: str,
    note: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
) -> SortableTable:
    """Build a table with a row for each row of a frame; columns that name the same thing in all rows are left out."""
    records = frame.to_dict("records")
    cells = [[column.show(record) for record in records] for column in columns]
    shown = [place for place, values in enumerate(cells) if not columns[place].names or len(set(values)) > 1]
    rows = tuple(
        (
            {axis: str(record[axis]) for axis in AXES if axis in record},
            tuple(cells[place][number] for place in shown),
        )
        for number, record in enumerate(records)
    )
    return SortableTable(name, title, note, tuple(columns[place] for place in shown), rows)


def number(name: str, key: str, source: str, decimals: int = 3, *, signed: bool = False) -> Column:
    """Return a column of plain numbers of one file."""

    def show(record: Record) -> Value:
        value = record[key]
        return Value(format_number(value, decimals, signed=signed), value, None if math.isnan(value) else source)

    return Column(name, show)


def interval(name: str, keys: tuple[str, str, str], source: str, *, signed: bool = False) -> Column:
    """Return a column of numbers with their interval, where there is one."""

    def show(record: Record) -> Value:
        mean, low, high = (record[key] for key in keys)
        text = format_number(mean, 3, signed=signed)
        if not math.isnan(low):
            text += f" [{format_number(low, 3, signed=signed)}, {format_number(high, 3, signed=signed)}]"
        return Value(text, mean, None if math.isnan(mean) else source)

    return Column(name, show)


def p_value(name: str, key: str, source: str, reference: str) -> Column:
    """Return a column of p-values; "not tested" where there is none, nothing for the reference itself."""

    def show(record: Record) -> Value:
        value = record[key]
        if math.isnan(value):
            return Value("" if record["method"] == reference else "not tested", math.nan)
        return Value("< 0.001" if value < 0.001 else f"{value:.3f}", value, source)

    return Column(name, show)


def method_column() -> Column:
    """Return the column of the methods, marked where the paper doesn't have them."""
    return Column("Method", lambda record: Value(method_label(record["method"]), record["method"]), numeric=False)


def setting_columns(*, scored: bool) -> list[Column]:
    """Return the columns that name a setting; ``scored`` adds the classifier and the protocol."""
    columns = [
        Column("Data set", lambda record: _text(dataset_label(record["dataset"])), numeric=False, names=True),
        Column("Minority classes", lambda record: _text(minority_title(record["minority"])), numeric=False, names=True),
        Column("ρ", lambda record: Value(str(record["imbalance_ratio"]), record["imbalance_ratio"]), names=True),
    ]
    return columns + judge_columns() if scored else columns


def judge_columns() -> list[Column]:
    """Return the columns that name the classifier and the protocol."""
    return [
        Column("Classifier", lambda record: _text(record["classifier"]), numeric=False, names=True),
        Column("Protocol", lambda record: _text(record["protocol"]), numeric=False, names=True),
    ]


def _text(text: str) -> Value:
    return Value(text, text)
