import pandas as pd
import pytest

from deep_oversampling.classifier.metrics import SCOPES, lift_percent
from deep_oversampling.datasets.catalogue import DATASETS
from deep_oversampling.paper import paper_classifier, paper_fid, paper_timing

SETTING = ["dataset", "minority", "imbalance_ratio"]
MINORITIES = ["0-1-2-3-4-5-9", "1-2-3-4-5", "3-4-5"]
METHODS = ["SMOTE", "ACGAN", "BAGAN", "CGAN", "CVAE", "R-ACGAN", "R-CGAN", "R-CVAE"]


def cell(frame, **keys):
    """The one row that has these values."""
    for column, value in keys.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


@pytest.mark.parametrize("read", [paper_fid, paper_classifier, paper_timing])
def test_every_setting_is_there_under_the_library_s_names(read):
    settings = read()[SETTING].drop_duplicates()
    expected = pd.MultiIndex.from_product([DATASETS, MINORITIES, [320, 80]])
    assert sorted(settings.itertuples(index=False, name=None)) == sorted(expected)


@pytest.mark.parametrize(
    ("read", "columns"),
    [
        (paper_fid, [*SETTING, "method", "class"]),
        (paper_classifier, [*SETTING, "method", "scope"]),
        (paper_timing, [*SETTING, "method"]),
    ],
)
def test_no_cell_is_there_twice(read, columns):
    assert not read().duplicated(columns).any()


def test_fid_has_every_minority_class_of_every_method():
    frame = paper_fid()
    assert len(frame) == 2 * 2 * (7 + 5 + 3) * len(METHODS)
    for (_, minority, _, _), rows in frame.groupby([*SETTING, "method"]):
        assert "-".join(map(str, rows["class"])) == minority
    assert list(frame["method"].unique()) == METHODS
    assert frame["fid"].gt(0).all()


def test_classifier_has_every_scope_of_every_method():
    frame = paper_classifier()
    assert len(frame) == 2 * 2 * 3 * 10 * len(SCOPES)
    assert list(frame["method"].unique()) == ["Imbalanced", "SMOTE", "RANDOM", *METHODS[1:]]
    assert list(frame["scope"].unique()) == list(SCOPES)
    assert frame[["precision", "recall", "f1"]].stack().between(0, 1).all()


@pytest.mark.parametrize(
    ("table", "dataset", "minority", "ratio", "method", "label", "fid"),
    [
        (1, "mnist", "3-4-5", 320, "SMOTE", 3, 48.7),
        (1, "mnist", "0-1-2-3-4-5-9", 320, "ACGAN", 1, 116),
        (2, "mnist", "1-2-3-4-5", 80, "R-CVAE", 5, 47.8),
        (3, "fashion-mnist", "0-1-2-3-4-5-9", 320, "R-CVAE", 9, 53),
        (4, "fashion-mnist", "3-4-5", 80, "R-CGAN", 4, 66.4),
    ],
)
def test_published_fid(table, dataset, minority, ratio, method, label, fid):
    keys = {"dataset": dataset, "minority": minority, "imbalance_ratio": ratio, "method": method, "class": label}
    row = cell(paper_fid(), **keys)
    assert (row["table"], row["fid"]) == (table, fid)


@pytest.mark.parametrize(
    ("table", "dataset", "minority", "ratio", "method", "scope", "metrics"),
    [
        (5, "mnist", "3-4-5", 320, "SMOTE", "overall", (0.868, 0.801, 0.780)),
        (5, "mnist", "3-4-5", 320, "CVAE", "minority", (0.865, 0.553, 0.668)),
        (6, "mnist", "1-2-3-4-5", 80, "RANDOM", "majority", (0.830, 0.984, 0.898)),
        (7, "fashion-mnist", "0-1-2-3-4-5-9", 320, "R-CVAE", "overall", (0.724, 0.632, 0.626)),
        (8, "fashion-mnist", "3-4-5", 80, "Imbalanced", "minority", (0.921, 0.273, 0.396)),
    ],
)
def test_published_classifier(table, dataset, minority, ratio, method, scope, metrics):
    keys = {"dataset": dataset, "minority": minority, "imbalance_ratio": ratio, "method": method, "scope": scope}
    row = cell(paper_classifier(), **keys)
    assert (row["table"], row["precision"], row["recall"], row["f1"]) == (table, *metrics)


def test_published_timing():
    frame = paper_timing()
    setting = {"dataset": "mnist", "minority": "3-4-5", "imbalance_ratio": 320}
    assert len(frame) == 36
    assert cell(frame, method="SMOTE", **setting)["seconds"] == 0.343
    assert cell(frame, method="Tuned SMOTE", **setting)["seconds"] == 339
    assert cell(frame, method="CVAE", **setting)["seconds"] == 709


def test_published_lift_follows_from_the_published_f1():
    frame = paper_classifier()
    overall = frame[frame["scope"] == "overall"]
    for _, rows in overall.groupby(SETTING):
        f1_smote = cell(rows, method="SMOTE")["f1"]
        others = rows[rows["method"] != "SMOTE"]
        for f1, lift in zip(others["f1"], others["lift_percent"], strict=True):
            assert lift == pytest.approx(lift_percent(f1, f1_smote), abs=0.2)
    absent = (frame["scope"] != "overall") | (frame["method"] == "SMOTE")
    assert (frame["lift_percent"].isna() == absent).all()


def test_starred_is_the_best_minority_f1():
    frame = paper_classifier()
    assert (frame["best_minority_f1"].notna() == (frame["scope"] == "minority")).all()
    for _, rows in frame[frame["scope"] == "minority"].groupby(SETTING):
        assert rows.loc[rows["f1"].idxmax(), "method"] == cell(rows, best_minority_f1=True)["method"]
