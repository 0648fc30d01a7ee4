"""Small models to train."""

import keras
import numpy as np
from keras import layers, ops

from deep_oversampling.classifier.stacked_mlp import MLPSettings, StackedMLP
from deep_oversampling.training.backends import compile_epoch, minimize
from deep_oversampling.training.engine import Phase


class LinearRegression:
    """Mean squared error of ``inputs @ weights + bias``."""

    def __init__(self, weights, bias, optimizer):
        self.weights = keras.Variable(np.asarray(weights, np.float32))
        self.bias = keras.Variable(np.float32(bias))
        self.optimizer = optimizer
        self.optimizer.build([self.weights, self.bias])

    @property
    def variables(self):
        return [self.weights, self.bias, *self.optimizer.variables]

    def step(self, inputs, targets):
        def loss():
            value = ops.mean(ops.square(ops.matmul(inputs, self.weights) + self.bias - targets))
            return value, {"loss": value}

        return minimize(loss, [self.weights, self.bias], self.optimizer)


class NormalizedNetwork:
    """Dense, batch-normalised, ReLU, dense: a network with moving averages and an optimiser with slots."""

    def __init__(self, n_features, seed):
        self.network = keras.Sequential(
            [
                keras.Input((n_features,)),
                layers.Dense(6, use_bias=False),
                layers.BatchNormalization(momentum=0.9),
                layers.ReLU(),
                layers.Dense(1),
            ]
        )
        generator = np.random.default_rng(seed)
        for variable in self.network.trainable_variables:
            variable.assign(generator.uniform(-1, 1, variable.shape))
        self.optimizer = keras.optimizers.Adam(0.01, beta_1=0.5)
        self.optimizer.build(self.network.trainable_variables)

    @property
    def variables(self):
        return [*self.network.variables, *self.optimizer.variables]

    def step(self, inputs, targets):
        def loss():
            value = ops.mean(ops.square(self.network(inputs, training=True)[:, 0] - targets))
            return value, {"loss": value, "weight": ops.sum(ops.square(self.network.trainable_variables[0]))}

        return minimize(loss, self.network.trainable_variables, self.optimizer)


class NoisyTwoPhases:
    """Every kind of state: weights, Adam's slots, the state of a noise, and an offset that ``prepare`` sets once."""

    def __init__(self):
        self.weights = keras.Variable(np.full(3, 0.5, np.float32))
        self.offset = keras.Variable(0.0, trainable=False)
        self.noise = keras.random.SeedGenerator(4)
        self.optimizer = keras.optimizers.Adam(0.05)
        self.optimizer.build([self.weights])
        self.variables = [self.weights, self.offset, *self.optimizer.variables, self.noise.state]
        self.prepared_with = []

    def phases(self, first, second):
        return [
            Phase("first", self.fit_targets, first),
            Phase("second", self.fit_offset, second, prepare=self.learn_offset),
        ]

    def fit_targets(self, inputs, targets):
        return self._fit(inputs, targets, "zeta")

    def fit_offset(self, inputs, targets):
        return self._fit(inputs, targets + self.offset, "alpha")

    def learn_offset(self, *arrays):
        self.prepared_with.append(arrays)
        self.offset.assign(arrays[0].mean() + ops.sum(self.weights))

    def _fit(self, inputs, targets, term):
        noisy = inputs + 0.1 * keras.random.normal(inputs.shape, seed=self.noise)

        def loss():
            value = ops.mean(ops.square(ops.matmul(noisy, self.weights) - targets))
            return value, {term: value, "largest": ops.max(ops.abs(self.weights))}

        return minimize(loss, [self.weights], self.optimizer)


def train_on_this_backend():
    """Train on the same numbers whatever the backend; return losses and weights by name."""
    generator = np.random.default_rng(5)
    inputs = generator.uniform(size=(24, 5)).astype(np.float32)
    labels = generator.integers(3, size=24)
    one_hot = np.eye(3, dtype=np.float32)[labels]
    batches = np.stack([generator.permutation(24).reshape(3, 8) for _ in range(2)]).astype(np.int32)

    normalized = NormalizedNetwork(5, seed=1)
    weights, class_weights = np.tile([1.0, 6.4, 50.0], (2, 1)), np.array([[1.0, 2.0, 0.5], [1.0, 1.0, 1.0]])
    stacked = StackedMLP(5, 3, [1, 2], weights, class_weights, MLPSettings(hidden=(4,), dropout=0.0))
    runs = {
        "normalized": (normalized, [inputs, labels.astype(np.float32)], batches),
        "stacked": (
            stacked,
            [inputs, one_hot, (np.arange(24) % 2).astype(np.float32), np.ones(24, np.float32)],
            np.stack([batches, batches[:, ::-1]], axis=-1),
        ),
    }
    results = {}
    for name, (model, arrays, epochs) in runs.items():
        run_epoch = compile_epoch(model.step, arrays, model.variables)
        for number, epoch in enumerate(epochs):
            for term, value in run_epoch(epoch).items():
                results[f"{name} {term} {number}"] = value
    trained = [*normalized.network.variables, *stacked.kernels, *stacked.biases]
    return results | {f"variable {number}": variable.numpy() for number, variable in enumerate(trained)}
