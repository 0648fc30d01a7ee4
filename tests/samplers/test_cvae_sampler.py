import doctest
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from deep_oversampling.errors import InputError
from deep_oversampling.network_archive import save_network
from deep_oversampling.provenance import Provenance
from deep_oversampling.samplers import cvae, deep
from deep_oversampling.samplers.cvae import CVAE
from deep_oversampling.samplers.resolve import build_sampler
from deep_oversampling.samplers.synthesis import draw_missing, oversample
from deep_oversampling.storage import ImageSet

pytestmark = pytest.mark.filterwarnings("ignore:Even though the .tf.config.experimental_run_functions_eagerly")

TINY = {"image_shape": (8, 8, 1), "widths": (2, 4, 8), "latent_size": 3, "epochs": 1, "batch_size": 8}
PROVENANCE = Provenance("generator", {"dataset": "toy"}, seed=3, versions={"keras": "0"})


@contextmanager
def eagerly():
    """Without compiling for each training, most of what a short one takes; elsewhere it is compiled."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def toy(dtype=np.uint8):
    """20 dark images of class 2, 4 bright ones of class 5 and 6 grey ones of class 7."""
    y = np.repeat(np.array([2, 5, 7], dtype), [20, 4, 6])
    means = np.repeat(np.array([0.05, 0.95, 0.5], np.float32), [20, 4, 6])
    noise = np.random.default_rng(0).uniform(-0.05, 0.05, (30, 64)).astype(np.float32)
    return means[:, None] + noise, y


LABELS = np.repeat(np.array([7, 2, 5], np.uint8), 3)


@pytest.fixture(scope="module")
def resampled():
    """What a sampler hardly trained gives, and the sampler."""
    with eagerly():
        sampler = CVAE(**TINY, random_state=0)
        return *sampler.fit_resample(*toy()), sampler


@pytest.fixture(scope="module")
def sampler(resampled):
    return resampled[-1]


# Training and drawing


class LabelPainter:
    """Stands for a generator: paints every image as bright as its one-hot code's position, a tenth for each."""

    def predict(self, inputs, **_):
        latent, code = inputs
        assert latent.shape == (len(code), 3)
        return np.ones((len(code), 8, 8, 1), np.float32) * (code @ [0.0, 0.1, 0.2])[:, None, None, None]


def test_the_code_of_a_class_is_its_place_among_the_classes():
    sampler = CVAE(**TINY)
    sampler.generator_, sampler.classes_ = LabelPainter(), np.array([2, 5, 7])
    images = sampler.sample(LABELS, seed=0)
    np.testing.assert_allclose(images, np.repeat([[0.2], [0.0], [0.1]], 3, axis=0) * np.ones((9, 64)))
    pixels, labels = toy()
    synthetic = draw_missing(sampler, ImageSet(np.rint(pixels.clip(0, 1) * 255).astype(np.uint8), labels), seed=0)
    np.testing.assert_array_equal(synthetic.labels, np.repeat([5, 7], [16, 14]))
    np.testing.assert_array_equal(synthetic.images, np.repeat([[26], [51]], [16, 14], axis=0) * np.ones((30, 64)))


@pytest.mark.slow
@pytest.mark.parametrize("random_state", range(3))
def test_images_are_of_the_class_trained_on(random_state):
    settings = {"widths": (4, 8, 16), "epochs": 60, "batch_size": 30, "learning_rate": 0.03, "balance_first": True}
    sampler = CVAE(**{**TINY, **settings}, random_state=random_state).fit(*toy())
    grey, dark, bright = sampler.sample(np.repeat([7, 2, 5], 20), seed=1).reshape(3, -1).mean(axis=1)
    assert dark == pytest.approx(0.05, abs=0.15)
    assert grey == pytest.approx(0.5, abs=0.15)
    assert bright == pytest.approx(0.95, abs=0.15)
    assert sampler.history_[-1].terms["loss"] < 0.7 * sampler.history_[0].terms["loss"]


