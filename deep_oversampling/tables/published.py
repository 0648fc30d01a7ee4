"""The paper's Tables 1 to 9 with our numbers in them, and tables of other settings in the same layout."""

import math
from collections.abc import Hashable, Mapping
from itertools import product

import pandas as pd

from deep_oversampling.names import class_label, dataset_label, extractor_label, minority_title
from deep_oversampling.paper import MAJORITY_COUNT, paper_classifier, paper_fid, paper_timing
from deep_oversampling.tables.classifier import PAPER_CLASSIFIER
from deep_oversampling.tables.fid import PAPER_EXTRACTOR
from deep_oversampling.tables.layout import Block, Cell, Column, Layout, Row, mark_best

_METRICS = {"precision": "Prec.", "recall": "Recall", "f1": "F1"}
_SCOPES = {"minority": "m", "majority": "M", "overall": "Overall"}
_CLASSIFIER_COLUMNS = {
    **{
        (scope, metric): Column(_SCOPES[scope], _METRICS[metric], 3, higher_is_better=True)
        for scope, metric in product(_SCOPES, _METRICS)
    },
    ("overall", "lift_percent"): Column("Overall", "Lift %", 3, higher_is_better=None),
}


_PAPER_METHODS = frozenset(paper_classifier()["method"]) | frozenset(paper_timing()["method"])


def classifier_layouts(table: pd.DataFrame, majority_count: int) -> list[Layout]:
    """Lay the classifier's metrics out as in Tables 5 to 8.

    Parameters
    ----------
    table : DataFrame
        With the columns of :data:`deep_oversampling.schemas.CLASSIFIER_TABLE`.
    majority_count : int
        Training images a majority class kept; the paper's numbers stand beside ours only at its 3,200.

    Returns
    -------
    list of Layout
        For each classifier and protocol, a table for each data set and ratio of ours and, for the MLP, the paper's.
    """
    layouts = []
    for (classifier, protocol), ours in table.groupby(["classifier", "protocol"], sort=False):
        theirs = paper_classifier() if classifier == PAPER_CLASSIFIER else paper_classifier().iloc[:0]
        for dataset, ratio in _settings(ours, theirs):
            own, paper = _of_setting(ours, dataset, ratio), _of_setting(theirs, dataset, ratio)
            comparable = _comparable(paper, own, majority_count)
            title = f"Downstream classifier results for {dataset_label(dataset)} with ρ = {ratio}"
            layouts.append(
                _lay_out(
                    (f"classifier_{dataset}_{ratio}_{classifier}_{protocol}", title),
                    (_paper_number(comparable), f"Classifier {classifier}, protocol {protocol}."),
                    {"dataset": dataset, "imbalance_ratio": str(ratio), "classifier": classifier, "protocol": protocol},
                    _CLASSIFIER_COLUMNS,
                    _classifier_numbers(own),
                    _classifier_numbers(comparable),
                    "tables/classifier.parquet",
                )
            )
    return layouts


def fid_layouts(table: pd.DataFrame, majority_count: int) -> list[Layout]:
    """Lay FIDs out as in Tables 1 to 4.

    Parameters
    ----------
    table : DataFrame
        With the columns of :data:`deep_oversampling.schemas.FID_TABLE`; may have no rows.
    majority_count : int
        As for :func:`classifier_layouts`.

    Returns
    -------
    list of Layout
        A table for each extractor, data set and ratio of ours, and Inception's for those of the paper.
    """
    layouts = []
    for extractor in dict.fromkeys([*table["extractor"], PAPER_EXTRACTOR]):
        ours = table[table["extractor"] == extractor]
        theirs = paper_fid() if extractor == PAPER_EXTRACTOR else paper_fid().iloc[:0]
        for dataset, ratio in _settings(ours, theirs):
            own, paper = _of_setting(ours, dataset, ratio), _of_setting(theirs, dataset, ratio)
            comparable = _comparable(paper, own, majority_count)
            title = f"Mean FID scores of minority classes for {dataset_label(dataset)} with ρ = {ratio}"
            labels = sorted({*own["class"], *comparable["class"]})
            layouts.append(
                _lay_out(
                    (f"fid_{extractor}_{dataset}_{ratio}", title),
                    (_paper_number(comparable), f"Features of {extractor_label(extractor)}; lower is better."),
                    {"dataset": dataset, "imbalance_ratio": str(ratio)},
                    {label: _class_column(dataset, label) for label in labels},
                    _fid_numbers(own, "fid_mean"),
                    _fid_numbers(comparable, "fid"),
                    f"tables/fid_{extractor}.parquet",
                )
            )
    return layouts


def _class_column(dataset: str, label: int) -> Column:
    return Column("Class", class_label(dataset, label), 1, higher_is_better=False)


