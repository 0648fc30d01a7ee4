import csv
import math
from collections import Counter
from importlib.resources import files

import pandas as pd
import pytest

from deep_oversampling.schemas import CLASSIFIER_TABLE, FID_TABLE, TIMING
from deep_oversampling.tables.published import classifier_layouts, fid_layouts, timing_layouts

SETTINGS = [("mnist", 320), ("mnist", 80), ("fashion-mnist", 320), ("fashion-mnist", 80)]
MINORITIES = ["m = {0, 1, 2, 3, 4, 5, 9}", "m = {1, 2, 3, 4, 5}", "m = {3, 4, 5}"]
DEEP = ["ACGAN", "BAGAN", "CGAN", "CVAE", "R-ACGAN", "R-CGAN", "R-CVAE"]
ELSEWHERE = {"dataset": "mnist", "minority": "7", "imbalance_ratio": 40}
"""A setting that the paper hasn't."""


def published(kind):
    """The lines of one of the paper's files."""
    with files("deep_oversampling.paper").joinpath(f"{kind}.csv").open(newline="") as file:
        return [line | {"dataset": line["dataset"].replace("_", "-")} for line in csv.DictReader(file)]


def title_of(minority):
    return f"m = {{{minority.replace('-', ', ')}}}"


def classifier_rows(method="SMOTE", scopes=("minority", "majority", "overall"), **changed):
    """Our rows of a method; F1 is 0.6, 0.7 and 0.8 in the three scopes."""
    rows = {
        "dataset": "mnist",
        "minority": "3-4-5",
        "imbalance_ratio": 320,
        "method": method,
        "classifier": "MLP",
        "protocol": "paper",
        "scope": scopes,
        "precision": 0.9,
        "recall": 0.5,
        "f1": [{"minority": 0.6, "majority": 0.7, "overall": 0.8}[scope] for scope in scopes],
        "lift_percent": [1.5 if scope == "overall" and method != "SMOTE" else math.nan for scope in scopes],
    }
    return pd.DataFrame(rows | changed).reindex(columns=CLASSIFIER_TABLE.names)


def fid_rows(method="SMOTE", fids=None, **changed):
    """Our rows of a method, one a class."""
    fids = {3: 50.0, 4: 60.0, 5: 70.0} if fids is None else fids
    rows = {
        "dataset": "mnist",
        "minority": "3-4-5",
        "imbalance_ratio": 320,
        "method": method,
        "class": list(fids),
        "extractor": "inception",
        "fid_mean": list(fids.values()),
    }
    return pd.DataFrame(rows | changed).reindex(columns=FID_TABLE.names)


def timing_rows(seconds=(0.5, 40.0, 90.0), **changed):
    """Our seconds of the three methods."""
    rows = {
        "dataset": "mnist",
        "minority": "3-4-5",
        "imbalance_ratio": 320,
        "replicate": 0,
        "method": ["SMOTE", "Tuned SMOTE", "CVAE"],
        "threads": 2,
        "seconds": seconds,
    }
    return pd.DataFrame(rows | changed).reindex(columns=TIMING.names)


def all_nine():
    """The paper's tables by their numbers, in an experiment that shares no setting with it."""
    layouts = [
        *fid_layouts(fid_rows(**ELSEWHERE), 400),
        *classifier_layouts(classifier_rows(**ELSEWHERE), 400),
        timing_layouts(timing_rows().iloc[:0], 400)[0],
    ]
    return {layout.number: layout for layout in layouts if layout.number}


def numbers(layout, which):
    """Every number of a table: (block, method, column's group, column's name) → value."""
    return {
        (block.title, row.method, column.group, column.name): getattr(cell, which)
        for block in layout.blocks
        for row in block.rows
        for column, cell in zip(layout.columns, row.cells, strict=True)
        if not math.isnan(getattr(cell, which))
    }


def labels(layout, title):
    return [row.label for block in layout.blocks if block.title == title for row in block.rows]


def of(layouts, dataset, ratio):
    """Return the first table of a data set and ratio: ours before the paper's alone."""
    found = [each for each in layouts if each.axes["dataset"] == dataset and each.axes["imbalance_ratio"] == str(ratio)]
    return found[0]


