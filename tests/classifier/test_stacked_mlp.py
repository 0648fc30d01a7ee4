import keras
import numpy as np
import pytest
from keras import layers, ops

from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.training.backends import compile_epoch

WEIGHTS = np.array([[1, 6.4, 50], [2, 0.5, 20]])
N_FEATURES, N_CLASSES, BATCH_SIZE = 784, 10, 8
CLASS_WEIGHTS = np.stack([np.ones(N_CLASSES), np.linspace(0.2, 3, N_CLASSES)])


def stack(seeds, weights, settings, *, n_features=N_FEATURES, n_classes=N_CLASSES, class_weights=None):
    """Networks whose classes weigh the same unless told otherwise; every group has the same candidates."""
    weights = np.broadcast_to(weights, (len(seeds), np.shape(weights)[-1]))
    class_weights = np.ones((len(seeds), n_classes)) if class_weights is None else class_weights
    return StackedMLP(n_features, n_classes, seeds, weights, class_weights, settings)


@pytest.fixture(scope="module")
def pool():
    """Images in bytes, labels and which are synthetic."""
    generator = np.random.default_rng(0)
    labels = generator.integers(N_CLASSES, size=40)
    images = (
        generator.integers(128, size=(40, N_FEATURES)) + generator.integers(128, size=(N_CLASSES, N_FEATURES))[labels]
    )
    return images.astype(np.uint8), np.eye(N_CLASSES, dtype=np.float32)[labels], np.arange(40) % 3 == 0


def padded(pool):
    """The pool and a last row that is not present, whatever else it says."""
    images, one_hot, synthetic = pool
    return [
        np.pad(images, ((0, 1), (0, 0)), constant_values=180),
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
    model.set_weights(stacked.parameters(group, candidate))
    model.compile(keras.optimizers.RMSprop(learning_rate), "categorical_crossentropy", run_eagerly=True)
    return model


def test_stacked_training_equals_separate_training(pool):
    images, one_hot, synthetic = pool
    scaled, labels = images.astype(np.float32) / 255, one_hot.argmax(axis=1)
    settings = MLPSettings(hidden=(12, 9), dropout=0.0)
    stacked = stack([3, 4], WEIGHTS, settings, class_weights=CLASS_WEIGHTS)
    separate = {
        (group, candidate): separate_model(stacked, group, candidate, settings.hidden, settings.learning_rate)
        for group in range(2)
        for candidate in range(WEIGHTS.shape[1])
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
                weights = np.where(synthetic[rows], WEIGHTS[group, candidate], 1) * CLASS_WEIGHTS[group, labels[rows]]
                epoch_losses.append(model.train_on_batch(scaled[rows], one_hot[rows], sample_weight=weights))

    np.testing.assert_allclose(losses, np.mean(separate_losses, axis=1), rtol=1e-5)
    predicted = ops.convert_to_numpy(ops.softmax(stacked.logits(scaled[None], training=False)))
    for (group, candidate), model in separate.items():
        for found, expected in zip(stacked.parameters(group, candidate), model.get_weights(), strict=True):
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
        expected = ops.convert_to_numpy(model(scaled))
        np.testing.assert_allclose(predicted[group, candidate], expected, rtol=0, atol=1e-5)
    assert np.abs(separate[0, 0].get_weights()[-1] - separate[0, 2].get_weights()[-1]).max() > 1e-3


@pytest.fixture
def dropping():
    """Two groups of three models whose logits are their 500 hidden units, all 1 but for what is dropped."""
    stacked = stack([0, 1], WEIGHTS, MLPSettings(hidden=(500,), dropout=0.2), n_features=4, n_classes=500)
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


@pytest.mark.parametrize("layer", [0, 1])
def test_every_hidden_layer_is_dropped_from(layer):
    """Both layers are the same 500 units; told to come from the biases alone, a layer shows its own dropout."""
    stacked = stack([0, 1], WEIGHTS, MLPSettings(hidden=(500, 500), dropout=0.2), n_features=4, n_classes=500)
    for variable in stacked.kernels + stacked.biases:
        variable.assign(np.zeros(variable.shape))
    stacked.biases[layer].assign(np.ones(stacked.biases[layer].shape))
    stacked.kernels[2].assign(np.broadcast_to(np.eye(500), stacked.kernels[2].shape))
    if layer == 0:
        stacked.kernels[1].assign(np.broadcast_to(np.eye(500), stacked.kernels[1].shape))
    dropped = hidden_units(stacked)[:, 0] == 0
    share = 1 - 0.8 ** (2 - layer)
    assert dropped.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / dropped.size))


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
    stacked = stack([0], np.ones(1), MLPSettings(hidden=(50, 50), dropout=0.0), n_features=4, n_classes=2)
    images = np.random.default_rng(0).random((1, 20, 4), dtype=np.float32)
    trained, predicting = (ops.convert_to_numpy(stacked.logits(images, training)) for training in (True, False))
    np.testing.assert_array_equal(trained, predicting)