def timing_layouts(table: pd.DataFrame, majority_count: int) -> list[Layout]:
    """Lay the seconds of balancing one set out as in Table 9.

    Parameters
    ----------
    table : DataFrame
        With the columns of :data:`deep_oversampling.schemas.TIMING`; may have no rows.
    majority_count : int
        As for :func:`classifier_layouts`.

    Returns
    -------
    list of Layout
        One table; two where sets of other sizes were timed than the paper's, since those can't be compared.
    """
    published = paper_timing()
    if _comparable(published, table, majority_count).empty:
        return [
            _timing_layout("timing", table, published.iloc[:0]),
            _timing_layout("timing_published", table[:0], published),
        ]
    return [_timing_layout("timing", table, published)]


def _timing_layout(name: str, ours: pd.DataFrame, paper: pd.DataFrame) -> Layout:
    settings = pd.concat([paper, ours])[["minority", "imbalance_ratio"]].drop_duplicates()
    columns = {
        (minority, ratio): Column(minority_title(minority), f"ρ = {ratio}", 3, higher_is_better=False)
        for minority, ratio in settings.itertuples(index=False, name=None)
    }
    means = ours.groupby(["dataset", "minority", "imbalance_ratio", "method"], sort=False)["seconds"].mean()
    laptop = "" if paper.empty else " The paper's was a 1.4 GHz quad-core laptop: compare rows, not cells."
    return _lay_out(
        (name, "Computation time in seconds for SMOTE and CVAE oversampling"),
        (_paper_number(paper), f"Each alone on its machine.{laptop}"),
        {},
        columns,
        _timing_numbers(means.reset_index()),
        _timing_numbers(paper),
        "tables/timings.parquet",
    )


Numbers = dict[tuple[str, str, Hashable], float]
"""Numbers of one table by block, method and column."""


def _lay_out(
    names: tuple[str, str],
    text: tuple[int | None, str],
    axes: Mapping[str, str],
    columns: Mapping[Hashable, Column],
    ours: Numbers,
    paper: Numbers,
    source: str,
) -> Layout:
    """Put the two sets of numbers into a table: the paper's blocks and methods first, in its order, then others."""
    methods: dict[str, dict[str, None]] = {}
    for block, method, _ in [*paper, *ours]:
        methods.setdefault(block, {})[method] = None
    axis = "minority" if axes else "dataset"
    shown = tuple(columns.values())
    blocks = []
    for name, of_block in methods.items():
        cells = {method: [_cell(ours, paper, (name, method, key), source) for key in columns] for method in of_block}
        ordered = sorted(of_block, key=lambda method: method not in _PAPER_METHODS)
        rows = tuple(Row(method, method in _PAPER_METHODS, tuple(cells[method])) for method in ordered)
        blocks.append(mark_best(Block(_block_title(axis, name), rows, {axis: name}), shown))
    return Layout(*names, *text, shown, tuple(blocks), axes)


def _block_title(axis: str, name: str) -> str:
    return minority_title(name) if axis == "minority" else dataset_label(name)


def _cell(ours: Numbers, paper: Numbers, place: tuple[str, str, Hashable], source: str) -> Cell:
    return Cell(ours.get(place, math.nan), paper.get(place, math.nan), source=source if place in ours else None)


def _settings(*tables: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the data sets and ratios of the tables, each once, in order of appearance."""
    both = pd.concat([table[["dataset", "imbalance_ratio"]] for table in tables])
    return list(both.drop_duplicates().itertuples(index=False, name=None))


def _of_setting(table: pd.DataFrame, dataset: str, ratio: int) -> pd.DataFrame:
    return table[(table["dataset"] == dataset) & (table["imbalance_ratio"] == ratio)]


def _comparable(paper: pd.DataFrame, ours: pd.DataFrame, majority_count: int) -> pd.DataFrame:
    """Return the paper's rows; none of them beside sets of another size."""
    return paper if ours.empty or majority_count == MAJORITY_COUNT else paper.iloc[:0]


def _classifier_numbers(table: pd.DataFrame) -> Numbers:
    return {
        (row["minority"], row["method"], (scope, metric)): row[metric]
        for row in table.to_dict("records")
        for scope, metric in _CLASSIFIER_COLUMNS
        if scope == row["scope"] and not math.isnan(row[metric])
    }


def _fid_numbers(table: pd.DataFrame, column: str) -> Numbers:
    return {
        (row["minority"], row["method"], row["class"]): row[column]
        for row in table.to_dict("records")
        if not math.isnan(row[column])
    }


def _timing_numbers(table: pd.DataFrame) -> Numbers:
    return {
        (row["dataset"], row["method"], (row["minority"], row["imbalance_ratio"])): row["seconds"]
        for row in table.to_dict("records")
    }


def _paper_number(table: pd.DataFrame) -> int | None:
    return None if table.empty else int(table["table"].iloc[0])
