import threading

import numpy as np
import pytest
from balanced_f1 import balanced_f1
from image_patterns import image_set

from deep_oversampling.classifier import mlp
from deep_oversampling.classifier.folds import Fold, Folds, fold_augmented, fold_real
from deep_oversampling.classifier.mlp import MLP
from deep_oversampling.classifier.pool import TrainingPool
from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.classifier.stacks import Limits
from deep_oversampling.classifier.weight_search import SearchResult
from deep_oversampling.storage import ImageSet

DROPPING = MLPSettings(hidden=(8,), dropout=0.4, learning_rate=0.01, epochs=4, batch_size=16)
REAL, SYNTHETIC = image_set([40, 24, 16], 1, noise=220), image_set([0, 16, 24], 2, noise=220)
MINORITY = [1, 2]


def classifier(settings=DROPPING, *, common_random_numbers=True, name="SMOTE"):
    return MLP(settings, 3, balanced=False, name=name, common_random_numbers=common_random_numbers)


@pytest.fixture(scope="module")
def folds():
    return fold_augmented(REAL, SYNTHETIC, folds=2, repeats=1, seed=0)


class Numbered:
    """A pool whose images spell their numbers, folds of unequal size, and stand-ins for training and prediction."""

    def __init__(self, monkeypatch):
        self.trained = []
        self.of_thread = threading.local()
        generator = np.random.default_rng(0)
        numbers = np.arange(50)
        labels = generator.integers(3, size=50).astype(np.uint8)
        self.pool = TrainingPool(np.stack([numbers, numbers], axis=1).astype(np.uint8), labels, numbers >= 30)
        orders = [generator.permutation(50) for _ in range(3)]
        splits = [
            Fold(order[:cut], order[cut : cut + size])
            for order, cut, size in zip(orders, (20, 25, 15), (9, 17, 12), strict=True)
        ]
        self.folds = Folds(self.pool, splits)
        monkeypatch.setattr(mlp, "train", self.train)
        monkeypatch.setattr(mlp, "probabilities", self.probabilities)
        monkeypatch.setattr(mlp, "StackedMLP", self.stack)

    def stack(self, n_features, n_classes, seeds, synthetic_weights, *others):
        self.of_thread.seeds, self.of_thread.weights = list(seeds), synthetic_weights
        return StackedMLP(n_features, n_classes, seeds, synthetic_weights, *others)

    def train(self, _phases, _variables, arrays, draw, *, name, **_):
        present, batches = arrays[3], draw(np.random.default_rng(0))
        rows = [sorted(row for row in each.ravel() if present[row]) for each in np.moveaxis(batches, 2, 0)]
        self.trained.extend(zip(rows, self.of_thread.seeds, self.of_thread.weights.tolist(), strict=True))
        self.name = name

    def guess(self, number, weight):
        return (self.pool.labels[number] + (number % (weight + 2) < 2)) % 3

    def probabilities(self, _model, images):
        self.validated = images
        guesses = [
            [[self.guess(number, weight) for number in of_group[:, 0]] for weight in weights]
            for of_group, weights in zip(images, self.of_thread.weights, strict=True)
        ]
        return [np.eye(3)[np.array(of_group, int)] for of_group in guesses]


@pytest.fixture
def numbered(monkeypatch):
    return Numbered(monkeypatch)


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("limits", [(1, 1), (1, 3), (4, 2), (60, 1)])
def test_score_is_the_f1_of_the_minority(monkeypatch, numbered, common, limits):
    monkeypatch.setattr(mlp, "limits", lambda: Limits(*limits))
    weights = np.array([1, 2, 4, 7])
    scores = classifier(common_random_numbers=common).search(numbered.folds, weights, MINORITY, [5, 6])
    assert scores.shape == (2, 4, 3)
    for candidate, weight in enumerate(weights):
        for number, split in enumerate(numbered.folds.splits):
            true = numbered.pool.labels[split.validation]
            guesses = [numbered.guess(row, weight) for row in split.validation]
            assert scores[:, candidate, number] == pytest.approx(balanced_f1(true, guesses, MINORITY))
    assert len(np.unique(scores)) == 12


@pytest.mark.parametrize("common", [True, False])
def test_images_of_a_validation_part_are_in_memory_once(monkeypatch, numbered, common):
    monkeypatch.setattr(mlp, "limits", lambda: Limits(60, 1))
    classifier(common_random_numbers=common).search(numbered.folds, np.array([1, 2]), MINORITY, [5, 6])
    assert len(numbered.validated) > 1
    assert len({id(images) for images in numbered.validated}) == len({len(images) for images in numbered.validated})


