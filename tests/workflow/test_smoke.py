"""The smoke preset, end to end on real MNIST."""

import numpy as np
import pandas as pd
import pytest

from deep_oversampling.schemas import CLASSIFIER_TABLE, FID, FID_TABLE, SCORE
from deep_oversampling.storage import read_frame, read_images, read_provenance

pytestmark = pytest.mark.workflow

RUN = "mnist/3-4/10/0"
METHODS = ["Imbalanced", "SMOTE", "CVAE", "TunedLogitAdjustment"]
OVERSAMPLING = ["SMOTE", "CVAE"]
PROTOCOLS = ["paper", "leak_free"]
TEST_IMAGES = {3: 1010, 4: 982}


def test_skewed_set_has_the_configured_counts(smoke):
    counts = np.bincount(read_images(smoke / f"skewed/{RUN}.parquet").labels)
    assert counts.tolist() == [100, 100, 100, 10, 10, 100, 100, 100, 100, 100]


@pytest.mark.parametrize("method", OVERSAMPLING)
def test_synthetic_set_holds_exactly_what_was_missing(smoke, method):
    labels = read_images(smoke / f"synthetic/{RUN}/{method}.parquet").labels
    assert sorted(labels.tolist()) == [3] * 90 + [4] * 90


def test_methods_that_add_no_images_have_no_synthetic_set(smoke):
    assert sorted(path.stem for path in (smoke / f"synthetic/{RUN}").iterdir()) == sorted(OVERSAMPLING)


def test_trained_generator_and_its_history_are_files(smoke):
    folder = smoke / f"generators/{RUN}/CVAE"
    history = read_frame(folder / "history.parquet")
    assert (folder / "model.keras").stat().st_size > 0
    assert sorted(history["term"].unique()) == ["divergence", "loss", "reconstruction"]
    assert history["epoch"].max() == 2


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("method", METHODS)
def test_score_file_keeps_everything_metrics_need(smoke, method, protocol):
    path = smoke / f"scores/{RUN}/{method}/MLP/{protocol}/0.parquet"
    (row,) = read_frame(path, SCORE).to_dict("records")
    confusion = np.stack(row["confusion"])
    assert confusion.sum() == 10_000
    assert {label: confusion[label].sum() for label in TEST_IMAGES} == TEST_IMAGES
    assert len(row["log_loss"]) == 10
    assert row["fit_seconds"] > 0
    assert len(row["roc_auc"]) == len(row["average_precision"]) == 10
    assert 0 < row["calibration_error"] < 1
    if method == "TunedLogitAdjustment":
        means = pd.DataFrame(list(row["logit_adjustments"])).groupby("strength")["minority_f1"].mean()
        assert row["logit_adjustment"] == means.idxmax()
    else:
        assert len(row["logit_adjustments"]) == 0
    if method not in OVERSAMPLING:
        assert len(row["candidates"]) == 0
        assert np.isnan(row["chosen_weight"])
    else:
        means = pd.DataFrame(list(row["candidates"])).groupby("weight")["minority_f1"].mean()
        assert sorted(means.index) == [1, 50]
        assert row["chosen_weight"] == means.idxmax()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_score_says_how_it_was_made(smoke, protocol):
    provenance = read_provenance(smoke / f"scores/{RUN}/SMOTE/MLP/{protocol}/0.parquet")
    assert provenance.settings["protocol"] == protocol
    assert provenance.settings["definition"]["sampler"] == "imblearn.over_sampling.SMOTE"
    assert provenance.settings["classifier_definition"]["epochs"] == 3
    assert provenance.seed is not None
    assert {"numpy", "keras", "imbalanced-learn", "deep-oversampling"} <= set(provenance.versions)


def test_shrunken_neighbourhoods_of_training_folds_are_recorded(smoke):
    (row,) = read_frame(smoke / f"scores/{RUN}/SMOTE/MLP/leak_free/0.parquet", SCORE).to_dict("records")
    assert list(row["notes"]) == [f"fold {fold}: k_neighbors 4 instead of 5" for fold in (0, 1)]


@pytest.mark.parametrize("method", OVERSAMPLING)
def test_fid_rows_name_extractor_and_sample_counts(smoke, method):
    rows = read_frame(smoke / f"fid/lenet/synthetic/{RUN}/{method}.parquet", FID)
    assert rows["class"].tolist() == [3, 4]
    assert set(rows["extractor"]) == {"lenet"}
    assert rows["real_count"].tolist() == list(TEST_IMAGES.values())
    assert rows["synthetic_count"].tolist() == [50, 50]
    assert (rows["fid"] > 0).all()
    assert (rows["diversity"] > 0).all()
    assert rows["asked_class_share"].between(0, 1).all()


@pytest.mark.parametrize(("name", "schema"), [("classifier", CLASSIFIER_TABLE), ("fid_lenet", FID_TABLE)])
def test_tables_are_the_same_as_parquet_and_csv(smoke, name, schema):
    parquet = read_frame(smoke / f"tables/{name}.parquet", schema)
    csv = pd.read_csv(smoke / f"tables/{name}.csv")
    pd.testing.assert_frame_equal(parquet.convert_dtypes(), csv.convert_dtypes(), check_dtype=False)


def test_paper_numbers_stand_only_beside_the_papers_setting(smoke):
    table = read_frame(smoke / "tables/classifier.parquet")
    assert table["paper_f1"].isna().all()


def test_every_rule_leaves_a_benchmark_and_a_log(smoke):
    rules = {path.name for path in (smoke / "benchmarks").iterdir()}
    assert {"skew", "train_generator", "oversample", "sample_generator", "score_classifiers", "fid"} <= rules
    jobs = [
        {path.relative_to(smoke / kind).with_suffix("") for path in (smoke / kind).rglob(f"*{suffix}")}
        for kind, suffix in (("logs", ".log"), ("benchmarks", ".tsv"))
    ]
    assert jobs[0] == jobs[1]


def test_jobs_leave_nothing_in_the_temporary_folder(smoke):
    assert list((smoke.parent / "temporary").iterdir()) == []