def test_epochs_are_kept_and_reported(resampled):
    X, y = toy()
    reported = []
    with eagerly():
        again = CVAE(**TINY, random_state=0).fit(X, y, report=reported.append)
    assert again.history_ == reported
    assert [(epoch.number, epoch.images) for epoch in reported] == [(1, 24)]
    assert [epoch.terms for epoch in reported] == [epoch.terms for epoch in resampled[-1].history_]
    np.testing.assert_array_equal(again.classes_, [2, 5, 7])
    np.testing.assert_array_equal(again.sample(LABELS, seed=3), resampled[-1].sample(LABELS, seed=3))


def test_pixels_lie_in_the_unit_interval(sampler):
    images = sampler.sample(np.repeat([2, 5], 200), seed=2)
    assert (images.shape, images.dtype) == ((400, 64), np.float32)
    assert images.min() >= 0
    assert images.max() <= 1


def test_the_seed_fixes_the_images_drawn(sampler):
    first = sampler.sample(LABELS, seed=4)
    np.testing.assert_array_equal(sampler.sample(LABELS, seed=4), first)
    other = sampler.sample(LABELS, seed=5)
    assert (first != other).any(axis=1).all()
    assert len(np.unique(first, axis=0)) == len(first)


def test_nothing_is_drawn_for_no_labels(sampler):
    assert sampler.sample(np.empty(0, np.uint8), seed=0).shape == (0, 64)


def test_a_class_it_was_not_trained_on_is_refused(sampler):
    with pytest.raises(
        InputError, match="the generator was trained without class 3; train it on images of every class"
    ):
        sampler.sample(np.array([2, 3]), seed=0)


def test_the_random_state_fixes_everything(resampled):
    images, labels, _ = resampled
    with eagerly():
        images_again, labels_again = CVAE(**TINY, random_state=0).fit_resample(*toy())
    np.testing.assert_array_equal(images_again, images)
    np.testing.assert_array_equal(labels_again, labels)


# As an imbalanced-learn sampler


class Training(NamedTuple):
    images: np.ndarray
    labels: np.ndarray
    seed: int


@pytest.fixture
def untrained(monkeypatch):
    """Leaves the network as it was built; records the images it would be trained on."""
    seen = []

    def record(model, arrays, draw_batches, *, seed, **_):
        seen.append(Training(*arrays, seed))
        return []

    monkeypatch.setattr(deep, "train", record)
    return seen


def test_fit_resample_adds_the_missing_images_behind_those_given(resampled):
    X, y = toy()
    images, labels, _ = resampled
    assert np.bincount(labels).tolist() == [0, 0, 20, 0, 0, 20, 0, 20]
    np.testing.assert_array_equal(images[:30], X)
    np.testing.assert_array_equal(labels[:30], y)
    assert (images.dtype, labels.dtype) == (X.dtype, y.dtype)
    assert len(np.unique(images[30:], axis=0)) == 30


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize(
    ("strategy", "counts"),
    [
        ("not minority", [20, 4, 20]),
        ({5: 10}, [20, 10, 6]),
    ],
)
def test_sampling_strategies_are_imbalanced_learns(strategy, counts):
    sampler = CVAE(**TINY, sampling_strategy=strategy, random_state=0)
    labels = sampler.fit_resample(*toy())[1]
    assert np.unique(labels, return_counts=True)[1].tolist() == counts
    expected = RandomOverSampler(sampling_strategy=strategy).fit_resample(*toy())[1]
    np.testing.assert_array_equal(labels, expected)


def test_another_random_state_changes_weights_orders_and_draws(untrained, monkeypatch):
    draw, seeds = CVAE.sample, []
    monkeypatch.setattr(CVAE, "sample", lambda self, labels, seed: seeds.append(seed) or draw(self, labels, seed))
    samplers = [CVAE(**TINY, random_state=state) for state in (0, 1)]
    for sampler in samplers:
        sampler.fit_resample(*toy())
    assert len({*seeds, *(training.seed for training in untrained)}) == 4
    same_latent = [draw(sampler, LABELS, seed=0) for sampler in samplers]
    assert (same_latent[0] != same_latent[1]).any(axis=1).all()


