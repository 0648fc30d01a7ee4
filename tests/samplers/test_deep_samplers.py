import doctest
import importlib
import shutil

import numpy as np
import pandas as pd
import pytest
from deep_toys import LABELS, PROVENANCE, TINY, eagerly, toy
from imblearn.over_sampling import RandomOverSampler
from sklearn.base import clone

from deep_oversampling.errors import InputError
from deep_oversampling.samplers.acgan import ACGAN
from deep_oversampling.samplers.bagan import BAGAN
from deep_oversampling.samplers.cgan import CGAN
from deep_oversampling.samplers.cvae import CVAE
from deep_oversampling.samplers.synthesis import draw_missing, oversample
from deep_oversampling.storage import ImageSet
from deep_oversampling.training.checkpoint import Checkpoint

pytestmark = [
    pytest.mark.filterwarnings("ignore:Even though the .tf.config.experimental_run_functions_eagerly"),
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]


# Training and drawing


class LabelPainter:
    """Stands for a generator: paints every image as bright as its one-hot code's position, a tenth for each."""

    def predict(self, inputs, **_):
        latent, code = inputs
        assert latent.shape == (len(code), 3)
        return np.ones((len(code), 8, 8, 1), np.float32) * (code @ [0.0, 0.1, 0.2])[:, None, None, None]


def test_the_code_of_a_class_is_its_place_among_the_classes():
    sampler = CVAE(**TINY[CVAE])
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
    sampler = CVAE(**{**TINY[CVAE], **settings}, random_state=random_state).fit(*toy())
    grey, dark, bright = sampler.sample(np.repeat([7, 2, 5], 20), seed=1).reshape(3, -1).mean(axis=1)
    assert dark == pytest.approx(0.05, abs=0.15)
    assert grey == pytest.approx(0.5, abs=0.15)
    assert bright == pytest.approx(0.95, abs=0.15)
    assert sampler.history_[-1].terms["loss"] < 0.7 * sampler.history_[0].terms["loss"]


def test_the_random_state_fixes_everything(resampled):
    images, labels, sampler = resampled
    again = clone(sampler)
    with eagerly():
        images_again, labels_again = again.fit_resample(*toy())
    np.testing.assert_array_equal(images_again, images)
    np.testing.assert_array_equal(labels_again, labels)
    assert [epoch.terms for epoch in again.history_] == [epoch.terms for epoch in sampler.history_]
    np.testing.assert_array_equal(again.classes_, [2, 5, 7])


def test_epochs_are_kept_and_reported():
    reported = []
    with eagerly():
        sampler = CVAE(**{**TINY[CVAE], "epochs": 2}, random_state=0).fit(*toy(), report=reported.append)
    assert sampler.history_ == reported
    assert [(epoch.number, epoch.last, epoch.images) for epoch in reported] == [(1, 2, 24), (2, 2, 24)]


def test_phases_of_the_training(sampler):
    expected = [("training", 1, 1)]
    if isinstance(sampler, BAGAN):
        expected = [("autoencoder", 1, 2), ("autoencoder", 2, 2), ("adversarial", 1, 1)]
    assert [(epoch.phase, epoch.number, epoch.last) for epoch in sampler.history_] == expected


def test_a_killed_training_goes_on(tmp_path):
    X, y = toy()
    running, killed = (Checkpoint(tmp_path / name / "checkpoint.npz", 1, PROVENANCE) for name in ("running", "killed"))
    killed.path.parent.mkdir()

    def keep_state(epoch):
        if (epoch.phase, epoch.number) == ("adversarial", 2):
            shutil.copy(running.path, killed.path)

    samplers = [BAGAN(**{**TINY[BAGAN], "epochs": 2, "autoencoder_epochs": 1}, random_state=0) for _ in range(2)]
    with eagerly():
        samplers[0].fit(X, y, keep_state, running)
        samplers[1].fit(X, y, checkpoint=killed)
    assert samplers[1].history_[:2] == samplers[0].history_[:2]
    assert samplers[1].history_[2].terms == samplers[0].history_[2].terms
    np.testing.assert_array_equal(samplers[1].sample(LABELS, seed=3), samplers[0].sample(LABELS, seed=3))


@pytest.mark.parametrize("balance_first", [False, True])
def test_the_sampler_is_named_where_training_fails(untrained, balance_first):
    CGAN(**TINY[CGAN], balance_first=balance_first).fit(*toy())
    assert untrained[0].name == ("R-CGAN" if balance_first else "CGAN")


