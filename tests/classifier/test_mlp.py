import logging

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from image_patterns import image_set
from keras import layers, ops

from deep_oversampling.classifier import mlp
from deep_oversampling.classifier.mlp import MLP, probabilities
from deep_oversampling.classifier.pool import Fit, TrainingPool
from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.classifier.stacks import Limits
from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet

QUICK = MLPSettings(hidden=(8,), dropout=0.0, learning_rate=0.01, epochs=40, batch_size=7)
DROPPING = MLPSettings(hidden=(8,), dropout=0.4, learning_rate=0.01, epochs=6, batch_size=16)


def corner_images(labels, seed=0):
    """Six bytes an image: the first three bright for class 0, the last three for class 1."""
    noise = np.random.default_rng(seed).integers(40, size=(len(labels), 6))
    bright = np.where(np.arange(6) < 3, np.asarray(labels)[:, None] == 0, np.asarray(labels)[:, None] == 1)
    return (200 * bright + noise).astype(np.uint8)


@pytest.fixture(scope="module")
def contradictory():
    """Real images of two classes, and as many synthetic ones that look like class 0 but are labelled 1."""
    labels = np.repeat([0, 1], 10).astype(np.uint8)
    real = ImageSet(corner_images(labels), labels)
    synthetic = ImageSet(corner_images(np.zeros(10), seed=1), np.ones(10, np.uint8))
    return TrainingPool.join(real, [synthetic])


def test_weight_and_rows_decide_what_is_learnt(contradictory):
    labels = np.repeat([0, 1], 5)
    images = corner_images(labels, seed=2)
    places = [(np.arange(30), 0.02), (np.arange(30), 50), (np.arange(20), 0.02), (np.arange(20), 50)]
    fits = [Fit(rows, weight, seed, images) for seed, (rows, weight) in enumerate(places)]
    found = MLP(QUICK, 2, balanced=False, name="corners").predict(contradictory, fits)
    chosen = [each.argmax(axis=1).tolist() for each in found]
    assert chosen == [labels.tolist(), [1] * 10, labels.tolist(), labels.tolist()]


def test_balance_keeps_a_rare_class_from_being_overlooked():
    labels = np.repeat([0, 1], [60, 3]).astype(np.uint8)
    pool = TrainingPool.join(ImageSet(np.full((63, 2), 100, np.uint8), labels), [])
    fits = [Fit(np.arange(63), 1.0, 0, pool.images[:1])]
    plain, balanced = (
        MLP(QUICK, 2, balanced=each, name="same images").predict(pool, fits)[0][0] for each in (False, True)
    )
    np.testing.assert_allclose(plain, [60 / 63, 3 / 63], atol=0.1)
    np.testing.assert_allclose(balanced, [0.5, 0.5], atol=0.2)


def test_every_epoch_is_told_of(contradictory, caplog):
    caplog.set_level(logging.INFO, "deep_oversampling")
    settings = MLPSettings((2,), epochs=2, batch_size=7)
    MLP(settings, 2, balanced=False, name="corners").predict(
        contradictory, [Fit(np.arange(30), 1.0, 0, np.zeros((1, 6)))]
    )
    assert [message.partition(": loss")[0] for message in caplog.messages] == [
        "corners: training, epoch 1/2",
        "corners: training, epoch 2/2",
    ]


