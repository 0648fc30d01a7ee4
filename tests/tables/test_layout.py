import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.names import minority_title
from deep_oversampling.tables.layout import Block, Cell, Column, Layout, Row, format_number, mark_best

F1 = Column("m", "F1", 3, higher_is_better=True)
FID = Column("Class", "3", 1, higher_is_better=False)
LIFT = Column("Overall", "Lift %", 3, higher_is_better=None)


def block(*values):
    """A block of a method for each sequence of numbers, one a column."""
    rows = [Row(str(place), True, tuple(Cell(value) for value in each)) for place, each in enumerate(values)]
    return Block("m = {3}", tuple(rows), {"minority": "3"})


def marked(columns, *values):
    """Which cells are the best, row by row."""
    return [[cell.best for cell in row.cells] for row in mark_best(block(*values), columns).rows]


def layout(**changed):
    named = {"name": "a", "title": "Results", "number": 5, "note": "", "columns": (F1,), "blocks": (), "axes": {}}
    return Layout(**named | changed)


def test_the_difference_is_ours_less_the_paper_s():
    assert Cell(0.75, 0.5).difference == 0.25
    assert math.isnan(Cell(0.75).difference)
    assert math.isnan(Cell(paper=0.5).difference)


def test_the_best_is_the_highest_or_the_lowest_as_the_column_wants_it():
    assert marked([F1, FID, LIFT], (0.5, 20, 1), (0.6, 30, 2)) == [[False, True, False], [True, False, False]]


def test_ties_are_all_marked_and_missing_numbers_never():
    assert marked([F1], (0.5,), (0.6,), (0.6,), (math.nan,)) == [[False], [True], [True], [False]]
    assert marked([FID], (math.nan,), (math.nan,)) == [[False], [False]]
    assert marked([F1], (0.5,)) == [[True]]


def test_the_paper_s_numbers_are_never_the_best():
    paper = Block("m", (Row("SMOTE", True, (Cell(0.5, 0.9),)), Row("CVAE", True, (Cell(paper=0.99),))), {})
    assert [row.cells[0].best for row in mark_best(paper, [F1]).rows] == [True, False]


def test_marking_changes_nothing_else():
    before = block((0.5, 20), (0.6, 30))
    after = mark_best(before, [F1, FID])
    assert (after.title, after.axes) == (before.title, before.axes)
    assert [[cell.ours for cell in row.cells] for row in after.rows] == [[0.5, 20], [0.6, 30]]


def test_a_method_that_the_paper_has_not_is_marked():
    assert Row("CVAE", True, ()).label == "CVAE"
    assert Row("ADASYN", False, ()).label == "ADASYN †"


def test_the_heading_has_the_paper_s_number():
    assert layout().heading == "Table 5. Results"
    assert layout(number=None).heading == "Results"


def test_numbers_of_ours_are_told_from_the_paper_s():
    paper = Block("m", (Row("SMOTE", True, (Cell(paper=0.5),)),), {})
    assert not layout(blocks=(paper,)).has_ours
    assert layout(blocks=(paper, block((0.5,)))).has_ours


def test_minority_sets_are_written_as_in_the_paper():
    assert minority_title("0-1-2-3-4-5-9") == "m = {0, 1, 2, 3, 4, 5, 9}"


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "text"),
    [
        (0.5, 3, False, "0.500"),
        (57.46, 1, False, "57.5"),
        (-15.1384, 3, False, "−15.138"),
        (0.0126, 3, True, "+0.013"),
        (-0.0126, 3, True, "−0.013"),
        (709, 0, False, "709"),
        (math.nan, 3, True, ""),
    ],
)
def test_numbers_are_rounded_with_a_true_minus_sign(value, decimals, signed, text):
    assert format_number(value, decimals, signed=signed) == text


@given(value=st.floats(-1e6, 1e6), decimals=st.integers(0, 4), signed=st.booleans())
def test_a_printed_number_is_the_number_to_half_its_last_digit(value, decimals, signed):
    text = format_number(value, decimals, signed=signed)
    assert abs(float(text.replace("−", "-")) - value) <= 0.5001 * 10**-decimals
    assert "-" not in text
    assert len(text.partition(".")[2]) == decimals
    assert (text[0] in "+−") == (signed or float(text.replace("−", "-")) < 0)
