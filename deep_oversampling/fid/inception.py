"""The Inception v3 network of the original FID code, its published weights on Keras.

The network is the one of 2015, which the FID is defined by; it differs from the Inception v3 that
Keras ships in its weights and in its last block, whose pooling takes the maximum.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from deep_oversampling.fid.inception_weights import Weights, read_weights

N_FEATURES = 2048
INPUT_SIZE = 299

_Weights = Iterator[Weights]
_Tensor = keras.KerasTensor


def build_inception(weights: Sequence[Weights]) -> keras.Model:
    """Build the network up to its last pooling.

    Parameters
    ----------
    weights : sequence of (ndarray, ndarray)
        As :func:`~deep_oversampling.fid.inception_weights.read_weights` gives.

    Returns
    -------
    keras.Model
        Takes float32 images of shape (n_images, 299, 299, 3), about -1 to 1 as :func:`preprocess`
        gives, and returns features of shape (n_images, 2048), at least 0.
    """
    remaining = iter(weights)
    images = keras.Input((INPUT_SIZE, INPUT_SIZE, 3), dtype="float32")
    x = _convolution(images, remaining, stride=2)
    x = _convolution(x, remaining, padding="valid")
    x = _convolution(x, remaining)
    x = _convolution(_halving_pool(x), remaining)
    x = _convolution(x, remaining, padding="valid")
    x = _halving_pool(x)
    for _ in range(3):
        x = _towers(x, remaining, (1, 2, 3))
    x = _reduction(x, remaining, (1, 3))
    for _ in range(4):
        x = _towers(x, remaining, (1, 3, 5))
    x = _reduction(x, remaining, (2, 4))
    x = _forked_towers(x, remaining, layers.AveragePooling2D)
    x = _forked_towers(x, remaining, layers.MaxPooling2D)
    pooled = layers.GlobalAveragePooling2D(data_format="channels_last", dtype="float32")(x)
    return keras.Model(images, pooled, name="inception")


def _convolution(x: _Tensor, weights: _Weights, stride: int = 1, padding: str | None = None) -> _Tensor:
    kernel, bias = next(weights)
    layer = layers.Conv2D(
        len(bias),
        kernel.shape[:2],
        stride,
        padding or ("same" if stride == 1 else "valid"),
        data_format="channels_last",
        activation="relu",
        kernel_initializer="zeros",
        dtype="float32",
    )
    output = layer(x)
    layer.set_weights([kernel, bias])
    return output


def _chain(x: _Tensor, weights: _Weights, length: int, last_stride: int = 1) -> _Tensor:
    for _ in range(length - 1):
        x = _convolution(x, weights)
    return _convolution(x, weights, last_stride)


def _pool(x: _Tensor, pooling: type[layers.Layer]) -> _Tensor:
    return pooling(3, 1, "same", data_format="channels_last", dtype="float32")(x)


def _halving_pool(x: _Tensor) -> _Tensor:
    return layers.MaxPooling2D(3, 2, "valid", data_format="channels_last", dtype="float32")(x)


def _concatenate(branches: list[_Tensor]) -> _Tensor:
    return layers.Concatenate(axis=-1, dtype="float32")(branches)


def _towers(x: _Tensor, weights: _Weights, lengths: tuple[int, ...]) -> _Tensor:
    towers = [_chain(x, weights, length) for length in lengths]
    return _concatenate([*towers, _convolution(_pool(x, layers.AveragePooling2D), weights)])


def _reduction(x: _Tensor, weights: _Weights, lengths: tuple[int, ...]) -> _Tensor:
    towers = [_chain(x, weights, length, last_stride=2) for length in lengths]
    return _concatenate([*towers, _halving_pool(x)])


def _forked_towers(x: _Tensor, weights: _Weights, pooling: type[layers.Layer]) -> _Tensor:
    branches = [_convolution(x, weights)]
    for length in (1, 2):
        stem = _chain(x, weights, length)
        branches += [_convolution(stem, weights), _convolution(stem, weights)]
    return _concatenate([*branches, _convolution(_pool(x, pooling), weights)])


def preprocess(images: np.ndarray, image_shape: tuple[int, int] = (28, 28)) -> _Tensor:
    """Turn grey images into what the network takes.

    Parameters
    ----------
    images : ndarray or tensor of shape (n_images, n_pixels)
        0 black to 255 white, row by row.
    image_shape : tuple of (int, int), default=(28, 28)
        Height and width in pixels.

    Returns
    -------
    tensor of shape (n_images, 299, 299, 3), float32
        The grey in every channel, enlarged bilinearly with pixel centres at half-integers, then
        mapped from 0 to 255 onto -1 to 127/128.
    """
    grey = ops.reshape(ops.cast(images, "float32"), (-1, *image_shape, 1))
    enlarged = ops.image.resize(
        grey, (INPUT_SIZE, INPUT_SIZE), interpolation="bilinear", antialias=False, data_format="channels_last"
    )
    return ops.repeat((enlarged - 128) / 128, 3, axis=-1)


class InceptionExtractor:
    """Features of images from the Inception network.

    Parameters
    ----------
    weights_path : str or Path
        The file that :func:`~deep_oversampling.fid.inception_weights.fetch_weights` puts in place.
    batch_size : int, default=16
        Images per call of the network. A smaller last batch is filled up, so that there is one
        compiled function and every image's features are those of a full batch.

    Raises
    ------
    InputError
        As :func:`~deep_oversampling.fid.inception_weights.read_weights` does.
    """

    name = "inception"

    def __init__(self, weights_path: str | Path, batch_size: int = 16) -> None:
        self.batch_size = batch_size
        self._network = build_inception(read_weights(weights_path))
        self._models: dict[tuple[int, int], keras.Model] = {}

    def features(self, images: np.ndarray, image_shape: tuple[int, int] = (28, 28)) -> np.ndarray:
        """Return the features of grey images.

        Parameters
        ----------
        images : ndarray of shape (n_images, n_pixels), dtype uint8
            0 black to 255 white, row by row.
        image_shape : tuple of (int, int), default=(28, 28)
            Height and width in pixels.

        Returns
        -------
        ndarray of shape (n_images, 2048), dtype float32

        Raises
        ------
        ValueError
            If the images are no bytes or have another number of pixels.
        """
        height, width = image_shape
        if images.dtype != np.uint8 or images.shape[1:] != (height * width,):
            raise ValueError(f"expected uint8 images of {height * width} pixels, got {images.dtype} {images.shape}")
        compute = self._model((height, width)).predict_on_batch
        features = np.empty((len(images), N_FEATURES), np.float32)
        batch = np.zeros((self.batch_size, height * width), np.uint8)
        for start in range(0, len(images), self.batch_size):
            part = images[start : start + self.batch_size]
            batch[: len(part)] = part
            features[start : start + len(part)] = compute(batch)[: len(part)]
        return features

    def _model(self, image_shape: tuple[int, int]) -> keras.Model:
        if image_shape not in self._models:
            pixels = keras.Input((image_shape[0] * image_shape[1],), dtype="uint8")
            model = keras.Model(pixels, self._network(preprocess(pixels, image_shape)))
            # TensorFlow's own kernels are faster here than what XLA compiles; JAX has only XLA.
            model.compile(jit_compile=keras.config.backend() == "jax")
            self._models[image_shape] = model
        return self._models[image_shape]