@pytest.fixture
def handed_over(monkeypatch):
    """What is handed to the training loop, instead of training; all fits of as many batches make one stack."""
    calls = []
    monkeypatch.setattr(mlp, "limits", lambda: Limits(60, 1))
    monkeypatch.setattr(
        mlp, "train", lambda phases, _, arrays, draw, **named: calls.append((phases, arrays, draw, named["name"]))
    )
    return calls


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(sizes=st.lists(st.integers(1, 20), min_size=1, max_size=3), batch_size=st.integers(1, 9), data=st.data())
def test_every_group_sees_its_rows_once_an_epoch(handed_over, sizes, batch_size, data):
    generator = np.random.default_rng(data.draw(st.integers(0, 9)))
    labels = generator.integers(3, size=20).astype(np.uint8)
    images = generator.integers(1, 256, size=(20, 2)).astype(np.uint8)
    pool = TrainingPool(images, labels, np.arange(20) >= 15)
    fits = [Fit(generator.permutation(20)[:size], 1.0, 7 + group, images[:1]) for group, size in enumerate(sizes)]
    classifier = MLP(MLPSettings((2,), epochs=3, batch_size=batch_size), 3, balanced=False, name="groups")
    classifier.predict(pool, fits)
    trained = []
    for [phase], (padded, one_hot, synthetic, present), draw, name in handed_over:
        assert (phase.epochs, name) == (3, "groups")
        epochs = [draw(generator), draw(generator)]
        assert epochs[0].shape == epochs[1].shape
        for order in np.concatenate(epochs, axis=2).reshape(-1, 2 * epochs[0].shape[2]).T:
            rows = order[present[order] == 1]
            np.testing.assert_array_equal(order[: len(rows)], rows)
            np.testing.assert_array_equal(padded[rows], images[rows])
            np.testing.assert_array_equal(one_hot[rows].argmax(axis=1), labels[rows])
            np.testing.assert_array_equal(synthetic[rows], rows >= 15)
            assert len(order) - len(rows) < batch_size
            trained.append(sorted(rows))
        np.testing.assert_array_equal(one_hot.sum(axis=1), present)
    handed_over.clear()
    assert sorted(trained) == sorted(sorted(fit.rows) for fit in fits for _ in range(2))


def test_orders_differ_between_seeds_and_epochs(handed_over):
    pool = TrainingPool(np.zeros((64, 2), np.uint8), np.zeros(64, np.uint8), np.zeros(64, bool))
    fits = [Fit(np.arange(64), 1.0, seed, pool.images[:1]) for seed in (0, 1, 0)]
    MLP(MLPSettings((2,)), 2, balanced=False, name="orders").predict(pool, fits)
    draw, generator = handed_over.pop()[2], np.random.default_rng(0)
    epochs = [draw(generator)[0].T[:, :64].tolist() for _ in range(2)]
    assert len({tuple(order) for orders in epochs for order in orders}) == 4
    assert all(first == third for first, _, third in epochs)


def test_the_lines_of_several_stacks_say_which(monkeypatch, contradictory, caplog):
    caplog.set_level(logging.INFO, "deep_oversampling")
    monkeypatch.setattr(mlp, "limits", lambda: Limits(1, 2))
    fits = [Fit(np.arange(30), 1.0, seed, np.zeros((1, 6))) for seed in (0, 1)]
    MLP(MLPSettings((2,), epochs=2, batch_size=7), 2, balanced=False, name="corners").predict(contradictory, fits)
    assert sorted(message.partition(": loss")[0] for message in caplog.messages) == [
        f"corners, stack {stack} of 2: training, epoch {epoch}/2" for stack in (1, 2) for epoch in (1, 2)
    ]


def test_loss_that_is_not_finite_is_reported(contradictory):
    exploding = MLP(MLPSettings((2,), learning_rate=1e30, batch_size=4), 2, balanced=False, name="SMOTE")
    with pytest.raises(InputError, match=r"SMOTE: loss became (nan|inf) in epoch 1; try a lower learning rate"):
        exploding.predict(contradictory, [Fit(np.arange(30), 1.0, 0, contradictory.images)])


