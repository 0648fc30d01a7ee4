import warnings
from dataclasses import replace

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.metrics import confusion_matrix, log_loss

from deep_oversampling.classifier import scoring
from deep_oversampling.classifier.scoring import ScoringTask, score, score_row
from deep_oversampling.classifier.stacked_mlp import MLPSettings
from deep_oversampling.classifier.weight_search import SearchResult, SearchSettings
from deep_oversampling.provenance import Provenance
from deep_oversampling.samplers.synthesis import oversample
from deep_oversampling.schemas import SCORE
from deep_oversampling.storage import ImageSet, read_frame, write_rows

SETTINGS = {
    "dataset": "mnist",
    "minority": "3-4",
    "imbalance_ratio": 2,
    "replicate": 1,
    "method": "SMOTE",
    "protocol": "leak_free",
    "classifier_seed": 2,
    "definition": {"sampler": "imblearn.over_sampling.SMOTE", "parameters": {"k_neighbors": 5}},
    "weight_search": {"start": 1, "stop": 9, "number": 3, "folds": 2},
    "classifier": {"hidden": [32], "dropout": 0.1, "learning_rate": 0.01, "epochs": 25, "batch_size": 16},
}
SEED = 11
SECONDS = ("search_seconds", "fit_seconds")


def image_set(counts, seed):
    """Noisy copies of ten patterns of 16 pixels, so many of each."""
    patterns = np.random.default_rng(0).integers(160, size=(10, 16))
    labels = np.repeat(np.arange(10), counts).astype(np.uint8)
    noise = np.random.default_rng(seed).integers(96, size=(len(labels), 16))
    return ImageSet((patterns[labels] + noise).astype(np.uint8), labels)


@pytest.fixture(scope="module")
def task():
    real = image_set([8 if label in (3, 4) else 12 for label in range(10)], seed=1)
    synthetic = oversample(SMOTE(random_state=0), real, "SMOTE")
    test = image_set(np.arange(3, 13), seed=2)
    return ScoringTask.from_settings(SETTINGS, SEED, real=real, synthetic=synthetic, test=test)


@pytest.fixture(scope="module")
def imbalanced(task):
    return replace(task, synthetic=ImageSet(np.empty((0, 16), np.uint8), np.empty(0, np.uint8)), name="Imbalanced")


@pytest.fixture(scope="module")
def scored(task):
    """A row, and the probabilities that it was made from."""
    predicted = []

    def kept(model, images):
        predicted.append(original(model, images))
        return predicted[-1]

    original = scoring.probabilities
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "probabilities", kept)
        row = score_row(task, SETTINGS, SEED)
    (only,) = predicted
    return row, only[0, 0]


class Untrained:
    """Stands in for training and prediction; every image gets the same probabilities."""

    def __init__(self, monkeypatch, probability):
        self.probability = np.asarray(probability, np.float32)
        monkeypatch.setattr(scoring, "fit_classifiers", self.fit_classifiers)
        monkeypatch.setattr(scoring, "probabilities", self.probabilities)

    def fit_classifiers(self, pool, rows, synthetic_weights, _n_classes, settings, seeds, name):
        self.pool, self.rows, self.weights = pool, rows, synthetic_weights.tolist()
        self.settings, self.seeds, self.name = settings, seeds, name

    def probabilities(self, _model, images):
        self.images = images
        return np.tile(self.probability, (1, 1, len(images), 1))


def without_seconds(row):
    return {name: value for name, value in row.items() if name not in SECONDS}


def test_task_is_what_the_settings_say(task):
    assert task.n_classes == 10
    assert task.minority == [3, 4]
    assert task.protocol == "leak_free"
    assert task.name == "SMOTE"
    np.testing.assert_array_equal(task.search.weights, [1, 5, 9])
    assert task.search == SearchSettings(1, 9, 3, 2)
    assert task.mlp == MLPSettings([32], 0.1, 0.01, 25, 16)


def test_folds_are_oversampled_by_the_seed_and_their_number(task):
    drawn = [task.resample(task.real, fold)[0].images for fold in (0, 0, 1)]
    assert drawn[0].shape == (8, 16)
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0] != drawn[2]).any()
    assert task.resample(task.real, 0)[1] == []