@pytest.mark.usefixtures("untrained")
def test_labels_may_be_of_any_type():
    X, y = toy()
    names = np.array(["shoe", "bag", "shirt"])[np.searchsorted([2, 5, 7], y)]
    _, labels = CVAE(**TINY, random_state=0).fit_resample(pd.DataFrame(X), pd.Series(names))
    assert labels.value_counts().to_dict() == {"shoe": 20, "bag": 20, "shirt": 20}


@pytest.mark.usefixtures("untrained")
def test_it_may_stand_where_a_plain_sampler_does():
    pixels, labels = toy()
    image_set = ImageSet(np.rint(pixels.clip(0, 1) * 255).astype(np.uint8), labels)
    synthetic = oversample(CVAE(**TINY, random_state=0), image_set, "CVAE")
    assert np.bincount(synthetic.labels).tolist() == [0, 0, 0, 0, 0, 16, 0, 14]


def test_images_and_one_hot_labels_go_into_training(untrained):
    X, y = toy()
    CVAE(**TINY).fit(X, y)
    images, labels, _ = untrained[0]
    np.testing.assert_array_equal(images, X.reshape(30, 8, 8, 1))
    np.testing.assert_array_equal(labels, np.repeat(np.eye(3), [20, 4, 6], axis=0))
    assert (images.dtype, labels.dtype) == (np.float32, np.float32)


def test_balancing_first_trains_on_copies_of_the_scarce_classes(untrained):
    X, y = toy()
    CVAE(**TINY, balance_first=True, random_state=0).fit(X, y)
    images, labels, _ = untrained[0]
    assert labels.sum(axis=0).tolist() == [20, 20, 20]
    real = {(label, image.tobytes()) for label, image in zip(y, X, strict=True)}
    code = np.array([2, 5, 7])[labels.argmax(axis=1)]
    assert {(label, image.tobytes()) for label, image in zip(code, images, strict=True)} == real


def test_parameters_are_cloned_and_set():
    sampler = CVAE(**TINY, balance_first=True, random_state=4)
    copied = clone(sampler)
    assert copied is not sampler
    assert copied.get_params() == sampler.get_params()
    assert copied.get_params()["image_shape"] == (8, 8, 1)
    assert copied.set_params(latent_size=9).latent_size == 9
    assert sampler.latent_size == 3