def test_the_nine_tables_are_laid_out_as_in_the_paper():
    tables = all_nine()
    assert sorted(tables) == list(range(1, 10))
    for number, layout in tables.items():
        shape = (len(layout.blocks), {len(block.rows) for block in layout.blocks}, len(layout.columns))
        assert shape == ((3, {8}, 7) if number <= 4 else (3, {10}, 10) if number <= 8 else (2, {3}, 6))
        assert not layout.has_ours
        assert {len(row.cells) for block in layout.blocks for row in block.rows} == {len(layout.columns)}
    for place, (dataset, ratio) in enumerate(SETTINGS):
        for number in (place + 1, place + 5):
            assert (tables[number].axes["dataset"], tables[number].axes["imbalance_ratio"]) == (dataset, str(ratio))
            assert [block.title for block in tables[number].blocks] == MINORITIES
            assert tables[number].heading.startswith(f"Table {number}. ")
            assert tables[number].heading.endswith(f"MNIST with ρ = {ratio}")
    assert labels(tables[1], MINORITIES[2]) == ["SMOTE", *DEEP]
    assert labels(tables[5], MINORITIES[2]) == ["Imbalanced", "SMOTE", "RANDOM", *DEEP]
    assert [block.title for block in tables[9].blocks] == ["MNIST", "Fashion-MNIST"]
    assert labels(tables[9], "MNIST") == ["SMOTE", "Tuned SMOTE", "CVAE"]


def test_columns_are_the_paper_s():
    tables = all_nine()
    assert [column.name for column in tables[1].columns] == ["0", "1", "2", "3", "4", "5", "9"]
    assert [column.name for column in tables[3].columns] == [
        *("T-shirt/top (0)", "Trouser (1)", "Pullover (2)", "Dress (3)", "Coat (4)", "Sandal (5)", "Ankle boot (9)")
    ]
    metrics = [(scope, name) for scope in ("m", "M", "Overall") for name in ("Prec.", "Recall", "F1")]
    assert [(column.group, column.name) for column in tables[5].columns] == [*metrics, ("Overall", "Lift %")]
    assert [(column.group, column.name) for column in tables[9].columns] == [
        (minority, f"ρ = {ratio}") for minority in MINORITIES for ratio in (320, 80)
    ]
    assert {tables[number].columns[0].decimals for number in range(1, 5)} == {1}
    assert {column.decimals for number in range(5, 10) for column in tables[number].columns} == {3}


@pytest.mark.parametrize("number", range(1, 10))
def test_each_published_number_stands_once_in_its_place_and_nothing_else(number):
    layout = all_nine()[number]
    expected = Counter()
    names = {"precision": "Prec.", "recall": "Recall", "f1": "F1", "lift_percent": "Lift %"}
    for kind in ("fid", "classifier", "timing"):
        for line in published(kind):
            if line["table"] != str(number):
                continue
            block = title_of(line["minority"])
            if kind == "fid":
                label = line["class"]
                column = next(each.name for each in layout.columns if each.name in label or f"({label})" in each.name)
                expected[block, line["method"], "Class", column, float(line["fid"])] += 1
            elif kind == "timing":
                titles = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}
                place = titles[line["dataset"]], line["method"], block, f"ρ = {line['imbalance_ratio']}"
                expected[*place, float(line["seconds"])] += 1
            else:
                group = {"minority": "m", "majority": "M", "overall": "Overall"}[line["scope"]]
                for metric, name in names.items():
                    if line[metric]:
                        expected[block, line["method"], group, name, float(line[metric])] += 1
    assert Counter((*place, value) for place, value in numbers(layout, "paper").items()) == expected
    assert expected.total() == (15 * 8 if number <= 4 else 30 * 9 + 27 if number <= 8 else 36)
    assert set(expected.values()) == {1}


def test_ours_stand_beside_the_paper_s():
    table = pd.concat([classifier_rows(), classifier_rows("CVAE", precision=0.8)])
    layout = of(classifier_layouts(table, 3200), "mnist", 320)
    cells = {
        (row.method, column.group, column.name): cell
        for row in layout.blocks[2].rows
        for column, cell in zip(layout.columns, row.cells, strict=True)
    }
    smote, lift = cells["SMOTE", "Overall", "F1"], cells["CVAE", "Overall", "Lift %"]
    assert (smote.ours, smote.paper, smote.difference) == (0.8, 0.780, pytest.approx(0.02))
    assert (lift.ours, lift.paper, lift.difference) == (1.5, 7.308, pytest.approx(-5.808))
    assert (cells["CVAE", "m", "Prec."].ours, cells["CVAE", "m", "Prec."].paper) == (0.8, 0.865)
    assert smote.source == "tables/classifier.parquet"


def test_what_was_not_run_is_blank():
    layouts = classifier_layouts(pd.concat([classifier_rows(), classifier_rows("CVAE")]), 3200)
    ours = numbers(of(layouts, "mnist", 320), "ours")
    assert len(ours) == 9 + 10
    assert {(block, method) for block, method, _, _ in ours} == {(MINORITIES[2], "SMOTE"), (MINORITIES[2], "CVAE")}
    assert not any(layout.has_ours for layout in layouts if layout.axes["imbalance_ratio"] == "80")
    fids = of(fid_layouts(fid_rows(fids={3: 50.0, 5: 70.0}), 3200), "mnist", 320)
    assert numbers(fids, "ours") == {
        (MINORITIES[2], "SMOTE", "Class", "3"): 50.0,
        (MINORITIES[2], "SMOTE", "Class", "5"): 70.0,
    }
    for layout in (*layouts, fids):
        sources = [(cell.source, cell.ours) for block in layout.blocks for row in block.rows for cell in row.cells]
        assert all((source is None) == math.isnan(value) for source, value in sources)