def test_rows_of_the_confusion_matrix_are_the_test_set_s_classes(task, scored):
    row, predicted = scored
    confusion = np.array(row["confusion"])
    np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(task.test.labels))
    np.testing.assert_array_equal(confusion, confusion_matrix(task.test.labels, predicted.argmax(axis=1)))
    assert np.trace(confusion) > 0.8 * confusion.sum()


def test_log_loss_is_scikit_learn_s_of_each_class(task, scored):
    row, predicted = scored
    expected = [
        log_loss(task.test.labels[chosen], predicted[chosen], labels=range(10))
        for chosen in (task.test.labels == label for label in range(10))
    ]
    np.testing.assert_allclose(row["log_loss"], expected, rtol=1e-4)


def test_every_candidate_is_kept_and_the_best_chosen(scored):
    row, _ = scored
    kept = [(candidate["weight"], candidate["fold"]) for candidate in row["candidates"]]
    assert kept == [(weight, fold) for weight in (1.0, 5.0, 9.0) for fold in (0, 1)]
    means = np.reshape([candidate["minority_f1"] for candidate in row["candidates"]], (3, 2)).mean(axis=1)
    assert row["chosen_weight"] == [1.0, 5.0, 9.0][means.argmax()]


def test_smaller_neighbourhoods_of_the_folds_are_noted(scored):
    row, _ = scored
    assert row["notes"] == [f"fold {fold}: k_neighbors 3 instead of 5" for fold in (0, 1)]


def test_row_fits_its_schema(scored, tmp_path):
    row, _ = scored
    assert list(row) == SCORE.names
    write_rows(tmp_path / "score.parquet", [row], SCORE, Provenance("score"))
    (read,) = read_frame(tmp_path / "score.parquet", SCORE).to_dict("records")
    assert [read[name] for name in SCORE.names[:7]] == [SETTINGS[name] for name in SCORE.names[:7]]
    assert read["chosen_weight"] == row["chosen_weight"]
    assert min(read[name] for name in SECONDS) > 0


def test_same_seed_gives_the_same_scores(task, scored):
    row, _ = scored
    assert without_seconds(score_row(task, SETTINGS, SEED)) == without_seconds(row)


def test_without_synthetic_images_nothing_is_searched(monkeypatch, imbalanced):
    monkeypatch.setattr(scoring, "search_weight", lambda *_, **__: pytest.fail("searched"))
    untrained = Untrained(monkeypatch, np.full(10, 0.1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = score(imbalanced, SEED)
    assert row["chosen_weight"] is None
    assert row["candidates"] == row["notes"] == []
    assert not untrained.pool.synthetic.any()
    np.testing.assert_allclose(row["log_loss"], np.log(10), rtol=1e-6)


def test_scores_follow_the_seed(imbalanced):
    first, second = (score(imbalanced, seed)["log_loss"] for seed in (1, 2))
    assert first != second


def test_refit_is_on_everything_with_the_chosen_weight(monkeypatch, task):
    untrained = Untrained(monkeypatch, np.eye(10)[3])
    found = SearchResult(np.array([1.0, 6.4, 50.0]), np.array([[0.1, 0.2], [0.9, 0.5], [0.4, 0.8]]), ["a note"])
    monkeypatch.setattr(scoring, "search_weight", lambda *_, **__: found)
    row = score(task, SEED)
    assert untrained.weights == [6.4]
    assert row["chosen_weight"] == 6.4
    assert row["notes"] == ["a note"]
    assert (untrained.seeds, untrained.settings, untrained.name) == ([SEED], task.mlp, "SMOTE")
    (rows,) = untrained.rows
    assert sorted(rows) == list(range(120))
    np.testing.assert_array_equal(untrained.pool.images[:112], task.real.scaled())
    np.testing.assert_array_equal(untrained.pool.images[112:], task.synthetic.scaled())
    np.testing.assert_array_equal(untrained.images, task.test.scaled())


def test_log_loss_of_impossible_classes_is_finite(monkeypatch, imbalanced):
    Untrained(monkeypatch, np.eye(10)[3])
    row = score(imbalanced, SEED)
    assert row["log_loss"][3] == 0
    assert np.isfinite(row["log_loss"]).all()
    assert min(row["log_loss"][:3] + row["log_loss"][4:]) > 80
    assert np.array(row["confusion"])[:, 3].tolist() == np.bincount(imbalanced.test.labels).tolist()