def test_candidates_of_equal_weight_stay_equal_under_dropout(pool):
    stacked = stack([3, 4], np.array([6.4, 1, 6.4]), MLPSettings((12, 9), dropout=0.5))
    orders = [np.arange(20), np.arange(20, 38)]
    run_epoch = compile_epoch(stacked.step, padded(pool), stacked.variables)
    for _ in range(2):
        run_epoch(grouped(orders))
    for group in range(2):
        first, other, equal = (stacked.parameters(group, candidate) for candidate in range(3))
        for layer in range(len(first)):
            np.testing.assert_allclose(equal[layer], first[layer], rtol=0, atol=1e-6)
            assert np.abs(other[layer] - first[layer]).max() > 1e-4


def test_initial_weights_are_glorot_uniform_and_shared_in_a_group():
    stacked = stack([3, 4, 3], [1, 2, 3], MLPSettings(hidden=(300, 200)))
    first, equal, other, same_seed = (stacked.parameters(*place) for place in ((0, 0), (0, 2), (1, 0), (2, 1)))
    sizes = [(N_FEATURES, 300), (300, 200), (200, N_CLASSES)]
    for layer, (fan_in, fan_out) in enumerate(sizes):
        kernel, bias = first[2 * layer : 2 * layer + 2]
        limit = np.sqrt(6 / (fan_in + fan_out))
        assert kernel.shape == (fan_in, fan_out)
        assert 0.99 * limit < np.abs(kernel).max() <= limit
        assert kernel.var() == pytest.approx(limit**2 / 3, rel=6 / np.sqrt(fan_in * fan_out))
        np.testing.assert_array_equal(equal[2 * layer], kernel)
        np.testing.assert_array_equal(same_seed[2 * layer], kernel)
        assert (other[2 * layer] != kernel).mean() > 0.99
        np.testing.assert_array_equal(bias, np.zeros(fan_out))
    assert (first[2][:10, :10] != first[4][:10, :10]).all()


def test_defaults_are_the_paper_s():
    stacked = stack([0], np.ones(1), MLPSettings())
    assert [kernel.shape for kernel in stacked.parameters(0, 0)[::2]] == [(784, 512), (512, 512), (512, 10)]
    assert (stacked.settings.dropout, stacked.settings.epochs, stacked.settings.batch_size) == (0.2, 20, 128)
    reference = keras.optimizers.RMSprop()
    assert isinstance(stacked.optimizer, keras.optimizers.RMSprop)
    assert stacked.optimizer.get_config() | {"name": ""} == reference.get_config() | {"name": ""}


def test_group_without_images_in_a_batch_stays_as_it_is(pool):
    stacked = stack([3, 4], np.ones(1), MLPSettings((6,), dropout=0.0))
    before = [stacked.parameters(group, 0) for group in range(2)]
    terms = compile_epoch(stacked.step, padded(pool), stacked.variables)(grouped([np.arange(8), np.arange(0)]))
    assert 0 < terms["loss"] < 10
    for layer in range(4):
        np.testing.assert_array_equal(stacked.parameters(1, 0)[layer], before[1][layer])
        assert (stacked.parameters(0, 0)[layer] != before[0][layer]).any()


def test_class_of_no_weight_is_not_learnt(pool):
    class_weights = np.stack([np.arange(N_CLASSES) == 2, np.ones(N_CLASSES)])
    stacked = stack([3, 3], np.ones(1), MLPSettings((6,), dropout=0.0), class_weights=class_weights)
    run_epoch = compile_epoch(stacked.step, padded(pool), stacked.variables)
    for _ in range(20):
        run_epoch(grouped([np.arange(40)] * 2))
    chosen = ops.convert_to_numpy(stacked.logits(pool[0][None] / np.float32(255), training=False)).argmax(axis=-1)
    assert (chosen[0] == 2).all()
    assert len(set(chosen[1, 0])) > 1
