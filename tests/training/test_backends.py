import runpy

import keras
import numpy as np
import pytest
import toy_models
from keras import layers, ops

from deep_oversampling.errors import InputError
from deep_oversampling.training import backends
from deep_oversampling.training.backends import compile_epoch, minimize


class Joined:
    """Two variables; the first is moved towards the batch mean, then the second towards the first."""

    def __init__(self):
        self.first, self.second = keras.Variable(1.0), keras.Variable(10.0)
        self.optimizers = [keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.25)]
        for optimizer, variable in zip(self.optimizers, [self.first, self.second], strict=True):
            optimizer.build([variable])

    @property
    def variables(self):
        return [self.first, self.second, *self.optimizers[0].variables, *self.optimizers[1].variables]

    def step(self, batch):
        def first_loss():
            value = ops.square(self.first - ops.mean(batch)) + ops.square(self.second)
            return value, {"first": value}

        def second_loss():
            value = ops.square(self.second - self.first)
            return value, {"second": value}

        return {
            **minimize(first_loss, [self.first], self.optimizers[0]),
            **minimize(second_loss, [self.second], self.optimizers[1]),
        }


class Noise:
    def __init__(self, seed):
        self.generator = keras.random.SeedGenerator(seed)
        self.variables = [self.generator.state]

    def step(self, batch):
        return {"noise": keras.random.normal((), seed=self.generator) + 0 * ops.sum(batch)}


@pytest.fixture
def regression():
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(12, 3)).astype(np.float32)
    return inputs, generator.normal(size=12).astype(np.float32)


def squared_error(inputs, targets, weights, bias):
    """The mean squared error and its gradient, in closed form."""
    residuals = inputs @ weights + bias - targets
    return np.mean(residuals**2), 2 * inputs.T @ residuals / len(targets), 2 * residuals.mean()


def test_one_step_is_down_the_analytic_gradient(regression):
    inputs, targets = regression
    model = toy_models.LinearRegression([0.5, -1, 2], 0.25, keras.optimizers.SGD(0.1))
    rows = np.array([7, 0, 3, 5], np.int32)
    terms = compile_epoch(model.step, [inputs, targets], model.variables)(rows[None])
    loss, slope, offset = squared_error(inputs[rows], targets[rows], np.array([0.5, -1, 2]), 0.25)
    assert terms == {"loss": pytest.approx(loss, rel=1e-5)}
    np.testing.assert_allclose(model.weights.numpy(), [0.5, -1, 2] - 0.1 * slope, rtol=1e-5)
    assert float(model.bias) == pytest.approx(0.25 - 0.1 * offset, rel=1e-5)


def test_optimiser_state_lasts_over_batches_and_epochs(regression):
    inputs, targets = regression
    model = toy_models.LinearRegression(np.zeros(3), 0, keras.optimizers.SGD(0.05, momentum=0.9))
    run_epoch = compile_epoch(model.step, [inputs, targets], model.variables)
    weights, bias, velocity, bias_velocity = np.zeros(3), 0.0, np.zeros(3), 0.0
    for epoch in np.random.default_rng(1).permuted(np.tile(np.arange(12), (3, 1)), axis=1):
        batches = epoch.reshape(4, 3).astype(np.int32)
        terms = run_epoch(batches)
        losses = []
        for rows in batches:
            loss, slope, offset = squared_error(inputs[rows], targets[rows], weights, bias)
            losses.append(loss)
            velocity, bias_velocity = 0.9 * velocity - 0.05 * slope, 0.9 * bias_velocity - 0.05 * offset
            weights, bias = weights + velocity, bias + bias_velocity
        assert terms["loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    np.testing.assert_allclose(model.weights.numpy(), weights, rtol=1e-4)
    assert float(model.bias) == pytest.approx(bias, rel=1e-4)
    assert int(model.optimizer.iterations) == 12


def test_only_the_given_variables_move_and_later_losses_see_it():
    model = Joined()
    batches = np.array([[0, 1], [2, 3]], np.int32)
    terms = compile_epoch(model.step, [np.array([2, 4, 0, 1], np.float32)], model.variables)(batches)
    first, second, sums = 1.0, 10.0, np.zeros(2)
    for mean in (3.0, 0.5):
        sums[0] += (first - mean) ** 2 + second**2
        first -= 0.1 * 2 * (first - mean)
        sums[1] += (second - first) ** 2
        second -= 0.25 * 2 * (second - first)
    assert float(model.first) == pytest.approx(first)
    assert float(model.second) == pytest.approx(second)
    assert terms == {"first": pytest.approx(sums[0] / 2), "second": pytest.approx(sums[1] / 2)}


def test_batch_normalisation_keeps_moving_averages():
    inputs = np.random.default_rng(0).normal(3, 2, size=(12, 4)).astype(np.float32)
    normalization = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    normalization.build((None, 4))
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(normalization.trainable_variables)

    def step(batch):
        def loss():
            value = ops.mean(ops.square(normalization(batch, training=True)))
            return value, {"loss": value}

        return minimize(loss, normalization.trainable_variables, optimizer)

    batches = np.arange(12, dtype=np.int32).reshape(3, 4)
    compile_epoch(step, [inputs], [*normalization.variables, *optimizer.variables])(batches)
    mean, variance = np.zeros(4), np.ones(4)
    for rows in batches:
        mean = 0.9 * mean + 0.1 * inputs[rows].mean(axis=0)
        variance = 0.9 * variance + 0.1 * inputs[rows].var(axis=0)
    np.testing.assert_allclose(normalization.moving_mean.numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(normalization.moving_variance.numpy(), variance, rtol=1e-5)
    assert not np.allclose(normalization.gamma.numpy(), 1)


def test_noise_is_new_in_every_batch_and_epoch_and_follows_the_seed():
    def drawn(seed):
        model = Noise(seed)
        run_epoch = compile_epoch(model.step, [np.zeros(4, np.float32)], model.variables)
        one_batch = np.zeros((1, 2), np.int32)
        return [run_epoch(one_batch)["noise"], run_epoch(one_batch)["noise"], run_epoch(np.repeat(one_batch, 3, 0))]

    first, second, three = drawn(3)
    assert len({first, second, three["noise"]}) == 3
    assert drawn(3) == [first, second, three]
    assert drawn(4)[0] != first


def test_terms_keep_the_order_of_the_step():
    values = keras.Variable(1.0)
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([values])

    def step(batch):
        def loss():
            value = ops.square(values - ops.mean(batch))
            return value, {"reconstruction": value, "divergence": 2 * value}

        return {"total": ops.mean(batch), **minimize(loss, [values], optimizer), "accuracy": ops.max(batch)}

    variables = [values, *optimizer.variables]
    terms = compile_epoch(step, [np.ones(4, np.float32)], variables)(np.zeros((2, 2), np.int32))
    assert list(terms) == ["total", "reconstruction", "divergence", "accuracy"]


def test_unknown_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(InputError, match="'torch' can't train here; set KERAS_BACKEND to tensorflow or jax") as caught:
        runpy.run_path(backends.__file__)
    assert "\n" not in str(caught.value)
