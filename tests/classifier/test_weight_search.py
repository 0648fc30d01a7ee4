import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from deep_oversampling.classifier import weight_search
from deep_oversampling.classifier.stacked_mlp import MLPSettings
from deep_oversampling.classifier.weight_search import SearchResult, SearchSettings, search_weight
from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet

COUNTS = (13, 11, 7)
N_REAL = sum(COUNTS)
N_ADDED = 8
MINORITY = [1, 2]


def numbered(numbers, labels):
    """Images whose pixels spell a number, so that each can be told wherever it turns up."""
    pixels = np.stack([np.asarray(numbers) // 256, np.asarray(numbers) % 256], axis=1)
    return ImageSet(pixels.astype(np.uint8), np.asarray(labels, np.uint8))


def numbers_of(images):
    """The numbers of images given as bytes or as floats in [0, 1]."""
    if images.dtype != np.uint8:
        images = np.rint(images * 255).astype(int)
    return (images[..., 0].astype(int) * 256 + images[..., 1]).tolist()


REAL = numbered(np.arange(N_REAL), np.repeat(range(3), COUNTS))
SYNTHETIC = numbered(1000 + np.arange(N_ADDED), [1, 1] + [2] * 6)
LABEL_OF = dict(
    zip(numbers_of(REAL.images) + numbers_of(SYNTHETIC.images), [*REAL.labels, *SYNTHETIC.labels], strict=True)
)


def guess(number, candidate):
    """The class that a stand-in for a trained classifier gives an image."""
    return (LABEL_OF[number] + (number % (candidate + 2) == 0)) % 3


class Spy:
    """Stands in for training, prediction and resampling, and keeps what each was given."""

    def __init__(self, monkeypatch):
        self.given, self.added, self.training, self.validation = [], [], [], []
        monkeypatch.setattr(weight_search, "fit_classifiers", self.fit_classifiers)
        monkeypatch.setattr(weight_search, "probabilities", self.probabilities)

    def resample(self, training, fold):
        assert fold == len(self.given)
        self.given.append(training)
        numbers = 2000 + 100 * fold + np.arange(5 + fold)
        self.added.append(numbers.tolist())
        return numbered(numbers, np.full(len(numbers), 2)), [f"fold {fold}: changed"]

    def fit_classifiers(self, pool, rows, synthetic_weights, _n_classes, _settings, seeds, name):
        self.pool, self.seeds, self.name, self.weights = pool, seeds, name, synthetic_weights
        self.training = [numbers_of(pool.images[group_rows]) for group_rows in rows]
        self.is_synthetic = dict(zip(numbers_of(pool.images), pool.synthetic.tolist(), strict=True))

    def probabilities(self, _model, images):
        assert images.shape[0] == len(self.training)
        self.validation = numbers_of(images)
        guesses = [
            [[guess(number, candidate) for number in fold] for candidate in range(len(self.weights))]
            for fold in self.validation
        ]
        return np.eye(3)[np.array(guesses)]


@pytest.fixture
def spy(monkeypatch):
    return Spy(monkeypatch)


def run_search(spy, protocol, *, folds=2, seed=0, real=REAL, synthetic=SYNTHETIC):
    return search_weight(
        real,
        synthetic,
        spy.resample,
        protocol=protocol,
        minority=MINORITY,
        n_classes=3,
        settings=SearchSettings(1, 50, 4, folds),
        mlp=MLPSettings(),
        seed=seed,
        name="SMOTE",
    )


def class_counts(numbers):
    return np.bincount([LABEL_OF[number] for number in numbers], minlength=3)


def assert_stratified_parts(parts, everything):
    """The parts hold each image once, and of each class as many as the others, give or take one."""
    assert sorted(number for part in parts for number in part) == sorted(everything)
    counts = np.array([class_counts(part) for part in parts])
    assert np.ptp(counts, axis=0).max() <= 1


@pytest.mark.parametrize("folds", [2, 3])
def test_paper_folds_the_augmented_set(spy, folds):
    result = run_search(spy, "paper", folds=folds)
    validation = [set(part) for part in spy.validation]
    everything = set(LABEL_OF)
    assert_stratified_parts(validation, everything)
    for training, part in zip(spy.training, validation, strict=True):
        assert sorted(training) == sorted(everything - part)
        assert any(spy.is_synthetic[number] for number in part)
    assert {number for number, synthetic in spy.is_synthetic.items() if synthetic} == set(range(1000, 1000 + N_ADDED))
    assert not spy.given
    assert result.notes == []


@pytest.mark.parametrize("folds", [2, 3])
def test_leak_free_validates_on_real_images_the_oversampler_never_saw(spy, folds):
    result = run_search(spy, "leak_free", folds=folds)
    validation = [set(part) for part in spy.validation]
    assert_stratified_parts(validation, range(N_REAL))
    assert len(spy.given) == folds
    for given, added, training, part in zip(spy.given, spy.added, spy.training, validation, strict=True):
        seen = numbers_of(given.images)
        assert sorted(seen) == sorted(set(range(N_REAL)) - part)
        assert given.labels.tolist() == [LABEL_OF[number] for number in seen]
        assert sorted(training) == sorted(seen + added)
        assert all(spy.is_synthetic[number] == (number in added) for number in training)
    assert result.notes == [f"fold {fold}: changed" for fold in range(folds)]


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
@pytest.mark.parametrize("folds", [2, 3])
def test_score_is_the_support_weighted_f1_of_the_minority(spy, protocol, folds):
    result = run_search(spy, protocol, folds=folds)
    assert result.scores.shape == (4, folds)
    np.testing.assert_allclose(result.weights, [1, 52 / 3, 101 / 3, 50])
    np.testing.assert_array_equal(spy.weights, result.weights)
    for fold, part in enumerate(spy.validation):
        numbers = sorted(set(part))
        true = [LABEL_OF[number] for number in numbers]
        for candidate in range(4):
            guesses = [guess(number, candidate) for number in numbers]
            _, _, f1, support = precision_recall_fscore_support(true, guesses, labels=range(3), zero_division=0)
            expected = (f1[1] * support[1] + f1[2] * support[2]) / (support[1] + support[2])
            assert result.scores[candidate, fold] == pytest.approx(expected)
    assert len(set(result.scores.mean(axis=1))) > 1


def test_folds_follow_the_seed(spy):
    def validated(seed):
        run_search(spy, "paper", seed=seed)
        return [sorted(set(part)) for part in spy.validation]

    first = validated(3)
    assert validated(3) == first
    assert validated(4) != first
    assert len(set(spy.seeds)) == len(spy.seeds) == 2


def test_messages_name_the_method_and_the_search(spy):
    run_search(spy, "paper")
    assert spy.name == "SMOTE, weight search"


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_class_with_fewer_images_than_folds_is_refused(spy, protocol):
    real = numbered(range(9), [0] * 7 + [2] * 2)
    nothing = numbered(np.arange(0), [])
    with pytest.raises(InputError) as caught:
        run_search(spy, protocol, folds=3, real=real, synthetic=nothing)
    assert str(caught.value) == "a class of 2 images can't be split into 3 folds; lower the ratio or the folds"
    assert not spy.given


def test_best_mean_is_chosen():
    scores = np.array([[0.9, 0.1], [0.5, 0.6], [0.4, 0.4]])
    assert SearchResult(np.array([1.0, 6.4, 50.0]), scores).chosen == 6.4


def test_smallest_of_equals_is_chosen():
    scores = np.array([[0.2, 0.2], [0.75, 0.25], [0.5, 0.5], [0.25, 0.75]])
    assert SearchResult(np.array([1.0, 6.4, 11.9, 50.0]), scores).chosen == 6.4


def test_default_candidates_and_folds_are_the_paper_s():
    np.testing.assert_array_equal(SearchSettings().weights, np.linspace(1, 50, 10))
    assert SearchSettings().folds == 2


def test_search_finds_the_weight_that_helps():
    """Synthetic images that lie about class 0 must weigh little; the images are told apart by one pixel."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], [40, 12]).astype(np.uint8)
    images = generator.integers(60, size=(52, 4)).astype(np.uint8)
    images[labels == 1, 0] += 150

    def resample(training, fold):
        lies = training.images[training.labels == 0]
        return ImageSet(lies, np.ones(len(lies), np.uint8)), []

    result = search_weight(
        ImageSet(images, labels),
        ImageSet(images[:1], labels[:1]),
        resample,
        protocol="leak_free",
        minority=[1],
        n_classes=2,
        settings=SearchSettings(0.1, 20, 2),
        mlp=MLPSettings(hidden=(8,), dropout=0.0, learning_rate=0.01, epochs=40, batch_size=8),
        seed=0,
        name="lying",
    )
    assert result.chosen == 0.1
    assert result.scores[0].min() > 0.9
    assert result.scores[1].max() < 0.6
