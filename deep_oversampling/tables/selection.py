"""Which rows a figure or a finding is of."""

from typing import Any

import pandas as pd

from deep_oversampling.errors import InputError

_COLUMNS = {"ratio": "imbalance_ratio"}


def select(frame: pd.DataFrame, **wildcards: Any) -> pd.DataFrame:
    """Return the rows that a path's wildcards name.

    Parameters
    ----------
    frame : DataFrame
        The rows, of any schema.
    **wildcards : str
        By the name in paths, for example ``ratio="320"``; compared as text.

    Returns
    -------
    DataFrame
        Rows in their order; none if nothing matches.
    """
    chosen = pd.Series(True, index=frame.index)
    for name, value in wildcards.items():
        chosen &= frame[_COLUMNS.get(name, name)].astype(str) == str(value)
    return frame[chosen]


def only(frame: pd.DataFrame, column: str) -> Any:
    """Return the one value of a column.

    Parameters
    ----------
    frame : DataFrame
        At least one row.
    column : str
        What a figure must not mix.

    Returns
    -------
    object

    Raises
    ------
    InputError
        If there are several values.
    """
    values = frame[column].unique()
    if len(values) > 1:
        raise InputError(f"a figure is of one {column}, not of {' and '.join(map(str, values))}; select one")
    return values[0]
