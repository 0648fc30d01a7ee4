import warnings
from dataclasses import replace

import numpy as np
import pytest
from image_patterns import without_images
from scoring_tasks import (
    OVERSAMPLED,
    REAL,
    SECONDS,
    SEEDS,
    SETTINGS,
    SPLITS,
    SYNTHETIC,
    TEST,
    WEIGHTS,
    Recorded,
    Untrained,
    task_of,
)
from sklearn.metrics import average_precision_score, confusion_matrix, log_loss, roc_auc_score

from deep_oversampling.classifier.metrics import calibration_error
from deep_oversampling.classifier.scoring import score, score_rows
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import SCORE
from deep_oversampling.storage import read_frame, write_rows


@pytest.fixture(scope="module")
def scored():
    """The task, a row of each seed, and the probabilities that they were made from."""
    task = task_of()
    recorded = Recorded(task.classifier)
    rows = score_rows(replace(task, classifier=recorded), SETTINGS, SEEDS)
    return task, rows, recorded.predicted


def without_seconds(row):
    return {name: value for name, value in row.items() if name not in SECONDS}


def test_rows_of_the_confusion_matrix_are_the_test_set_s_classes(scored):
    _, rows, predicted = scored
    for row, probabilities in zip(rows, predicted, strict=True):
        confusion = np.array(row["confusion"])
        np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(TEST.labels))
        np.testing.assert_array_equal(confusion, confusion_matrix(TEST.labels, probabilities.argmax(axis=1)))
        assert np.trace(confusion) > 0.7 * confusion.sum()


def test_log_loss_is_scikit_learn_s_of_each_class(scored):
    _, rows, predicted = scored
    for row, probabilities in zip(rows, predicted, strict=True):
        of_class = [TEST.labels == label for label in range(10)]
        expected = [log_loss(TEST.labels[chosen], probabilities[chosen], labels=range(10)) for chosen in of_class]
        np.testing.assert_allclose(row["log_loss"], expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("column", "measure"), [("roc_auc", roc_auc_score), ("average_precision", average_precision_score)]
)
def test_ranking_measures_are_scikit_learn_s_of_each_class_against_all_others(scored, column, measure):
    _, rows, predicted = scored
    for row, probabilities in zip(rows, predicted, strict=True):
        expected = [measure(TEST.labels == label, probabilities[:, label]) for label in range(10)]
        np.testing.assert_allclose(row[column], expected)
        assert len(set(row[column])) > 1


def test_calibration_error_is_of_the_test_set(scored):
    _, rows, predicted = scored
    for row, probabilities in zip(rows, predicted, strict=True):
        assert row["calibration_error"] == pytest.approx(calibration_error(probabilities, TEST.labels))


def test_every_candidate_is_kept_and_the_best_chosen(scored):
    for row in scored[1]:
        kept = [(candidate["weight"], candidate["fold"]) for candidate in row["candidates"]]
        assert kept == [(weight, fold) for weight in WEIGHTS for fold in SPLITS]
        means = np.reshape([candidate["minority_f1"] for candidate in row["candidates"]], (3, 4)).mean(axis=1)
        assert row["chosen_weight"] == WEIGHTS[means.argmax()]


def test_candidates_scores_are_those_of_the_search(scored):
    task, rows, _ = scored
    found = task.classifier.search(task.weight_folds, task.search.weights, task.minority, list(SEEDS.values()))
    for row, expected in zip(rows, found, strict=True):
        kept = [candidate["minority_f1"] for candidate in row["candidates"]]
        np.testing.assert_allclose(kept, expected.ravel())


def test_smaller_neighbourhoods_of_the_folds_are_noted(scored):
    for row in scored[1]:
        assert row["notes"] == [f"fold {fold}: k_neighbors 3 instead of 5" for fold in SPLITS]


def test_rows_fit_their_schema(scored, tmp_path):
    rows = scored[1]
    assert [set(row) for row in rows] == [set(SCORE.names)] * 2
    write_rows(tmp_path / "score.parquet", rows, SCORE, Provenance("score"))
    read = read_frame(tmp_path / "score.parquet", SCORE).to_dict("records")
    assert [each["classifier_seed"] for each in read] == [0, 2]
    for each, row in zip(read, rows, strict=True):
        assert [each[name] for name in SCORE.names[:7]] == [SETTINGS[name] for name in SCORE.names[:7]]
        assert each["chosen_weight"] == row["chosen_weight"]
        assert each["refitted_in_folds"] is True
        assert each["logit_adjustments"].size == 0
        assert np.isnan(each["logit_adjustment"])
        np.testing.assert_array_equal(each["roc_auc"], row["roc_auc"])
        assert min(each[name] for name in SECONDS) > 0