def test_defaults_are_the_papers():
    parameters = CVAE().get_params()
    assert parameters["image_shape"] == (28, 28, 1)
    assert (parameters["latent_size"], parameters["widths"]) == (62, (64, 128, 1024))
    assert (parameters["learning_rate"], parameters["beta_1"]) == (1e-3, 0.5)
    assert (parameters["epochs"], parameters["batch_size"], parameters["balance_first"]) == (300, 64, False)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"epochs": 0}, "'epochs' parameter of CVAE must be an int in the range"),
        ({"epochs": 2.5}, "'epochs' parameter"),
        ({"batch_size": 1}, "'batch_size' parameter"),
        ({"latent_size": 0}, "'latent_size' parameter"),
        ({"learning_rate": 0}, "'learning_rate' parameter"),
        ({"learning_rate": float("nan")}, "'learning_rate' parameter"),
        ({"beta_1": 1.0}, "'beta_1' parameter"),
        ({"balance_first": "yes"}, "'balance_first' parameter"),
        ({"random_state": "x"}, "'random_state' parameter"),
        ({"sampling_strategy": "most"}, "'sampling_strategy' parameter"),
        ({"widths": 64}, "'widths' parameter"),
        ({"widths": (64, 128)}, "'widths' parameter of CVAE must be 3 whole numbers"),
        ({"widths": (64, 0, 8)}, "'widths' parameter of CVAE must be 3 whole numbers"),
        ({"widths": [64, 2.5, 8]}, "'widths' parameter of CVAE must be 3 whole numbers"),
        ({"image_shape": (8, 8)}, "'image_shape' parameter of CVAE must be 3 whole numbers, positive multiples of"),
        ({"image_shape": (10, 8, 1)}, "'image_shape' parameter of CVAE must be 3 whole numbers, positive multiples of"),
        ({"image_shape": (-8, -8, 1)}, "'image_shape' parameter of CVAE must be 3 whole numbers, positive multiples"),
    ],
)
def test_wrong_parameters_are_refused(untrained, parameters, reason):
    with pytest.raises(ValueError, match="parameter") as refused:
        CVAE(**{**TINY, **parameters}).fit_resample(*toy())
    assert reason in str(refused.value)
    assert untrained == []
    if "random_state" not in parameters:
        definition = {"generator": "deep_oversampling.samplers.cvae.CVAE", "parameters": parameters}
        with pytest.raises(InputError, match="correct its parameters in the config") as refused:
            build_sampler(definition, seed=0)
        assert reason in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X * 255, r"pixels must lie in \[0, 1\]; divide them by 255"),
        (lambda X: X - 1, r"pixels must lie in \[0, 1\]"),
        (lambda X: X[:, :60], r"images of shape \(8, 8, 1\) have 64 pixels, not 60"),
    ],
)
def test_wrong_pixels_are_refused(untrained, change, message):
    X, y = toy()
    for method in ("fit", "fit_resample"):
        with pytest.raises(InputError, match=message) as refused:
            getattr(CVAE(**TINY), method)(change(X), y)
        assert "\n" not in str(refused.value)
    assert untrained == []


def test_it_must_be_trained_before_it_is_used(tmp_path):
    with pytest.raises(NotFittedError):
        CVAE(**TINY).sample(LABELS, seed=0)
    with pytest.raises(NotFittedError):
        CVAE(**TINY).save(tmp_path / "model.keras", PROVENANCE)
    assert list(tmp_path.iterdir()) == []


# Kept as a file


def test_a_loaded_generator_draws_the_same_images(sampler, tmp_path):
    path = tmp_path / "model.keras"
    sampler.save(path, PROVENANCE)
    loaded = clone(sampler).load(path)
    np.testing.assert_array_equal(loaded.classes_, sampler.classes_)
    np.testing.assert_array_equal(loaded.sample(LABELS, seed=6), sampler.sample(LABELS, seed=6))


def test_saving_twice_gives_the_same_bytes(sampler, tmp_path):
    for name in ("first.keras", "second.keras"):
        sampler.save(tmp_path / name, PROVENANCE)
    contents = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(contents) == 1


def test_provenance_is_kept_with_the_classes(sampler, tmp_path):
    sampler.save(tmp_path / "model.keras", PROVENANCE)
    _, provenance = deep.load_network(tmp_path / "model.keras")
    expected = Provenance("generator", {"dataset": "toy", "classes": [2, 5, 7]}, seed=3, versions={"keras": "0"})
    assert provenance == expected


@pytest.mark.parametrize("parameters", [{"latent_size": 4}, {"image_shape": (8, 12, 1)}])
def test_a_generator_of_other_parameters_is_refused(sampler, tmp_path, parameters):
    sampler.save(tmp_path / "model.keras", PROVENANCE)
    sampler = CVAE(**{**TINY, **parameters})
    with pytest.raises(InputError, match="is no generator with these parameters; delete it and run again"):
        sampler.load(tmp_path / "model.keras")
    assert not hasattr(sampler, "generator_")


def test_another_network_is_refused(tmp_path):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    save_network(tmp_path / "model.keras", network, PROVENANCE)
    with pytest.raises(InputError, match="is no generator with these parameters"):
        CVAE(**TINY).load(tmp_path / "model.keras")


def test_the_example_in_the_documentation_runs():
    with eagerly():
        results = doctest.testmod(cvae)
    assert results.attempted > 0
    assert results.failed == 0
