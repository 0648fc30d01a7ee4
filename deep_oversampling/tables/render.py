"""A laid-out table as HTML, Markdown, CSV and LaTeX."""

import math
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader
from tabulate import tabulate

from deep_oversampling.storage import replacing, write_csv
from deep_oversampling.tables.layout import Cell, Column, Layout, Row, format_number

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body>{table}</body></html>
"""

_LATEX = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": r"$-$",
    "ρ": r"$\rho$",
    "†": r"\dag{}",
}


def groupby_neighbours(columns: Iterable[Column]) -> list[tuple[str, list[Column]]]:
    """Return neighbouring columns that share a heading, with it."""
    return [(group, list(members)) for group, members in groupby(columns, key=lambda column: column.group)]


def write_layout(path: str | Path, layout: Layout) -> None:
    """Write a table in the format that the file's name ends with.

    Parameters
    ----------
    path : str or Path
        Ending in ``.html``, ``.md``, ``.csv`` or ``.tex``.
    layout : Layout

    Raises
    ------
    InputError
        If the file can't be written.
    """
    write = {".html": _page, ".md": to_markdown, ".tex": to_latex}
    if Path(path).suffix == ".csv":
        write_csv(path, to_frame(layout))
    else:
        with replacing(path) as temporary:
            temporary.write_text(write[Path(path).suffix](layout), encoding="utf-8")


def table_style() -> str:
    """Return the style sheet of the HTML tables."""
    return files(__package__).joinpath("templates", "tables.css").read_text(encoding="utf-8")


def _page(layout: Layout) -> str:
    return _PAGE.format(title=escape(layout.heading), style=table_style(), table=to_html(layout))


def to_html(layout: Layout, *, links: bool = False, sortable: bool = False) -> str:
    """Return a table as an HTML fragment.

    Parameters
    ----------
    layout : Layout
    links : bool, default=False
        Whether numbers link to their files, for a page in the results folder; otherwise a title names the file.
    sortable : bool, default=False
        Whether the columns' names are buttons, for a page whose script sorts the rows.

    Returns
    -------
    str
    """
    template = _HTML.get_template("layout.html.j2")
    return template.render(layout=layout, links=links, sortable=sortable, format_number=format_number)


def to_latex(layout: Layout) -> str:
    """Return a table as LaTeX, which needs the packages booktabs and graphicx."""
    return _TEX.get_template("layout.tex.j2").render(layout=layout)


def to_markdown(layout: Layout) -> str:
    """Return a table as Markdown: each cell ours / the paper's / the difference, the best of ours in bold."""
    headers = ["Method", *(" ".join(filter(None, (column.group, column.name))) for column in layout.columns)]
    parts = [f"**{layout.heading}.** {layout.note} Each cell: ours / the paper's / the difference."]
    for block in layout.blocks:
        rows = [[row.label, *_markdown_cells(row, layout.columns)] for row in block.rows]
        parts.append(f"{block.title}\n\n" + tabulate(rows, headers, tablefmt="github", disable_numparse=True))
    return "\n\n".join(parts) + "\n"


def to_frame(layout: Layout) -> pd.DataFrame:
    """Return a table for CSV: a row for each cell with a number, as it is and not rounded.

    Returns
    -------
    DataFrame
        ``block``, ``method``, ``in_paper``, ``group``, ``column``, ``ours``, ``paper``, ``difference``, ``best``.
    """
    cells = [
        (block.title, row, column, cell)
        for block in layout.blocks
        for row in block.rows
        for column, cell in zip(layout.columns, row.cells, strict=True)
        if not (math.isnan(cell.ours) and math.isnan(cell.paper))
    ]
    return pd.DataFrame(
        {
            "block": block,
            "method": row.method,
            "in_paper": row.in_paper,
            "group": column.group,
            "column": column.name,
            "ours": cell.ours,
            "paper": cell.paper,
            "difference": cell.difference,
            "best": cell.best,
        }
        for block, row, column, cell in cells
    )


def _markdown_cells(row: Row, columns: Iterable[Column]) -> list[str]:
    return [_markdown_cell(cell, column.decimals) for cell, column in zip(row.cells, columns, strict=True)]


def _markdown_cell(cell: Cell, decimals: int) -> str:
    ours, paper, difference = _texts(cell, decimals)
    if not ours and not paper:
        return ""
    bold = f"**{ours}**" if cell.best else ours
    return " / ".join(filter(None, (bold or "–", paper, difference)))


def _latex_cell(cell: Cell, decimals: int) -> str:
    ours, paper, difference = map(_latex_text, _texts(cell, decimals))
    first = rf"\textbf{{{ours}}}" if cell.best else ours
    if not paper:
        return first
    second = rf"\scriptsize {paper}" + (rf" ({difference})" if difference else "")
    return rf"\shortstack[r]{{{first or '--'}\\{second}}}"


def _texts(cell: Cell, decimals: int) -> tuple[str, str, str]:
    return (
        format_number(cell.ours, decimals),
        format_number(cell.paper, decimals),
        format_number(cell.difference, decimals, signed=True),
    )


def _latex_text(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _environment(**syntax: object) -> Environment:
    environment = Environment(loader=PackageLoader(__package__), trim_blocks=True, lstrip_blocks=True, **syntax)
    environment.filters |= {"groupby_neighbours": groupby_neighbours, "latex": _latex_text, "shown": _latex_cell}
    return environment


_HTML = _environment(autoescape=True)
_TEX = _environment(
    autoescape=False,
    block_start_string="((*",
    block_end_string="*))",
    variable_start_string="(((",
    variable_end_string=")))",
    comment_start_string="((#",
    comment_end_string="#))",
)