def test_same_seed_gives_the_same_scores_whatever_other_seeds_there_are(scored):
    task, rows, _ = scored
    (again,) = score_rows(task, SETTINGS, {2: 12})
    for column in ("log_loss", "roc_auc", "calibration_error"):
        np.testing.assert_allclose(again[column], rows[1][column], rtol=1e-3, atol=1e-5)
    assert again["candidates"] == rows[1]["candidates"]
    assert again["confusion"] == rows[1]["confusion"]


def test_scores_follow_the_seed(scored):
    first, second = scored[1]
    assert first["log_loss"] != second["log_loss"]
    assert first["candidates"] != second["candidates"]


def test_without_synthetic_images_nothing_is_searched():
    untrained = Untrained()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (row,) = score(replace(task_of({}), classifier=untrained), [3])
    assert row["chosen_weight"] is row["logit_adjustment"] is row["refitted_in_folds"] is None
    assert row["candidates"] == row["logit_adjustments"] == row["notes"] == []
    [(pool, [fit])] = untrained.calls
    assert not pool.synthetic.any()
    assert sorted(fit.rows) == list(range(len(REAL)))
    np.testing.assert_allclose(row["log_loss"], np.log(10), rtol=1e-6)


def test_refit_is_on_everything_with_each_seed_s_chosen_weight():
    best = {11: 1, 12: 2, 13: 0}
    scores = [[[0.1 + 0.5 * (candidate == chosen)] * 4 for candidate in range(3)] for chosen in best.values()]
    untrained = Untrained(np.eye(10)[3], scores)
    task = replace(task_of(), classifier=untrained)
    rows = score(task, list(best))
    assert untrained.seeds == list(best)
    assert untrained.minority == [3, 4]
    assert untrained.folds is task.weight_folds
    np.testing.assert_array_equal(untrained.weights, WEIGHTS)
    assert [row["chosen_weight"] for row in rows] == [5, 9, 1]
    [(pool, fits)] = untrained.calls
    np.testing.assert_array_equal(pool.images, np.concatenate([REAL.images, SYNTHETIC.images]))
    np.testing.assert_array_equal(pool.labels, np.concatenate([REAL.labels, SYNTHETIC.labels]))
    assert pool.synthetic.tolist() == [False] * len(REAL) + [True] * len(SYNTHETIC)
    assert [(fit.seed, fit.synthetic_weight) for fit in fits] == [(11, 5), (12, 9), (13, 1)]
    for fit in fits:
        assert sorted(fit.rows) == list(range(len(pool.labels)))
        np.testing.assert_array_equal(fit.images, TEST.images)


def test_log_loss_of_impossible_classes_is_finite():
    (row,) = score(replace(task_of({}), classifier=Untrained(np.eye(10)[3])), [0])
    assert row["log_loss"][3] == 0
    assert np.isfinite(row["log_loss"]).all()
    assert min(row["log_loss"][:3] + row["log_loss"][4:]) > 80
    assert np.array(row["confusion"])[:, 3].tolist() == np.bincount(TEST.labels).tolist()
    assert row["roc_auc"] == [0.5] * 10


@pytest.mark.parametrize(
    ("definition", "protocol", "refitted", "n_notes"),
    [
        (OVERSAMPLED, "leak_free", True, 4),
        (OVERSAMPLED, "paper", None, 0),
        (OVERSAMPLED | {"refit_in_folds": False}, "leak_free", False, 0),
        (OVERSAMPLED | {"refit_in_folds": False}, "paper", None, 0),
        (OVERSAMPLED | {"logit_adjustment": "tuned"}, "paper", True, 4),
        ({"logit_adjustment": "tuned"}, "leak_free", None, 0),
        ({"class_weight": "balanced"}, "leak_free", None, 0),
        ({}, "paper", None, 0),
    ],
)
def test_row_says_whether_folds_were_oversampled_anew(definition, protocol, refitted, n_notes):
    task = task_of(definition, protocol=protocol)
    untrained = Untrained(scores=np.full((1, 3, len(task.weight_folds.splits)), 0.5))
    (row,) = score(replace(task, classifier=untrained), [0])
    assert row["refitted_in_folds"] is refitted
    assert len(row["notes"]) == n_notes


def test_a_set_nothing_could_be_added_to_is_scored_without_search():
    task = replace(task_of({}), synthetic=without_images(REAL), classifier=Untrained())
    assert score(task, [0])[0]["chosen_weight"] is None
