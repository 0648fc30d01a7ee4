"""Stacked training against ordinary training in distribution, since their dropout masks can't be made the same."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from image_patterns import image_set
from keras import layers
from scipy.stats import ks_2samp, mannwhitneyu
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from deep_oversampling.classifier.mlp import MLP
from deep_oversampling.classifier.pool import Fit, TrainingPool
from deep_oversampling.classifier.stacked_mlp import MLPSettings

SETTINGS = MLPSettings(hidden=(16, 12), dropout=0.3, learning_rate=0.01, epochs=5, batch_size=16)
SYNTHETIC_WEIGHT = 3.0
REPEATS = 60
TEST = image_set([100, 100, 100], seed=3, noise=150)
POOL = TrainingPool.join(image_set([26, 16, 10], 1, noise=150), [image_set([0, 4, 8], 2, noise=200)])


def losses_of(predictions):
    return [log_loss(TEST.labels, each, labels=range(3)) for each in predictions]


def stacked_losses(settings, repeats=REPEATS):
    fits = [Fit(np.arange(len(POOL.labels)), SYNTHETIC_WEIGHT, seed, TEST.images) for seed in range(repeats)]
    return losses_of(MLP(settings, 3, balanced=True, name="stacked").predict(POOL, fits))


@pytest.fixture(scope="module")
def separate_losses():
    """Of one network after the other, trained by Keras alone."""
    return train_separately()


def train_separately():
    dropped = [
        each
        for seed, units in enumerate(SETTINGS.hidden)
        for each in (layers.Dense(units, "relu"), layers.Dropout(SETTINGS.dropout, seed=seed))
    ]
    model = keras.Sequential([keras.Input((16,)), *dropped, layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.RMSprop(SETTINGS.learning_rate), "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    at_first = [variable.numpy() for variable in model.optimizer.variables]
    images, weights = POOL.images / np.float32(255), compute_sample_weight("balanced", POOL.labels)
    weights = weights * np.where(POOL.synthetic, SYNTHETIC_WEIGHT, 1)
    generator = np.random.default_rng(12345)
    predictions = []
    for repeat in range(REPEATS):
        # One network begun anew, as building another takes much longer than training it.
        for variable, value in zip(model.optimizer.variables, at_first, strict=True):
            variable.assign(value)
        model.set_weights(
            [
                keras.initializers.GlorotUniform(seed=100 * repeat + place)(array.shape)
                if array.ndim > 1
                else 0 * array
                for place, array in enumerate(model.get_weights())
            ]
        )
        # All epochs in one pass: whole batches, in an order that follows the seed, which `shuffle` does not.
        order = np.concatenate([generator.permutation(len(images)) for _ in range(SETTINGS.epochs)])
        model.fit(
            images[order],
            POOL.labels[order],
            sample_weight=weights[order],
            batch_size=SETTINGS.batch_size,
            shuffle=False,
            verbose=0,
        )
        predictions.append(keras.ops.convert_to_numpy(model(TEST.images / np.float32(255))))
    return losses_of(predictions)


P_VALUE = 0.01


@pytest.mark.parametrize("test", [ks_2samp, mannwhitneyu])
def test_stacked_training_with_dropout_agrees_with_separate_training(separate_losses, same_dropout_losses, test):
    assert test(separate_losses, same_dropout_losses).pvalue > P_VALUE


@pytest.fixture(scope="module")
def same_dropout_losses():
    return stacked_losses(SETTINGS)


@pytest.mark.parametrize("test", [ks_2samp, mannwhitneyu])
def test_half_the_dropout_would_be_noticed(separate_losses, other_dropout_losses, test):
    assert test(separate_losses, other_dropout_losses).pvalue < P_VALUE


@pytest.fixture(scope="module")
def other_dropout_losses():
    return stacked_losses(replace(SETTINGS, dropout=0.15))