@pytest.mark.parametrize("sizes", [(3, 3), (1000, 1000), (2300, 1100), (700, 2000)])
def test_probabilities_are_those_of_ordinary_models(sizes):
    stacked = StackedMLP(4, 3, [0, 1], np.ones((2, 2)), np.ones((2, 3)), MLPSettings(hidden=(6, 5), dropout=0.5))
    generator = np.random.default_rng(0)
    for variable in stacked.kernels + stacked.biases:
        variable.assign(generator.normal(size=variable.shape))
    own = [generator.integers(256, size=(size, 4)).astype(np.uint8) for size in sizes]
    found, common = probabilities(stacked, own), probabilities(stacked, [own[1]] * 2)
    assert [each.shape for each in found] == [(2, size, 3) for size in sizes]
    assert [each.shape for each in common] == [(2, sizes[1], 3)] * 2
    assert {each.dtype for each in found + common} == {np.dtype(np.float32)}
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(6, "relu"), layers.Dense(5, "relu"), layers.Dense(3, "softmax")]
    )
    for group in range(2):
        for candidate in range(2):
            model.set_weights(stacked.parameters(group, candidate))
            for images, results in ((own[group], found), (own[1], common)):
                expected = ops.convert_to_numpy(model(images / np.float32(255)))
                np.testing.assert_allclose(results[group][candidate], expected, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def patterns():
    return TrainingPool.join(image_set([30, 12, 8], 1, noise=200), [image_set([0, 8, 14], 2, noise=220)])


@pytest.fixture(scope="module")
def seeded_fits(patterns):
    """Of several seeds and training sets, one of more batches, each classifying as many images as no other."""
    generator = np.random.default_rng(0)
    return [
        Fit(
            generator.permutation(72)[: 72 if seed == 2 else 60],
            1.0 + seed,
            seed,
            image_set([4, 3, 2 + seed], seed, noise=200).images,
        )
        for seed in range(5)
    ]


@pytest.fixture(scope="module")
def predicted(patterns, seeded_fits):
    return MLP(DROPPING, 3, balanced=True, name="patterns").predict(patterns, seeded_fits)


def test_every_image_of_a_fit_gets_probabilities(seeded_fits, predicted):
    assert [each.shape for each in predicted] == [(len(fit.images), 3) for fit in seeded_fits]
    for each in predicted:
        np.testing.assert_allclose(each.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("kept", [[1], [3, 0]])
def test_a_fit_does_not_depend_on_what_it_is_stacked_with(patterns, seeded_fits, predicted, kept):
    found = MLP(DROPPING, 3, balanced=True, name="patterns").predict(patterns, [seeded_fits[fit] for fit in kept])
    for each, fit in zip(found, kept, strict=True):
        np.testing.assert_allclose(each, predicted[fit], rtol=0, atol=1e-4)


def test_seeds_make_classifiers_differ(patterns):
    fits = [Fit(np.arange(72), 1.0, seed, patterns.images) for seed in (0, 1, 0)]
    first, other, again = MLP(DROPPING, 3, balanced=False, name="seeds").predict(patterns, fits)
    np.testing.assert_allclose(first, again, rtol=0, atol=1e-5)
    assert np.abs(first - other).max() > 0.05


@pytest.fixture
def stacks(monkeypatch):
    """How many networks every stack that was trained holds."""
    sizes = []

    class Counted(StackedMLP):
        def __init__(self, n_features, n_classes, seeds, synthetic_weights, *others):
            sizes.append(np.size(synthetic_weights))
            super().__init__(n_features, n_classes, seeds, synthetic_weights, *others)

    monkeypatch.setattr(mlp, "StackedMLP", Counted)
    return sizes


@pytest.mark.parametrize(("limits", "sizes"), [((2, 1), [1, 2, 2]), ((60, 2), [1, 2, 2]), ((60, 1), [1, 4])])
def test_many_fits_are_split_into_stacks_and_stay_the_same(
    monkeypatch, stacks, patterns, seeded_fits, predicted, limits, sizes
):
    monkeypatch.setattr(mlp, "limits", lambda: Limits(*limits))
    found = MLP(DROPPING, 3, balanced=True, name="patterns").predict(patterns, seeded_fits)
    assert sorted(stacks) == sizes
    for each, expected in zip(found, predicted, strict=True):
        np.testing.assert_allclose(each, expected, rtol=0, atol=1e-4)


def test_stacks_side_by_side_give_the_same_bytes_again(monkeypatch, patterns, seeded_fits):
    predicted = []
    for at_once in (2, 2, 1):
        monkeypatch.setattr(mlp, "limits", lambda at_once=at_once: Limits(2, at_once))
        predicted.append(MLP(DROPPING, 3, balanced=True, name="patterns").predict(patterns, seeded_fits))
    for first, again, in_turn in zip(*predicted, strict=True):
        np.testing.assert_array_equal(again, first)
        np.testing.assert_array_equal(in_turn, first)
