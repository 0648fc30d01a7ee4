"""The layers the paper's convolutional networks are built of (Tables 10, 11 and 13)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

WEIGHT_DEVIATION = 0.02
LEAKY_SLOPE = 0.2


@dataclass(frozen=True)
class NetworkSettings:
    """What the conditional networks of Tables 10, 11 and 13 share; the defaults are the paper's.

    Parameters
    ----------
    image_shape : tuple of int, default=(28, 28, 1)
        (height, width, channels).
    n_classes : int, default=10
        Length of the one-hot label.
    latent_size : int, default=62
        Length of the latent vector.
    widths : tuple of int, default=(64, 128, 1024)
        Maps of the two convolutions and units of the fully connected layer, on the way from and to the image alike.
    beta_1 : float, default=0.5
        Adam's first decay rate.
    """

    image_shape: tuple[int, int, int] = (28, 28, 1)
    n_classes: int = 10
    latent_size: int = 62
    widths: tuple[int, int, int] = (64, 128, 1024)
    beta_1: float = 0.5


class Initializers:
    """Hands out seeded initialisers, so that no layer draws from global state.

    Weights are N(0, 0.02²), truncated for convolutions, as in the public code the paper builds on.

    Parameters
    ----------
    seed : int
        Each initialiser handed out gets a seed of its own derived from it.
    """

    def __init__(self, seed: int) -> None:
        self._seeds: Iterator[int] = iter(np.random.SeedSequence(seed).generate_state(256).tolist())

    def dense(self) -> keras.initializers.Initializer:
        """Return the initialiser of a fully connected layer's kernel."""
        return keras.initializers.RandomNormal(stddev=WEIGHT_DEVIATION, seed=next(self._seeds) >> 1)

    def convolution(self) -> keras.initializers.Initializer:
        """Return the initialiser of a convolution's kernel."""
        return keras.initializers.TruncatedNormal(stddev=WEIGHT_DEVIATION, seed=next(self._seeds) >> 1)

    def transposed_convolution(self) -> keras.initializers.Initializer:
        """Return the initialiser of a transposed convolution's kernel."""
        return keras.initializers.RandomNormal(stddev=WEIGHT_DEVIATION, seed=next(self._seeds) >> 1)


def batch_normalization() -> layers.Layer:
    """Return batch normalisation with momentum 0.9 and ε 1e-5."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)


def one_hot_maps(label: keras.KerasTensor, image_shape: tuple[int, int, int]) -> keras.KerasTensor:
    """Return a one-hot label as constant feature maps, shape (batch, height, width, n_classes)."""
    height, width, _ = image_shape
    n_classes = label.shape[-1]
    return layers.UpSampling2D((height, width))(layers.Reshape((1, 1, n_classes))(label))


def image_features(
    image: keras.KerasTensor, widths: tuple[int, int, int], initializers: Initializers
) -> keras.KerasTensor:
    """Return the features under a discriminator's or encoder's head, shape (batch, widths[2]).

    Two 4×4 convolutions of stride 2 and a fully connected layer, the last two batch-normalised, leaky ReLU 0.2.

    Parameters
    ----------
    image : KerasTensor of shape (batch, height, width, channels)
    widths : tuple of int
        Maps of the two convolutions and units of the fully connected layer; (64, 128, 1024) in the paper.
    initializers : Initializers
    """
    first, second, units = widths
    features = layers.Conv2D(first, 4, 2, "same", kernel_initializer=initializers.convolution())(image)
    features = layers.LeakyReLU(LEAKY_SLOPE)(features)
    features = layers.Conv2D(second, 4, 2, "same", kernel_initializer=initializers.convolution())(features)
    features = layers.LeakyReLU(LEAKY_SLOPE)(batch_normalization()(features))
    features = layers.Dense(units, kernel_initializer=initializers.dense())(layers.Flatten()(features))
    return layers.LeakyReLU(LEAKY_SLOPE)(batch_normalization()(features))


def build_decoder(
    latent_size: int,
    n_classes: int,
    image_shape: tuple[int, int, int],
    widths: tuple[int, int, int],
    initializers: Initializers,
) -> tuple[keras.Model, keras.Model]:
    """Build the generator of Tables 10–11, which is also the decoder of Table 13.

    Parameters
    ----------
    latent_size : int
        Length of the latent vector; 62 in the paper.
    n_classes : int
        Length of the one-hot label.
    image_shape : tuple of int
        (height, width, channels); height and width divisible by 4.
    widths : tuple of int
        Maps of the last two scales and units of the first layer; (64, 128, 1024) in the paper.
    initializers : Initializers

    Returns
    -------
    decoder, logits : keras.Model
        (latent, one-hot label) → image in [0, 1], and the same network up to before its last sigmoid.
    """
    height, width, channels = image_shape
    first, second, units = widths
    latent = keras.Input((latent_size,), name="latent")
    label = keras.Input((n_classes,), name="label")
    hidden = layers.Concatenate()([latent, label])
    for size in (units, second * (height // 4) * (width // 4)):
        hidden = layers.Dense(size, kernel_initializer=initializers.dense())(hidden)
        hidden = layers.ReLU()(batch_normalization()(hidden))
    hidden = layers.Reshape((height // 4, width // 4, second))(hidden)
    hidden = layers.Conv2DTranspose(first, 4, 2, "same", kernel_initializer=initializers.transposed_convolution())(
        hidden
    )
    hidden = layers.ReLU()(batch_normalization()(hidden))
    logit = layers.Conv2DTranspose(
        channels, 4, 2, "same", kernel_initializer=initializers.transposed_convolution(), dtype="float32"
    )(hidden)
    image = layers.Activation("sigmoid", dtype="float32")(logit)
    return keras.Model([latent, label], image, name="decoder"), keras.Model([latent, label], logit, name="logits")


def bernoulli_negative_log_likelihood(image: keras.KerasTensor, logit: keras.KerasTensor) -> keras.KerasTensor:
    """Return −log p(image | logit) summed over the pixels, shape (batch,)."""
    return ops.sum(ops.softplus(logit) - logit * image, axis=(1, 2, 3))


def build_adam(learning_rate: float, beta_1: float, variables: Sequence[keras.Variable]) -> keras.optimizers.Optimizer:
    """Return an Adam whose slots for the variables exist already, as a compiled step needs them."""
    optimizer = keras.optimizers.Adam(learning_rate, beta_1=beta_1)
    optimizer.build(variables)
    return optimizer


def draw_normal_latent(count: int, latent_size: int, generator: np.random.Generator) -> np.ndarray:
    """Draw from N(0, I); shape (count, latent_size), float32."""
    return generator.standard_normal((count, latent_size), dtype=np.float32)


def draw_uniform_latent(count: int, latent_size: int, generator: np.random.Generator) -> np.ndarray:
    """Draw from Uniform(−1, 1) in each dimension; shape (count, latent_size), float32."""
    return generator.uniform(-1, 1, (count, latent_size)).astype(np.float32)