def test_a_number_that_is_not_there_has_no_source():
    layout = fid_layouts(fid_rows(extractor="lenet", fids={3: math.nan, 4: 60.0}), 400)[0]
    assert [cell.source for cell in layout.blocks[0].rows[0].cells] == [None, "tables/fid_lenet.parquet"]


def test_a_scope_without_classes_is_blank():
    everything = classifier_rows(minority="0-1-2-3-4-5-6-7-8-9", scopes=("minority", "overall"))
    ours = numbers(of(classifier_layouts(everything, 400), "mnist", 320), "ours")
    assert len(ours) == 6
    assert not any(group == "M" for _, _, group, _ in ours)


@pytest.mark.parametrize("layouts_of", [classifier_layouts, fid_layouts])
def test_the_paper_s_numbers_stand_only_beside_sets_of_its_size(layouts_of):
    rows = classifier_rows() if layouts_of is classifier_layouts else fid_rows()
    small = layouts_of(rows, 400)
    assert not numbers(of(small, "mnist", 320), "paper")
    assert numbers(of(small, "mnist", 320), "ours")
    assert not numbers(of(small, "mnist", 320), "difference")
    assert numbers(of(small, "mnist", 80), "paper")
    assert numbers(of(layouts_of(rows, 3200), "mnist", 320), "paper")


def test_the_paper_s_seconds_stand_only_beside_sets_of_its_size():
    ours = timing_layouts(timing_rows(), 400)[0]
    assert not numbers(ours, "paper")
    assert list(numbers(ours, "ours").values()) == [0.5, 40, 90]
    assert len(numbers(timing_layouts(timing_rows(), 3200)[0], "paper")) == 36


def test_the_paper_has_no_other_classifier_and_no_other_extractor():
    forest = classifier_layouts(pd.concat([classifier_rows(), classifier_rows(classifier="forest")]), 3200)
    assert [layout.number for layout in forest] == [5, 6, 7, 8, None]
    assert not numbers(forest[-1], "paper")
    assert [layout.number for layout in fid_layouts(fid_rows(extractor="lenet"), 3200)] == [None, 1, 2, 3, 4]


def test_every_protocol_has_the_paper_s_numbers():
    both = classifier_layouts(pd.concat([classifier_rows(), classifier_rows(protocol="leak_free")]), 3200)
    assert [(layout.number, layout.axes["protocol"]) for layout in both] == [
        (number, protocol) for protocol in ("paper", "leak_free") for number in (5, 6, 7, 8)
    ]
    assert numbers(both[0], "paper") == numbers(both[4], "paper")


def test_no_two_tables_share_a_name():
    rows = [
        classifier_rows(classifier=classifier, protocol=protocol, imbalance_ratio=ratio)
        for classifier in ("MLP", "forest")
        for protocol in ("paper", "leak_free")
        for ratio in (40, 320)
    ]
    layouts = classifier_layouts(pd.concat(rows), 3200)
    layouts += fid_layouts(pd.concat([fid_rows(), fid_rows(extractor="lenet")]), 3200)
    layouts.append(timing_layouts(timing_rows(), 3200)[0])
    names = Counter(layout.name for layout in layouts)
    assert len(names) == 2 * (5 + 2) + 4 + 1 + 1
    assert set(names.values()) == {1}


def test_a_setting_of_ours_alone_is_a_table_of_its_own():
    layouts = classifier_layouts(classifier_rows(imbalance_ratio=40), 3200)
    own = of(layouts, "mnist", 40)
    assert (own.number, own.name) == (None, "classifier_mnist_40_MLP_paper")
    assert [block.title for block in own.blocks] == ["m = {3, 4, 5}"]
    assert layouts[0] is own


def test_a_minority_set_of_ours_is_a_block_below_the_paper_s():
    layout = of(classifier_layouts(classifier_rows(minority="7-8"), 3200), "mnist", 320)
    assert [block.title for block in layout.blocks] == [*MINORITIES, "m = {7, 8}"]
    assert [block.axes["minority"] for block in layout.blocks][-1] == "7-8"
    assert labels(layout, "m = {7, 8}") == ["SMOTE"]
    fids = of(fid_layouts(fid_rows(minority="7", fids={7: 30.0}), 3200), "mnist", 320)
    assert [column.name for column in fids.columns] == ["0", "1", "2", "3", "4", "5", "7", "9"]