@pytest.mark.parametrize(
    ("sampler", "rate"),
    [(CVAE, "learning_rate"), (CGAN, "generator_learning_rate"), (ACGAN, "classifier_learning_rate")],
)
def test_a_generator_spoilt_by_the_last_step_is_refused(tmp_path, sampler, rate):
    spoilt = sampler(**{**TINY[sampler], "batch_size": 30, rate: 1e30}, random_state=0).fit(*toy())
    message = f"^{sampler.__name__}: the trained generator draws pixels that are no finite numbers; try a lower"
    with pytest.raises(InputError, match=message):
        spoilt.sample([2, 5], seed=0)
    with pytest.raises(InputError, match=message):
        spoilt.save(tmp_path / "model.keras", PROVENANCE)
    assert not list(tmp_path.iterdir())


def test_an_encoder_spoilt_by_the_last_step_is_refused():
    settings = {**TINY[BAGAN], "batch_size": 30, "autoencoder_epochs": 1, "reconstruction_learning_rate": 1e30}
    with pytest.raises(InputError, match=r"^BAGAN: the trained encoder gives latents that are no finite numbers"):
        BAGAN(**settings, random_state=0).fit(*toy())


def test_a_loss_that_is_not_finite_is_refused():
    sampler = CGAN(**TINY[CGAN], generator_learning_rate=1e30, balance_first=True, random_state=0)
    message = r"^R-CGAN: \w+ became (nan|inf) in epoch 1; try a lower learning rate or another seed$"
    with eagerly(), pytest.raises(InputError, match=message):
        sampler.fit(*toy())


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


# As an imbalanced-learn sampler


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
    sampler = CVAE(**TINY[CVAE], sampling_strategy=strategy, random_state=0)
    labels = sampler.fit_resample(*toy())[1]
    assert np.unique(labels, return_counts=True)[1].tolist() == counts
    expected = RandomOverSampler(sampling_strategy=strategy).fit_resample(*toy())[1]
    np.testing.assert_array_equal(labels, expected)


def test_another_random_state_changes_weights_orders_and_draws(untrained, monkeypatch):
    draw, seeds = CVAE.sample, []
    monkeypatch.setattr(CVAE, "sample", lambda self, labels, seed: seeds.append(seed) or draw(self, labels, seed))
    samplers = [CVAE(**TINY[CVAE], random_state=state) for state in (0, 1)]
    for sampler in samplers:
        sampler.fit_resample(*toy())
    assert len({*seeds, *(training.seed for training in untrained)}) == 4
    same_latent = [draw(sampler, LABELS, seed=0) for sampler in samplers]
    assert (same_latent[0] != same_latent[1]).any(axis=1).all()


@pytest.mark.usefixtures("untrained")
def test_labels_may_be_of_any_type():
    X, y = toy()
    names = np.array(["shoe", "bag", "shirt"])[np.searchsorted([2, 5, 7], y)]
    _, labels = CVAE(**TINY[CVAE], random_state=0).fit_resample(pd.DataFrame(X), pd.Series(names))
    assert labels.value_counts().to_dict() == {"shoe": 20, "bag": 20, "shirt": 20}


@pytest.mark.usefixtures("untrained")
def test_it_may_stand_where_a_plain_sampler_does():
    pixels, labels = toy()
    image_set = ImageSet(np.rint(pixels.clip(0, 1) * 255).astype(np.uint8), labels)
    synthetic = oversample(CVAE(**TINY[CVAE], random_state=0), image_set, "CVAE")
    assert np.bincount(synthetic.labels).tolist() == [0, 0, 0, 0, 0, 16, 0, 14]


def test_images_and_one_hot_labels_go_into_training(untrained):
    X, y = toy()
    CVAE(**TINY[CVAE]).fit(X, y)
    images, labels, *_ = untrained[0]
    np.testing.assert_array_equal(images, X.reshape(30, 8, 8, 1))
    np.testing.assert_array_equal(labels, np.repeat(np.eye(3), [20, 4, 6], axis=0))
    assert (images.dtype, labels.dtype) == (np.float32, np.float32)


def test_balancing_first_trains_on_copies_of_the_scarce_classes(untrained):
    X, y = toy()
    CVAE(**TINY[CVAE], balance_first=True, random_state=0).fit(X, y)
    images, labels, *_ = untrained[0]
    assert labels.sum(axis=0).tolist() == [20, 20, 20]
    real = {(label, image.tobytes()) for label, image in zip(y, X, strict=True)}
    code = np.array([2, 5, 7])[labels.argmax(axis=1)]
    assert {(label, image.tobytes()) for label, image in zip(code, images, strict=True)} == real


@pytest.mark.parametrize("name", ["cvae", "cgan", "acgan", "bagan"])
def test_the_example_in_the_documentation_runs(name):
    with eagerly():
        results = doctest.testmod(importlib.import_module(f"deep_oversampling.samplers.{name}"))
    assert results.attempted > 0
    assert results.failed == 0
