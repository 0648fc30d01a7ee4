import keras
import numpy as np
import pytest
from keras import layers, ops

from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.training.backends import compile_epoch

WEIGHTS = np.array([1, 6.4, 50])
N_FEATURES, N_CLASSES, BATCH_SIZE = 784, 10, 8


@pytest.fixture(scope="module")
def pool():
    """Images, labels and which are synthetic."""
    generator = np.random.default_rng(0)
    labels = generator.integers(N_CLASSES, size=40)
    images = 0.5 * generator.random((40, N_FEATURES)) + 0.5 * generator.random((N_CLASSES, N_FEATURES))[labels]
    return images.astype(np.float32), np.eye(N_CLASSES, dtype=np.float32)[labels], np.arange(40) % 3 == 0


def padded(pool):
    """The pool and a last row that is not present, whatever else it says."""
    images, one_hot, synthetic = pool
    return [
        np.pad(images, ((0, 1), (0, 0)), constant_values=0.7),
        np.pad(one_hot, ((0, 1), (0, 0)), constant_values=1),
        np.pad(synthetic.astype(np.float32), (0, 1), constant_values=1),
        np.pad(np.ones(len(images), np.float32), (0, 1)),
    ]


def grouped(orders):
    """Index batches of groups trained side by side; every order is cut at the same batch size."""
    n_batches = -(-max(map(len, orders)) // BATCH_SIZE)
    rows = np.full((len(orders), n_batches * BATCH_SIZE), 40, np.int32)
    for group, order in enumerate(orders):
        rows[group, : len(order)] = order
    return rows.T.reshape(n_batches, BATCH_SIZE, len(orders))


def separate_model(stacked, group, candidate, hidden, learning_rate):
    """An ordinary Keras model with the initial weights of one of the stacked ones."""
    model = keras.Sequential(
        [
            keras.Input((N_FEATURES,)),
            *(layers.Dense(units, activation="relu") for units in hidden),
            layers.Dense(N_CLASSES, activation="softmax"),
        ]
    )
    parameters = zip(stacked.kernels, stacked.biases, strict=True)
    model.set_weights(
        [array for kernel, bias in parameters for array in (kernel[group, candidate], bias[group, candidate, 0])]
    )
    model.compile(keras.optimizers.RMSprop(learning_rate), "categorical_crossentropy", run_eagerly=True)
    return model


def test_stacked_training_equals_separate_training(pool):
    images, one_hot, synthetic = pool
    settings = MLPSettings(hidden=(12, 9), dropout=0.0)
    stacked = StackedMLP(N_FEATURES, N_CLASSES, [3, 4], WEIGHTS, settings)
    separate = {
        (group, candidate): separate_model(stacked, group, candidate, settings.hidden, settings.learning_rate)
        for group in range(2)
        for candidate in range(len(WEIGHTS))
    }
    generator = np.random.default_rng(2)
    epochs = [[generator.permutation(20), 20 + generator.permutation(18)] for _ in range(2)]

    run_epoch = compile_epoch(stacked.step, padded(pool), stacked.variables)
    losses = [run_epoch(grouped(orders))["loss"] for orders in epochs]
    separate_losses = [[], []]
    for (group, candidate), model in separate.items():
        for orders, epoch_losses in zip(epochs, separate_losses, strict=True):
            for start in range(0, len(orders[group]), BATCH_SIZE):
                rows = orders[group][start : start + BATCH_SIZE]
                weights = np.where(synthetic[rows], WEIGHTS[candidate], 1)
                epoch_losses.append(model.train_on_batch(images[rows], one_hot[rows], sample_weight=weights))

    np.testing.assert_allclose(losses, np.mean(separate_losses, axis=1), rtol=1e-5)
    predicted = ops.convert_to_numpy(ops.softmax(stacked.logits(images[None], training=False)))
    for (group, candidate), model in separate.items():
        trained = iter(model.get_weights())
        for kernel, bias in zip(stacked.kernels, stacked.biases, strict=True):
            np.testing.assert_allclose(kernel[group, candidate], next(trained), rtol=0, atol=1e-5)
            np.testing.assert_allclose(bias[group, candidate, 0], next(trained), rtol=0, atol=1e-5)
        expected = ops.convert_to_numpy(model(images))
        np.testing.assert_allclose(predicted[group, candidate], expected, rtol=0, atol=1e-5)
    assert np.abs(separate[0, 0].get_weights()[-1] - separate[0, 2].get_weights()[-1]).max() > 1e-3


@pytest.fixture
def dropping():
    """Two groups of three models whose logits are their 500 hidden units, all 1 but for what is dropped."""
    stacked = StackedMLP(4, 500, [0, 1], WEIGHTS, MLPSettings(hidden=(500,), dropout=0.2))
    for variable in stacked.kernels + stacked.biases:
        variable.assign(np.zeros(variable.shape))
    stacked.biases[0].assign(np.ones(stacked.biases[0].shape))
    stacked.kernels[1].assign(np.broadcast_to(np.eye(500), stacked.kernels[1].shape))
    return stacked


def hidden_units(stacked, training=True):
    return ops.convert_to_numpy(stacked.logits(np.zeros((1, 100, 4), np.float32), training=training))


def test_dropout_drops_its_share_and_keeps_the_mean(dropping):
    units = hidden_units(dropping)
    assert units.shape == (2, 3, 100, 500)
    dropped = units == 0
    np.testing.assert_allclose(units[~dropped], 1 / 0.8, rtol=1e-6)
    independent = dropped[:, 0]
    tolerance = 4 * np.sqrt(0.2 * 0.8 / independent.size)
    assert independent.mean() == pytest.approx(0.2, abs=tolerance)
    assert units[:, 0].mean() == pytest.approx(1, abs=tolerance / 0.8)


def test_nothing_is_dropped_in_prediction(dropping):
    np.testing.assert_array_equal(hidden_units(dropping, training=False), 1)


def test_dropout_masks_are_shared_by_candidates_alone(dropping):
    units = hidden_units(dropping)
    np.testing.assert_array_equal(units[:, 1:], units[:, :1].repeat(2, axis=1))
    masks = [units[0, 0], units[1, 0], np.roll(units[0, 0], 1, axis=0), hidden_units(dropping)[0, 0]]
    for mask in masks[1:]:
        both = ((masks[0] == 0) & (mask == 0)).mean()
        assert both == pytest.approx(0.2**2, abs=0.004)


def test_zero_dropout_drops_nothing():
    stacked = StackedMLP(4, 2, [0], np.ones(1), MLPSettings(hidden=(50, 50), dropout=0.0))
    images = np.random.default_rng(0).random((1, 20, 4), dtype=np.float32)
    trained, predicting = (ops.convert_to_numpy(stacked.logits(images, training)) for training in (True, False))
    np.testing.assert_array_equal(trained, predicting)


def test_candidates_of_equal_weight_stay_equal_under_dropout(pool):
    stacked = StackedMLP(N_FEATURES, N_CLASSES, [3, 4], np.array([6.4, 1, 6.4]), MLPSettings((6, 5), dropout=0.5))
    orders = [np.arange(20), np.arange(20, 38)]
    run_epoch = compile_epoch(stacked.step, padded(pool), stacked.variables)
    for _ in range(2):
        run_epoch(grouped(orders))
    for variable in stacked.kernels + stacked.biases:
        values = variable.numpy()
        np.testing.assert_allclose(values[:, 2], values[:, 0], rtol=0, atol=1e-6)
        assert (np.abs(values[:, 1] - values[:, 0]).reshape(2, -1).max(axis=1) > 1e-4).all()


def test_initial_weights_are_glorot_uniform_and_shared_in_a_group():
    stacked = StackedMLP(N_FEATURES, N_CLASSES, [3, 4, 3], WEIGHTS, MLPSettings(hidden=(300, 200)))
    for kernel, (fan_in, fan_out) in zip(stacked.kernels, [(784, 300), (300, 200), (200, 10)], strict=True):
        values, limit = kernel.numpy(), np.sqrt(6 / (fan_in + fan_out))
        assert values.shape == (3, 3, fan_in, fan_out)
        assert 0.99 * limit < np.abs(values).max() <= limit
        assert values[0, 0].var() == pytest.approx(limit**2 / 3, rel=6 / np.sqrt(fan_in * fan_out))
        np.testing.assert_array_equal(values[:, 1:], values[:, :1].repeat(2, axis=1))
        np.testing.assert_array_equal(values[0], values[2])
        assert (values[0, 0] != values[1, 0]).mean() > 0.99
    assert not any(bias.numpy().any() for bias in stacked.biases)
    assert (stacked.kernels[1].numpy()[0, 0, :10, :10] != stacked.kernels[2].numpy()[0, 0, :10, :10]).all()


def test_defaults_are_the_paper_s():
    stacked = StackedMLP(784, 10, [0], np.ones(1), MLPSettings())
    assert [kernel.shape[2:] for kernel in stacked.kernels] == [(784, 512), (512, 512), (512, 10)]
    assert (stacked.settings.dropout, stacked.settings.epochs, stacked.settings.batch_size) == (0.2, 20, 128)
    reference = keras.optimizers.RMSprop()
    assert isinstance(stacked.optimizer, keras.optimizers.RMSprop)
    assert stacked.optimizer.get_config() | {"name": ""} == reference.get_config() | {"name": ""}


def test_group_without_images_in_a_batch_stays_as_it_is(pool):
    stacked = StackedMLP(N_FEATURES, N_CLASSES, [3, 4], np.ones(1), MLPSettings((6,), dropout=0.0))
    before = [variable.numpy().copy() for variable in stacked.kernels]
    terms = compile_epoch(stacked.step, padded(pool), stacked.variables)(grouped([np.arange(8), np.arange(0)]))
    assert 0 < terms["loss"] < 10
    for old, new in zip(before, [variable.numpy() for variable in stacked.kernels], strict=True):
        np.testing.assert_array_equal(new[1], old[1])
        assert (new[0] != old[0]).any()