@pytest.mark.parametrize("majority_count", [3200, 400])
@pytest.mark.parametrize("minority", ["3-4-5", "7-8"])
def test_methods_that_the_paper_has_not_are_marked_and_below(majority_count, minority):
    methods = ["ClassWeights", "CVAE", "ADASYN", "SMOTE", "RANDOM"]
    rows = pd.concat(classifier_rows(method, minority=minority) for method in methods)
    layout = of(classifier_layouts(rows, majority_count), "mnist", 320)
    own = labels(layout, title_of(minority))
    assert own[-2:] == ["ClassWeights †", "ADASYN †"]
    assert not any("†" in label for label in own[:-2])
    assert {"CVAE", "SMOTE", "RANDOM"} <= set(own[:-2])


@pytest.mark.parametrize(("extractor", "majority_count"), [("inception", 3200), ("inception", 400), ("lenet", 3200)])
def test_a_method_of_another_table_of_the_paper_is_the_paper_s(extractor, majority_count):
    rows = pd.concat(fid_rows(method, extractor=extractor) for method in ("ADASYN", "RANDOM"))
    layout = of(fid_layouts(rows, majority_count), "mnist", 320)
    assert labels(layout, MINORITIES[2])[-2:] == ["RANDOM", "ADASYN †"]


@pytest.mark.parametrize("majority_count", [3200, 400])
def test_all_that_is_timed_is_the_paper_s(majority_count):
    assert labels(timing_layouts(timing_rows(), majority_count)[0], "MNIST") == ["SMOTE", "Tuned SMOTE", "CVAE"]


def test_the_best_of_ours_is_marked_in_each_block_and_column():
    rows = [
        classifier_rows("SMOTE", precision=0.9, recall=0.5),
        classifier_rows("CVAE", precision=0.9, recall=0.4),
        classifier_rows("CGAN", minority="1-2-3-4-5", precision=0.1, recall=0.1),
    ]
    layout = of(classifier_layouts(pd.concat(rows), 3200), "mnist", 320)
    best = {
        (block.title, row.method, column.group, column.name)
        for block in layout.blocks
        for row in block.rows
        for column, cell in zip(layout.columns, row.cells, strict=True)
        if cell.best
    }
    both, scopes = MINORITIES[2], ("m", "M", "Overall")
    expected = {
        (both, method, scope, name) for method in ("SMOTE", "CVAE") for scope in scopes for name in ("Prec.", "F1")
    }
    expected |= {(both, "SMOTE", scope, "Recall") for scope in scopes}
    expected |= {(MINORITIES[1], "CGAN", scope, name) for scope in scopes for name in ("Prec.", "Recall", "F1")}
    assert best == expected


def test_the_best_fid_and_time_are_the_lowest():
    fids = of(fid_layouts(pd.concat([fid_rows(), fid_rows("CVAE", {3: 40.0, 4: 80.0, 5: 70.0})]), 3200), "mnist", 320)
    best = {row.method: [cell.best for cell in row.cells if cell.source] for row in fids.blocks[2].rows}
    assert best["SMOTE"] == [False, True, True]
    assert best["CVAE"] == [True, False, True]
    timing = timing_layouts(timing_rows(), 3200)[0]
    assert [any(cell.best for cell in row.cells) for row in timing.blocks[0].rows] == [True, False, False]


def test_seconds_are_means_over_replicates():
    timing = timing_layouts(pd.concat([timing_rows(), timing_rows((1.5, 60.0, 110.0), replicate=1)]), 3200)[0]
    ours = numbers(timing, "ours")
    column = (MINORITIES[2], "ρ = 320")
    assert ours == {
        ("MNIST", "SMOTE", *column): 1.0,
        ("MNIST", "Tuned SMOTE", *column): 50.0,
        ("MNIST", "CVAE", *column): 100.0,
    }


def test_seconds_of_another_setting_have_a_column_of_their_own():
    timing = timing_layouts(timing_rows(imbalance_ratio=40), 3200)[0]
    assert [(column.group, column.name) for column in timing.columns][-1] == (MINORITIES[2], "ρ = 40")
    assert len(timing.columns) == 7
    assert [column.name for column in timing_layouts(timing_rows(imbalance_ratio=40), 400)[0].columns] == ["ρ = 40"]


def test_table_nine_stands_alone_beside_timings_of_other_sets():
    ours, paper = timing_layouts(timing_rows(), 400)
    assert (ours.number, paper.number, paper.name) == (None, 9, "timing_published")
    assert not numbers(ours, "paper")
    assert not numbers(paper, "ours")
    assert "laptop" in paper.note
    assert "laptop" not in ours.note


def test_the_paper_s_fids_are_there_whatever_was_run():
    for table in (fid_rows().iloc[:0], fid_rows(extractor="lenet")):
        assert sorted(layout.number for layout in fid_layouts(table, 400) if layout.number) == [1, 2, 3, 4]
