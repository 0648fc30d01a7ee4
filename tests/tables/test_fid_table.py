import math
import statistics

import pandas as pd
import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import FID, FID_TABLE
from deep_oversampling.storage import read_frame, write_table
from deep_oversampling.tables.fid import fid_table


def fids(method="SMOTE", values=(50.0, 53.0, 49.0), **changed):
    """One FID a replicate of MNIST's class 3."""
    rows = {
        "dataset": "mnist",
        "minority": "3-4-5",
        "imbalance_ratio": 320,
        "replicate": range(len(values)),
        "method": method,
        "class": 3,
        "extractor": "inception",
        "real_count": 1010,
        "synthetic_count": 3190,
        "fid": values,
        "diversity": [0.4 + 0.1 * replicate for replicate in range(len(values))],
        "asked_class_share": [1 - 0.2 * replicate for replicate in range(len(values))],
    }
    return pd.DataFrame(rows | changed)[FID.names]


def test_mean_and_deviation_over_replicates():
    table = fid_table(fids(), majority_count=3200)
    assert list(table.columns) == FID_TABLE.names
    row = table.iloc[0]
    assert (len(table), row["replicates"]) == (1, 3)
    assert row["fid_mean"] == pytest.approx(152 / 3)
    assert row["fid_standard_deviation"] == pytest.approx(statistics.stdev([50, 53, 49]))
    assert (row["real_count"], row["synthetic_count"]) == (1010, 3190)
    assert row["diversity_mean"] == pytest.approx(0.5)
    assert row["asked_class_share_mean"] == pytest.approx(0.8)
    assert (row["paper_table"], row["paper_fid"]) == (1, 48.7)


def test_one_replicate_has_no_deviation():
    row = fid_table(fids(values=[50.0]), majority_count=3200).iloc[0]
    assert (row["replicates"], row["fid_mean"]) == (1, 50.0)
    assert math.isnan(row["fid_standard_deviation"])


@pytest.mark.parametrize(
    "changed",
    [{"method": "ADASYN"}, {"class": 7}, {"imbalance_ratio": 40}, {"minority": "3-4"}, {"dataset": "kmnist"}],
)
def test_cell_that_the_paper_lacks_has_no_paper_number(changed):
    row = fid_table(fids(**changed), majority_count=3200).iloc[0]
    assert pd.isna(row["paper_table"])
    assert math.isnan(row["paper_fid"])


def test_paper_stands_only_beside_its_own_majority_count_and_extractor():
    assert fid_table(fids(), majority_count=320)["paper_fid"].isna().all()
    assert fid_table(fids(extractor="small"), majority_count=3200)["paper_fid"].isna().all()


def test_rows_keep_the_order_of_first_appearance():
    smote, cvae = (
        pd.concat([fids(method, **{"class": label}, **setting) for setting in settings for label in (3, 4)])
        for method, settings in (
            ("SMOTE", [{"minority": "3-4-5"}, {"imbalance_ratio": 80}]),
            ("CVAE", [{"imbalance_ratio": 80}, {"minority": "3-4-5"}]),
        )
    )
    table = fid_table(pd.concat([smote, cvae], ignore_index=True), majority_count=3200)
    assert list(table["imbalance_ratio"]) == [320] * 4 + [80] * 4
    assert list(table["method"]) == ["SMOTE", "SMOTE", "CVAE", "CVAE"] * 2
    assert list(table["class"]) == [3, 4] * 4
    assert list(table["paper_fid"]) == [48.7, 53.8, 82, 69.5, 26.9, 29.3, 57.8, 50.6]


def test_extractors_are_never_mixed():
    with pytest.raises(InputError, match="inception and small cannot stand in one table"):
        fid_table(pd.concat([fids(), fids(extractor="small")]), majority_count=3200)


def test_repeated_replicate_is_refused():
    with pytest.raises(InputError, match="class 3, replicate 0 is there twice"):
        fid_table(pd.concat([fids(), fids(values=[50.0])], ignore_index=True), majority_count=3200)


@pytest.mark.parametrize("column", ["real_count", "synthetic_count"])
def test_replicates_of_different_size_are_refused(column):
    with pytest.raises(InputError, match=rf"{column} of dataset mnist.*class 3 differs between replicates: \[10, 40\]"):
        fid_table(pd.concat([fids(), fids("CVAE", **{column: [40, 10, 40]})], ignore_index=True), majority_count=3200)


def test_sizes_may_differ_between_cells():
    table = fid_table(pd.concat([fids(), fids("CVAE", synthetic_count=10)], ignore_index=True), majority_count=3200)
    assert list(table["synthetic_count"]) == [3190, 10]


def test_no_fids_are_refused():
    with pytest.raises(InputError, match="no FIDs to tabulate"):
        fid_table(fids(values=[]), majority_count=3200)


def test_files_in_and_out(tmp_path):
    write_table(tmp_path / "fid.parquet", fids(), FID, Provenance("fid"))
    frame = read_frame(tmp_path / "fid.parquet", FID)
    table = fid_table(pd.concat([frame, fids("ADASYN", values=[1.0])], ignore_index=True), majority_count=3200)
    write_table(tmp_path / "table.parquet", table, FID_TABLE, Provenance("fid_table"))
    read = read_frame(tmp_path / "table.parquet", FID_TABLE)
    assert list(read["paper_table"].isna()) == [False, True]
    assert list(read["fid_standard_deviation"].isna()) == [False, True]
    assert ",1,48.7\n" in table.to_csv(index=False, lineterminator="\n")
