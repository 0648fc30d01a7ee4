import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops

from deep_oversampling.classifier import fitting
from deep_oversampling.classifier.fitting import TrainingPool, fit_classifiers, probabilities
from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet

QUICK = MLPSettings(hidden=(8,), dropout=0.0, learning_rate=0.01, epochs=40, batch_size=7)


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


def test_pool_is_the_sets_behind_each_other():
    sets = [
        ImageSet(np.full((count, 2), grey, np.uint8), np.full(count, label, np.uint8))
        for count, grey, label in [(3, 255, 4), (2, 51, 5), (0, 0, 0), (1, 0, 6)]
    ]
    pool = TrainingPool.join(sets[0], sets[1:])
    np.testing.assert_allclose(pool.images, np.repeat([1, 0.2, 0], [3, 2, 1])[:, None].repeat(2, axis=1), rtol=1e-6)
    assert pool.images.dtype == np.float32
    assert pool.labels.tolist() == [4, 4, 4, 5, 5, 6]
    assert pool.synthetic.tolist() == [False] * 3 + [True] * 3


def test_weight_and_rows_decide_what_is_learnt(contradictory):
    model = fit_classifiers(
        contradictory,
        [np.arange(30), np.arange(20)],
        np.array([0.02, 50]),
        n_classes=2,
        settings=QUICK,
        seeds=[0, 1],
        name="corners",
    )
    labels = np.repeat([0, 1], 5)
    images = corner_images(labels, seed=2).astype(np.float32) / 255
    found = probabilities(model, images).argmax(axis=-1)
    assert found.shape == (2, 2, 10)
    np.testing.assert_array_equal(found[0, 0], labels)
    np.testing.assert_array_equal(found[0, 1], 1)
    np.testing.assert_array_equal(found[1], [labels, labels])


@pytest.fixture
def handed_over(monkeypatch):
    """What ``fit_classifiers`` hands to the training loop, instead of training."""
    calls = []
    monkeypatch.setattr(
        fitting, "train", lambda phases, _, arrays, draw, **named: calls.append((phases, arrays, draw, named))
    )
    return calls


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 20), min_size=1, max_size=3), batch_size=st.integers(1, 9), data=st.data())
def test_every_group_sees_its_rows_once_an_epoch(handed_over, sizes, batch_size, data):
    generator = np.random.default_rng(data.draw(st.integers(0, 9)))
    labels = generator.integers(3, size=20).astype(np.uint8)
    pool = TrainingPool(generator.random((20, 2), dtype=np.float32), labels, np.arange(20) >= 15)
    rows = [generator.permutation(20)[:size] for size in sizes]
    mlp = MLPSettings(hidden=(2,), epochs=3, batch_size=batch_size)
    fit_classifiers(pool, rows, np.ones(2), 3, mlp, list(range(7, 7 + len(sizes))), "groups")
    [phase], (images, one_hot, synthetic, present), draw, named = handed_over.pop()
    assert phase.epochs == 3
    assert named == {"seed": 7, "name": "groups"}
    first, second = draw(generator), draw(generator)
    assert first.shape[1:] == (batch_size, len(sizes))
    assert len(first) == -(-max(sizes) // batch_size)
    for batches in (first, second):
        for group, group_rows in enumerate(rows):
            order = batches[:, :, group].ravel()
            real_rows = order[present[order] == 1]
            np.testing.assert_array_equal(np.sort(real_rows), np.sort(group_rows))
            np.testing.assert_array_equal(order[: len(real_rows)], real_rows)
            np.testing.assert_array_equal(images[real_rows], pool.images[real_rows])
            np.testing.assert_array_equal(one_hot[real_rows].argmax(axis=1), labels[real_rows])
            np.testing.assert_array_equal(synthetic[real_rows], real_rows >= 15)
            assert not images[order[len(real_rows) :]].any()
    np.testing.assert_array_equal(one_hot.sum(axis=1), present)


def test_orders_differ_between_groups_and_epochs(handed_over):
    pool = TrainingPool(np.zeros((64, 2), np.float32), np.zeros(64, np.uint8), np.zeros(64, bool))
    fit_classifiers(pool, [np.arange(64)] * 2, np.ones(1), 2, MLPSettings(hidden=(2,)), [0, 1], "orders")
    draw, generator = handed_over.pop()[2], np.random.default_rng(0)
    orders = [order for _ in range(2) for order in draw(generator)[0].T[:, :64].tolist()]
    assert len({tuple(order) for order in orders}) == 4


def test_loss_that_is_not_finite_is_reported():
    pool = TrainingPool(np.full((8, 2), np.nan, np.float32), np.arange(8) % 2, np.zeros(8, bool))
    with pytest.raises(InputError, match="SMOTE: loss became nan in epoch 1; try a lower learning rate"):
        fit_classifiers(pool, [np.arange(8)], np.ones(1), 2, MLPSettings((2,), batch_size=4), [0], "SMOTE")


@pytest.mark.parametrize("n_images", [3, 1000, 2300])
def test_probabilities_are_those_of_ordinary_models(n_images):
    stacked = StackedMLP(4, 3, [0, 1], np.ones(2), MLPSettings(hidden=(6, 5), dropout=0.5))
    generator = np.random.default_rng(0)
    for variable in stacked.kernels + stacked.biases:
        variable.assign(generator.normal(size=variable.shape))
    own = generator.random((2, n_images, 4), dtype=np.float32)
    found, shared = probabilities(stacked, own), probabilities(stacked, own[1])
    assert found.shape == shared.shape == (2, 2, n_images, 3)
    assert found.dtype == np.float32
    for group in range(2):
        for candidate in range(2):
            model = keras.Sequential(
                [keras.Input((4,)), layers.Dense(6, "relu"), layers.Dense(5, "relu"), layers.Dense(3, "softmax")]
            )
            parameters = zip(stacked.kernels, stacked.biases, strict=True)
            model.set_weights([each for k, b in parameters for each in (k[group, candidate], b[group, candidate, 0])])
            for images, results in ((own[group], found), (own[1], shared)):
                expected = ops.convert_to_numpy(model(images))
                np.testing.assert_allclose(results[group, candidate], expected, rtol=0, atol=1e-5)
