import time
from types import SimpleNamespace

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.metrics import f1_score
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neighbors import KNeighborsClassifier

from deep_oversampling import timing
from deep_oversampling.errors import InputError
from deep_oversampling.samplers.cvae import CVAE
from deep_oversampling.storage import ImageSet
from deep_oversampling.timing import CANDIDATES, TIMED, BalancingTask, balancing_seconds, tune_neighbours

QUICK = {"hidden": (8,), "dropout": 0.0, "learning_rate": 0.01, "epochs": 2, "batch_size": 64}


def image_set(counts, seed=0, pixels=16):
    """Noisy copies of one pattern a class, so noisy that classes overlap."""
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.uint8)
    patterns = generator.integers(40, size=(len(counts), pixels))
    return ImageSet((patterns[labels] + generator.integers(216, size=(len(labels), pixels))).astype(np.uint8), labels)


def task(counts=(40, 12, 15), seed=0, **changed):
    settings = {"real": image_set(counts, seed), "n_classes": len(counts), "mlp": QUICK, "cvae": {}, "seed": seed}
    return BalancingTask(**settings | changed)


def fitted(images, labels):
    return KNeighborsClassifier(5, weights="distance", algorithm="kd_tree").fit(images.astype(float), labels)


class Nearest:
    """Classifies by the nearest images, in a moment, and keeps what it was given."""

    given = ()

    def __init__(self, _, n_classes, **named):
        self.n_classes = n_classes
        assert not named["balanced"]

    def predict(self, pool, fits):
        type(self).given = [*self.given, (pool, fits)]
        return [fitted(pool.images[fit.rows], pool.labels[fit.rows]).predict_proba(fit.images) for fit in fits]


@pytest.fixture
def nearest(monkeypatch):
    """The nearest neighbours in the MLP's place."""
    monkeypatch.setattr(Nearest, "given", ())
    monkeypatch.setattr("deep_oversampling.classifier.mlp.MLP", Nearest)
    return Nearest


def straightforward(real, seed):
    """The neighbours with the best mean macro F1, one fold after the other."""
    means = {}
    for neighbours in (3, 4, 5, 6, 7):
        scores = []
        splitter = RepeatedStratifiedKFold(n_splits=5, n_repeats=1, random_state=seed)
        for training, validation in splitter.split(real.images, real.labels):
            sampler = SMOTE(k_neighbors=neighbours, random_state=seed)
            pixels, labels = sampler.fit_resample(real.images[training].astype(np.float32) / 255, real.labels[training])
            model = fitted(np.rint(pixels * 255), labels)
            found = model.predict(real.images[validation].astype(float))
            scores.append(f1_score(real.labels[validation], found, average="macro"))
        means[neighbours] = np.mean(scores)
    return max(means, key=means.get)


def test_neighbours_are_those_of_a_straightforward_search(nearest):
    expected = [straightforward(image_set((40, 12, 15), seed), seed) for seed in (1, 2)]
    assert len(set(expected)) == 2
    assert [tune_neighbours(task(seed=seed)) for seed in (1, 2)] == expected


def test_folds_validate_on_real_images_and_train_on_balanced_ones(nearest):
    tune_neighbours(task())
    assert len(nearest.given) == len(CANDIDATES) == 5
    real = image_set((40, 12, 15))
    for pool, fits in nearest.given:
        assert len(fits) == 5
        assert len({fit.seed for fit in fits}) == 1
        np.testing.assert_array_equal(np.sort(np.concatenate([fit.images for fit in fits]), 0), np.sort(real.images, 0))
        for fit in fits:
            assert np.bincount(pool.labels[fit.rows]).tolist() == [32, 32, 32]
            assert fit.synthetic_weight == 1
            trained = {image.tobytes() for image in pool.images[fit.rows]}
            assert not trained & {image.tobytes() for image in fit.images}


def test_the_smallest_of_equally_good_neighbours_is_taken(monkeypatch):
    class Constant(Nearest):
        def predict(self, _, fits):
            return [np.eye(self.n_classes)[np.zeros(len(fit.images), int)] for fit in fits]

    monkeypatch.setattr("deep_oversampling.classifier.mlp.MLP", Constant)
    assert tune_neighbours(task()) == 3


@pytest.mark.parametrize(
    ("smallest", "message"),
    [
        (4, r"a class of 4 images can't be split into 5 folds"),
        (8, r"SMOTE needs more than 6 images of every class, but class 1 has 6"),
    ],
)
def test_a_class_too_small_to_tune_by_is_told_in_one_line(nearest, smallest, message):
    with pytest.raises(InputError, match=message) as raised:
        tune_neighbours(task((40, smallest)))
    assert "\n" not in str(raised.value)


def test_ten_images_of_a_class_are_enough(nearest):
    assert tune_neighbours(task((40, 10))) in CANDIDATES


def test_plain_smote_looks_at_five_neighbours(monkeypatch):
    drawn = []
    monkeypatch.setattr(timing, "oversample", lambda sampler, *_: drawn.append(sampler.get_params()))
    assert balancing_seconds("SMOTE", task(seed=7)) > 0
    assert [(each["k_neighbors"], each["random_state"]) for each in drawn] == [(5, 7)]


def test_tuned_smote_takes_the_neighbours_that_were_chosen(monkeypatch):
    drawn = []
    monkeypatch.setattr(timing, "tune_neighbours", lambda _: 6)
    monkeypatch.setattr(timing, "oversample", lambda sampler, real, _: drawn.append((sampler.k_neighbors, len(real))))
    balancing_seconds("Tuned SMOTE", task())
    assert drawn == [(6, 67)]


def test_smote_takes_time():
    assert 0 < balancing_seconds("SMOTE", task()) < 60


def test_tuned_smote_trains_the_mlp(monkeypatch):
    monkeypatch.setattr(timing, "CANDIDATES", (4,))
    untuned, tuned = (balancing_seconds(method, task()) for method in ("SMOTE", "Tuned SMOTE"))
    assert tuned > untuned > 0


def test_seconds_are_the_clock_s_and_not_the_processor_s(monkeypatch):
    monkeypatch.setattr(timing, "oversample", lambda *_: time.sleep(0.05))
    assert 0.05 <= balancing_seconds("SMOTE", task()) < 5
    clock = iter([100.0, 103.5])
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert balancing_seconds("SMOTE", task()) == 3.5


@pytest.mark.parametrize("parameters", [{}, {"epochs": 300, "widths": (2, 4, 8), "balance_first": True}])
def test_the_cvae_trains_for_ten_epochs_whatever_its_parameters_say(monkeypatch, parameters):
    built = []

    def fit_resample(sampler, X, y):
        built.append(sampler.get_params())
        return RandomOverSampler(random_state=0).fit_resample(X, y)

    monkeypatch.setattr(CVAE, "fit_resample", fit_resample)
    balancing = task(cvae=parameters, seed=3)
    assert balancing_seconds("CVAE", balancing) > 0
    assert [(each["epochs"], each["random_state"]) for each in built] == [(10, 3)]
    assert parameters.items() - {"epochs": 300}.items() <= built[0].items()
    assert balancing.cvae is parameters
    assert parameters.get("epochs", 300) == 300


def test_a_real_cvae_balances_the_set():
    small = {"image_shape": (4, 4, 1), "widths": (2, 4, 8), "latent_size": 2, "batch_size": 16}
    assert balancing_seconds("CVAE", task((12, 4), cvae=small)) > 0


def test_the_paper_s_three_are_timed():
    assert TIMED == ("SMOTE", "Tuned SMOTE", "CVAE")