@pytest.mark.parametrize(("common", "networks_of_a_seed"), [(True, 1), (False, 4)])
def test_every_candidate_is_trained_on_every_training_part(numbered, common, networks_of_a_seed):
    weights = np.array([1, 2, 4, 7])
    classifier(common_random_numbers=common).search(numbered.folds, weights, MINORITY, [5, 6])
    parts = [sorted(split.training) for split in numbered.folds.splits]
    found = sorted((rows, weight) for rows, _, candidates in numbered.trained for weight in candidates)
    assert found == sorted((part, weight) for part in parts for weight in weights for _ in range(2))
    seeds = [seed for _, seed, _ in numbered.trained]
    assert len(set(seeds)) == len(seeds) == 2 * 3 * networks_of_a_seed
    assert all(len(candidates) == 4 / networks_of_a_seed for *_, candidates in numbered.trained)


def test_messages_name_the_method_and_the_search(numbered):
    classifier(name="ADASYN").search(numbered.folds, np.array([1]), MINORITY, [0])
    assert numbered.name == "ADASYN, weight search"


@pytest.fixture(scope="module")
def scored(folds):
    """Scores of two seeds; the first and the last of three candidates weigh the same."""
    return {
        common: classifier(common_random_numbers=common).search(folds, np.array([3, 1, 3]), MINORITY, [0, 1])
        for common in (True, False)
    }


@pytest.mark.parametrize("common", [True, False])
def test_scores_have_a_place_for_each_seed_candidate_and_split(scored, common):
    assert scored[common].shape == (2, 3, 2)
    assert ((scored[common] >= 0) & (scored[common] <= 1)).all()
    assert (scored[common][0] != scored[common][1]).any()


def test_equal_weights_score_the_same_with_common_random_numbers(scored):
    np.testing.assert_array_equal(scored[True][:, 0], scored[True][:, 2])
    assert (scored[True][:, 0] != scored[True][:, 1]).any()


def test_equal_weights_score_otherwise_without_common_random_numbers(scored):
    assert (scored[False][:, 0] != scored[False][:, 2]).any()


@pytest.mark.parametrize("common", [True, False])
def test_scores_do_not_depend_on_the_other_seeds(folds, scored, common):
    alone = classifier(common_random_numbers=common).search(folds, np.array([3, 1, 3]), MINORITY, [1])
    np.testing.assert_allclose(alone[0], scored[common][1])


@pytest.mark.parametrize(
    ("common", "limits", "n_stacks"),
    [
        *((True, (5, 1), 4), (True, (2, 1), 6), (True, (1, 1), 12), (True, (60, 3), 3)),
        *((False, (5, 1), 3), (False, (1, 1), 12), (False, (5, 2), 4)),
    ],
)
def test_large_searches_are_split_into_stacks_and_score_the_same(monkeypatch, folds, scored, common, limits, n_stacks):
    sizes = []

    def stack(n_features, n_classes, seeds, synthetic_weights, *others):
        sizes.append(np.size(synthetic_weights))
        return StackedMLP(n_features, n_classes, seeds, synthetic_weights, *others)

    monkeypatch.setattr(mlp, "StackedMLP", stack)
    monkeypatch.setattr(mlp, "limits", lambda: Limits(*limits))
    found = classifier(common_random_numbers=common).search(folds, np.array([3, 1, 3]), MINORITY, [0, 1])
    assert len(sizes) == n_stacks
    assert max(sizes) <= limits[0]
    np.testing.assert_allclose(found, scored[common])


def test_search_finds_the_weight_that_helps():
    """Synthetic images that lie about class 0 must weigh little; the images are told apart by one pixel."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], [40, 12]).astype(np.uint8)
    images = generator.integers(60, size=(52, 4)).astype(np.uint8)
    images[labels == 1, 0] += 150

    def lying(training, _fold):
        lies = training.images[training.labels == 0]
        return ImageSet(lies, np.ones(len(lies), np.uint8)), []

    settings = MLPSettings(hidden=(8,), dropout=0.0, learning_rate=0.01, epochs=40, batch_size=8)
    weights = np.array([0.1, 20])
    folds = fold_real(ImageSet(images, labels), lying, folds=2, repeats=1, seed=0)
    (scores,) = MLP(settings, 2, balanced=False, name="lying").search(folds, weights, [1], [0])
    assert SearchResult(weights, scores).chosen == 0.1
    assert scores[0].min() > 0.9
    # All images are taken for class 1.
    assert scores[1] == pytest.approx(2 / 3)
