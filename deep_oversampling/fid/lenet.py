"""A small classifier trained on the data set itself, as a second look at its synthetic images.

The features of Inception are made for photographs; those of a LeNet are made for the very images the
distances are between.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from deep_oversampling.errors import InputError
from deep_oversampling.training.backends import minimize
from deep_oversampling.training.engine import Phase, shuffled_batches, train
from deep_oversampling.training.history import Epoch

_KERNEL_SIZE = 5
_SMALLEST_SIZE = 16
_PREDICTION_CHUNK = 1000


@dataclass(frozen=True)
class LeNetSettings:
    """What fixes a LeNet; the widths are those of LeNet-5 (LeCun et al. 1998).

    Parameters
    ----------
    widths : tuple of int, default=(6, 16, 120, 84)
        Maps of the two convolutions and units of the two fully connected layers; the last is the
        number of features.
    learning_rate : float, default=3e-3
        Of Adam at the start; falls to 0 along a cosine.
    epochs : int, default=4
        Passes over the training set.
    batch_size : int, default=128
        Images a step.
    """

    widths: tuple[int, int, int, int] = (6, 16, 120, 84)
    learning_rate: float = 3e-3
    epochs: int = 4
    batch_size: int = 128


class LeNet:
    """The classifier and its optimiser.

    Parameters
    ----------
    image_shape : tuple of (int, int)
        Height and width in pixels, each at least 16.
    n_classes : int
    settings : LeNetSettings
    n_steps : int
        Optimiser steps until the learning rate is 0.
    seed : int
        Of the initial weights.
    """

    def __init__(
        self, image_shape: tuple[int, int], n_classes: int, settings: LeNetSettings, n_steps: int, seed: int
    ) -> None:
        self.network, self._logits = _build_networks(image_shape, n_classes, settings.widths, seed)
        decay = keras.optimizers.schedules.CosineDecay(settings.learning_rate, n_steps)
        self.optimizer = keras.optimizers.Adam(decay)
        self.optimizer.build(self.network.trainable_variables)

    @property
    def variables(self) -> list[keras.Variable]:
        """All state that training changes."""
        return [*self.network.variables, *self.optimizer.variables]

    def step(self, images: keras.KerasTensor, labels: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        """Take one optimiser step.

        Parameters
        ----------
        images : tensor of shape (batch, n_pixels), dtype uint8
            0 black to 255 white.
        labels : tensor of shape (batch,), dtype int32

        Returns
        -------
        dict of str to tensor
            ``loss``: the cross-entropy in nats an image.
        """

        def loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            logits = self._logits(images, training=True)
            entropy = ops.mean(ops.sparse_categorical_crossentropy(labels, logits, from_logits=True))
            return entropy, {"loss": entropy}

        return minimize(loss, self.network.trainable_variables, self.optimizer)


def train_lenet(
    images: np.ndarray,
    labels: np.ndarray,
    image_shape: tuple[int, int],
    n_classes: int,
    settings: LeNetSettings,
    seed: int,
    report: Callable[[Epoch], None] | None = None,
) -> keras.Model:
    """Train a LeNet.

    Parameters
    ----------
    images : ndarray of shape (n_images, n_pixels), dtype uint8
        0 black to 255 white, row by row.
    labels : ndarray of shape (n_images,)
        Their classes, from 0 to ``n_classes - 1``.
    image_shape : tuple of (int, int)
        Height and width in pixels, each at least 16.
    n_classes : int
    settings : LeNetSettings
    seed : int
        Of the initial weights and the order of the images.
    report : callable, optional
        Called with each finished :class:`~deep_oversampling.training.history.Epoch`.

    Returns
    -------
    keras.Model
        Takes uint8 images as above; returns features of shape (n_images, ``widths[-1]``), the last
        hidden layer's activations, and class probabilities of shape (n_images, n_classes).

    Raises
    ------
    InputError
        If the images are too small, or the loss isn't finite.
    """
    n_batches = max(1, len(labels) // settings.batch_size)
    model = LeNet(image_shape, n_classes, settings, settings.epochs * n_batches, seed)
    train(
        [Phase("training", model.step, settings.epochs)],
        model.variables,
        [images, labels.astype(np.int32)],
        shuffled_batches(len(labels), settings.batch_size),
        seed=seed,
        name="LeNet",
        report=report,
    )
    return model.network


class LeNetExtractor:
    """Features and classes of images from a trained LeNet.

    Parameters
    ----------
    model : keras.Model
        As :func:`train_lenet` gives.

    Attributes
    ----------
    image_shape : tuple of (int, int)
        Height and width in pixels of the images it was trained on.
    """

    name = "lenet"

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self.image_shape = model.get_layer("image").output.shape[1:3]

    def features(self, images: np.ndarray, image_shape: tuple[int, int] = (28, 28)) -> np.ndarray:
        """Return the features of grey images.

        Parameters
        ----------
        images : ndarray of shape (n_images, n_pixels), dtype uint8
            0 black to 255 white, row by row.
        image_shape : tuple of (int, int), default=(28, 28)
            Height and width in pixels; those the network was trained on.

        Returns
        -------
        ndarray of shape (n_images, n_features), dtype float32
            At least 0.

        Raises
        ------
        ValueError
            If the images are no bytes or have another shape.
        """
        if tuple(image_shape) != self.image_shape:
            raise ValueError(f"expected images of shape {self.image_shape}, got {tuple(image_shape)}")
        return self._predict(images)[0]

    def classify(self, images: np.ndarray) -> np.ndarray:
        """Return class probabilities.

        Parameters
        ----------
        images : ndarray of shape (n_images, n_pixels), dtype uint8
            0 black to 255 white, row by row.

        Returns
        -------
        ndarray of shape (n_images, n_classes), dtype float32

        Raises
        ------
        ValueError
            If the images are no bytes or have another number of pixels.
        """
        return self._predict(images)[1]

    def _predict(self, images: np.ndarray) -> list[np.ndarray]:
        n_pixels = self._model.input_shape[1]
        if images.dtype != np.uint8 or images.shape[1:] != (n_pixels,):
            raise ValueError(f"expected uint8 images of {n_pixels} pixels, got {images.dtype} {images.shape}")
        outputs = [np.empty((len(images), output.shape[1]), np.float32) for output in self._model.outputs]
        for start in range(0, len(images), _PREDICTION_CHUNK):
            chunk = slice(start, start + _PREDICTION_CHUNK)
            for output, part in zip(outputs, self._model(images[chunk], training=False), strict=True):
                output[chunk] = ops.convert_to_numpy(part)
        return outputs


def _build_networks(
    image_shape: tuple[int, int], n_classes: int, widths: tuple[int, int, int, int], seed: int
) -> tuple[keras.Model, keras.Model]:
    """Return images → (features, probabilities) and images → logits, with the same weights."""
    height, width = image_shape
    if min(image_shape) < _SMALLEST_SIZE:
        raise InputError(
            f"images of {height} by {width} pixels are too small for LeNet, which takes {_SMALLEST_SIZE} by "
            f"{_SMALLEST_SIZE} or more; leave its FID out of the config"
        )
    seeds = iter((np.random.SeedSequence(seed).generate_state(len(widths) + 1) >> 1).tolist())
    pixels = keras.Input((height * width,), dtype="uint8", name="pixels")
    hidden = layers.Reshape((height, width, 1), name="image")(pixels)
    hidden = layers.Rescaling(1 / 255)(hidden)
    for maps in widths[:2]:
        initializer = keras.initializers.GlorotUniform(next(seeds))
        hidden = layers.Conv2D(maps, _KERNEL_SIZE, activation="relu", kernel_initializer=initializer)(hidden)
        hidden = layers.AveragePooling2D(2)(hidden)
    hidden = layers.Flatten()(hidden)
    for units in widths[2:]:
        initializer = keras.initializers.GlorotUniform(next(seeds))
        hidden = layers.Dense(units, activation="relu", kernel_initializer=initializer)(hidden)
    logits = layers.Dense(n_classes, kernel_initializer=keras.initializers.GlorotUniform(next(seeds)))(hidden)
    network = keras.Model(pixels, [hidden, layers.Softmax()(logits)], name="lenet")
    return network, keras.Model(pixels, logits, name="logits")
