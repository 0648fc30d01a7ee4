import pandas as pd
import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.tables.grouping import beside_paper, by_appearance, mark_methods, refuse_repeated

OURS = pd.DataFrame({"dataset": ["b", "a", "b"], "method": ["y", "x", "x"], "value": [1, 2, 3]})


def test_rows_are_in_order_of_first_appearance():
    assert list(by_appearance(OURS, ["dataset", "method"])["value"]) == [1, 3, 2]
    assert list(by_appearance(OURS, ["method", "dataset"])["value"]) == [1, 3, 2]
    assert list(by_appearance(OURS, ["dataset"])["value"]) == [1, 3, 2]


def test_repeated_row_is_named():
    refuse_repeated(OURS, ["dataset", "method"], "score")
    with pytest.raises(InputError, match="the score of dataset b is there twice"):
        refuse_repeated(OURS, ["dataset"], "score")


def test_methods_of_the_paper_are_marked():
    marked = mark_methods(pd.DataFrame({"method": ["R-CVAE", "ADASYN"], "value": [1, 2]}))
    assert list(marked) == ["method", "in_paper", "value"]
    assert marked["in_paper"].tolist() == [True, False]


def test_paper_s_numbers_stand_beside_the_same_cell():
    published = pd.DataFrame({"table": [7, 8], "dataset": ["b", "c"], "method": ["x", "x"], "value": [30, 40]})
    joined = beside_paper(OURS, published, ["dataset", "method"], majority_count=3200)
    assert list(joined["value"]) == [1, 2, 3]
    assert joined["paper_table"].fillna(0).tolist() == [0, 0, 7]
    assert joined["paper_value"].fillna(0).tolist() == [0, 0, 30]
    assert beside_paper(OURS, published, ["dataset", "method"], majority_count=3199)["paper_table"].isna().all()


def test_paper_s_cell_must_be_unique():
    published = pd.DataFrame({"table": [7, 8], "dataset": ["b", "b"], "value": [30, 40]})
    with pytest.raises(pd.errors.MergeError):
        beside_paper(OURS, published, ["dataset"], majority_count=3200)
