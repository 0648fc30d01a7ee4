"""What the tables have in common: the order of their rows, repeated runs and the paper's columns."""

import numpy as np
import pandas as pd

from deep_oversampling.errors import InputError
from deep_oversampling.paper import MAJORITY_COUNT, paper_classifier


def by_appearance(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Sort rows by columns, the first most important, each column's values in order of first appearance.

    Parameters
    ----------
    frame : DataFrame
        The rows; those equal in all of ``columns`` keep their order.
    columns : list of str
        What to sort by.

    Returns
    -------
    DataFrame
    """
    ranks = [pd.factorize(frame[column])[0] for column in columns]
    return frame.iloc[np.lexsort(ranks[::-1])]


def refuse_repeated(frame: pd.DataFrame, columns: list[str], what: str) -> None:
    """Refuse rows that would count twice in a mean.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    columns : list of str
        What must tell every row from the others.
    what : str
        What a row is, for the message.

    Raises
    ------
    InputError
        If two rows are equal in all of ``columns``.
    """
    repeated = frame[frame.duplicated(columns)]
    if len(repeated):
        raise InputError(f"the {what} of {describe(repeated.iloc[0], columns)} is there twice; give each file once")


def describe(row: pd.Series, columns: list[str]) -> str:
    """Name a row for a message, for example ``"dataset mnist, class 3"``."""
    return ", ".join(f"{column} {row[column]}" for column in columns)


def mark_methods(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with a column ``in_paper`` behind ``method``: whether it is one of the paper's ten."""
    marked = table.copy()
    marked.insert(table.columns.get_loc("method") + 1, "in_paper", table["method"].isin(paper_classifier()["method"]))
    return marked


def beside_paper(table: pd.DataFrame, published: pd.DataFrame, on: list[str], majority_count: int) -> pd.DataFrame:
    """Put the paper's numbers beside ours, where it has them.

    Parameters
    ----------
    table : DataFrame
        Our rows.
    published : DataFrame
        The paper's, see :mod:`deep_oversampling.paper`.
    on : list of str
        The columns that name a cell in both.
    majority_count : int
        Training images a majority class kept in our runs. Unless it is the paper's 3,200, no number
        is comparable and the new columns are null.

    Returns
    -------
    DataFrame
        ``table``, rows and order kept, and every other column of ``published`` with ``paper_``
        before its name.
    """
    comparable = published if majority_count == MAJORITY_COUNT else published.iloc[:0]
    named = comparable.rename(columns=lambda name: name if name in on else f"paper_{name}")
    joined = table.merge(named, how="left", on=on, validate="many_to_one")
    return joined.astype({"paper_table": "Int32"})
