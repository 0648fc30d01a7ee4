"""The balancing generative adversarial network (Mariani et al. 2018), as its authors published it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from deep_oversampling.errors import InputError
from deep_oversampling.generators.blocks import build_adam, draw_normal_latent
from deep_oversampling.training.backends import minimize

_LEAKY_SLOPE = 0.3
_DROPOUT = 0.3
_ENCODER_STRIDES = (2, 1, 2, 1)


@dataclass(frozen=True)
class BAGANSettings:
    """What fixes a balancing GAN; the defaults are the published code's, the learning rates the paper's.

    Parameters
    ----------
    image_shape : tuple of int, default=(28, 28, 1)
        (height, width, channels); height and width divisible by 4.
    n_classes : int, default=10
        Classes told apart.
    latent_size : int, default=100
        Length of the latent vector.
    generator_widths : tuple of int, default=(1024, 128, 256, 128)
        Units of the first layer, maps at a quarter, at half and at the whole resolution.
    encoder_widths : tuple of int, default=(32, 64, 128, 256)
        Maps of the encoder's and discriminator's convolutions.
    reconstruction_learning_rate : float, default=5e-5
        Of the autoencoder's Adam.
    generator_learning_rate : float, default=5e-5
        Of the generator's Adam.
    discriminator_learning_rate : float, default=5e-5
        Of the discriminator's Adam.
    beta_1 : float, default=0.5
        Adam's first decay rate.
    """

    image_shape: tuple[int, int, int] = (28, 28, 1)
    n_classes: int = 10
    latent_size: int = 100
    generator_widths: tuple[int, int, int, int] = (1024, 128, 256, 128)
    encoder_widths: tuple[int, int, int, int] = (32, 64, 128, 256)
    reconstruction_learning_rate: float = 5e-5
    generator_learning_rate: float = 5e-5
    discriminator_learning_rate: float = 5e-5
    beta_1: float = 0.5


class BalancingGAN:
    """An autoencoder whose decoder becomes the generator and whose encoder becomes the discriminator.

    Parameters
    ----------
    settings : BAGANSettings
    seed : int
        Of the initial weights, the dropout masks and the training noise.

    Attributes
    ----------
    generator : keras.Model
        (standard normal latent, one-hot label) → image in [0, 1]. The latent vector is given the mean and the
        covariance of its class first, see :meth:`learn_latents`.
    encoder : keras.Model
        Image in [−1, 1] → latent vector.
    discriminator : keras.Model
        Image in [−1, 1] → logits of the classes and, last, of "fake". Its convolutions are the encoder's own.
    """

    draw_latent = staticmethod(draw_normal_latent)

    def __init__(self, settings: BAGANSettings, seed: int) -> None:
        seeds = iter((np.random.SeedSequence(seed).generate_state(64) >> 1).tolist())
        self.settings = settings
        self.decoder = _build_decoder(settings, seeds)
        self.generator, self._place = _build_generator(settings, self.decoder)
        self.encoder, self.discriminator = _build_encoder(settings, seeds)
        self.noise = keras.random.SeedGenerator(seed)
        self.reconstruction_optimizer = build_adam(
            settings.reconstruction_learning_rate, settings.beta_1, self._autoencoder_variables
        )
        self.generator_optimizer = build_adam(
            settings.generator_learning_rate, settings.beta_1, self.decoder.trainable_variables
        )
        self.discriminator_optimizer = build_adam(
            settings.discriminator_learning_rate, settings.beta_1, self.discriminator.trainable_variables
        )

    @property
    def _autoencoder_variables(self) -> list[keras.Variable]:
        return self.encoder.trainable_variables + self.decoder.trainable_variables

    @property
    def variables(self) -> list[keras.Variable]:
        """All state that training changes."""
        parts = (
            self.generator,
            self.encoder,
            self.discriminator.layers[-1],
            self.reconstruction_optimizer,
            self.generator_optimizer,
            self.discriminator_optimizer,
        )
        return [*(variable for part in parts for variable in part.variables), self.noise.state]

    def reconstruct(self, images: keras.KerasTensor, labels: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        """Take one step as an autoencoder.

        Parameters
        ----------
        images : tensor of shape (batch, height, width, channels)
            In [0, 1].
        labels : tensor of shape (batch, n_classes)
            Not used: the autoencoder isn't told the class.

        Returns
        -------
        dict of str to tensor
            ``reconstruction``, the mean squared error a pixel of images in [−1, 1].
        """
        del labels
        images = _from_pixels(images)

        def loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            error = ops.mean(ops.square(self.decoder(self.encoder(images, training=True), training=True) - images))
            return error, {"reconstruction": error}

        return minimize(loss, self._autoencoder_variables, self.reconstruction_optimizer)

    def learn_latents(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Give each class the mean and covariance of its encoded images.

        Parameters
        ----------
        images : ndarray of shape (n_images, height, width, channels)
            In [0, 1].
        labels : ndarray of shape (n_images, n_classes)
            One-hot.

        Raises
        ------
        InputError
            If a class has fewer than 2 images, or the encoder's latents are no finite numbers.
        """
        if labels.sum(axis=0).min() < 2:
            raise InputError("BAGAN needs at least 2 images of every class; lower the imbalance ratio")
        encoded = self.encoder.predict(2 * images - 1, batch_size=256, verbose=0).astype(np.float64)
        if not np.isfinite(encoded).all():
            raise InputError(
                "BAGAN: the trained encoder gives latents that are no finite numbers; try a lower"
                " reconstruction_learning_rate or another seed"
            )
        classes = [encoded[labels[:, label] == 1] for label in range(labels.shape[1])]
        means = np.stack([latents.mean(axis=0) for latents in classes])
        roots = np.stack([_root_of_covariance(latents) for latents in classes])
        mean_layer, root_layer = self._place
        mean_layer.set_weights([means.astype(np.float32)])
        root_layer.set_weights([roots.reshape(len(roots), -1).astype(np.float32)])

    def step(self, images: keras.KerasTensor, labels: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        """Update the discriminator, then the generator.

        The discriminator sees the batch and, for each class, a batch's share of synthetic images; the generator
        makes as many images in all, of uniformly drawn classes, and wants them to be taken for these.

        Parameters
        ----------
        images : tensor of shape (batch, height, width, channels)
            In [0, 1].
        labels : tensor of shape (batch, n_classes)
            One-hot.

        Returns
        -------
        dict of str to tensor
            ``discriminator`` and ``generator``: cross-entropies in nats an image.
        """
        batch = images.shape[0]
        n_fake = math.ceil(batch / self.settings.n_classes)
        fake_inputs, wanted_inputs = self._draw(n_fake), self._draw(batch + n_fake)
        real_images = _from_pixels(images)
        is_fake = ops.concatenate([ops.zeros((batch, 1)), ops.ones((n_fake, 1))])
        classes = ops.concatenate([labels, ops.zeros((n_fake, self.settings.n_classes))])
        seen_as = ops.concatenate([classes, is_fake], axis=1)
        wanted_as = ops.pad(wanted_inputs[1], ((0, 0), (0, 1)))

        def discriminator_loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            fake_images = _from_pixels(self.generator(fake_inputs, training=True))
            entropy = self._cross_entropy(ops.concatenate([real_images, fake_images]), seen_as)
            return entropy, {"discriminator": entropy}

        def generator_loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            entropy = self._cross_entropy(_from_pixels(self.generator(wanted_inputs, training=True)), wanted_as)
            return entropy, {"generator": entropy}

        return {
            **minimize(discriminator_loss, self.discriminator.trainable_variables, self.discriminator_optimizer),
            **minimize(generator_loss, self.decoder.trainable_variables, self.generator_optimizer),
        }

    def _draw(self, count: int) -> list[keras.KerasTensor]:
        latent = keras.random.normal((count, self.settings.latent_size), seed=self.noise)
        classes = keras.random.randint((count,), 0, self.settings.n_classes, seed=self.noise)
        return [latent, ops.one_hot(classes, self.settings.n_classes, dtype="float32")]

    def _cross_entropy(self, images: keras.KerasTensor, classes: keras.KerasTensor) -> keras.KerasTensor:
        logits = self.discriminator(images, training=True)
        return ops.mean(ops.categorical_crossentropy(classes, logits, from_logits=True))


class FlatDropout(layers.Dropout):
    """Dropout whose mask is drawn as one vector.

    XLA on a CPU takes ten times as long over random numbers drawn in the shape of a batch of maps.
    """

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Drop units in training."""
        if not training:
            return inputs
        drawn = keras.random.uniform((math.prod(inputs.shape),), seed=self.seed_generator)
        kept = ops.reshape(drawn, inputs.shape) >= self.rate
        return ops.where(kept, inputs / (1 - self.rate), 0)


def _from_pixels(images: keras.KerasTensor) -> keras.KerasTensor:
    return 2 * images - 1


def _root_of_covariance(latents: np.ndarray) -> np.ndarray:
    """Return a matrix R with Rᵀ R the covariance; a scarce class's is singular, so no Cholesky factor exists."""
    values, vectors = np.linalg.eigh(np.cov(latents, rowvar=False).reshape(2 * latents.shape[1:]))
    return np.sqrt(values.clip(min=0))[:, None] * vectors.T


def _build_decoder(settings: BAGANSettings, seeds: Sequence[int]) -> keras.Model:
    height, width, channels = settings.image_shape
    units, quarter, half, whole = settings.generator_widths

    def convolution(maps: int, size: int, **options: str) -> layers.Layer:
        initializer = keras.initializers.GlorotNormal(next(seeds))
        return layers.Conv2D(maps, size, padding="same", use_bias=False, kernel_initializer=initializer, **options)

    latent = keras.Input((settings.latent_size,), name="latent")
    hidden = latent
    for size in (units, quarter * (height // 4) * (width // 4)):
        initializer = keras.initializers.GlorotUniform(next(seeds))
        hidden = layers.Dense(size, activation="relu", use_bias=False, kernel_initializer=initializer)(hidden)
    hidden = layers.Reshape((height // 4, width // 4, quarter))(hidden)
    for maps in (half, whole):
        hidden = convolution(maps, 5, activation="relu")(layers.UpSampling2D(2)(hidden))
    image = convolution(channels, 2, activation="tanh", dtype="float32")(hidden)
    return keras.Model(latent, image, name="decoder")


def _build_generator(
    settings: BAGANSettings, decoder: keras.Model
) -> tuple[keras.Model, tuple[layers.Layer, layers.Layer]]:
    """Return (standard normal latent, one-hot label) → image in [0, 1], and the layers that hold means and roots.

    Looking up a class's mean and root are products with its one-hot code, so that the file needs nothing but
    Keras's own layers.
    """
    size = settings.latent_size
    latent = keras.Input((size,), name="latent")
    label = keras.Input((settings.n_classes,), name="label")
    means = layers.Dense(size, use_bias=False, kernel_initializer="zeros", trainable=False, name="class_means")
    roots = layers.Dense(size**2, use_bias=False, kernel_initializer="zeros", trainable=False, name="class_roots")
    root = layers.Reshape((size, size))(roots(label))
    placed = layers.Add()([means(label), layers.Dot(axes=(1, 1))([latent, root])])
    image = layers.Rescaling(0.5, 0.5, dtype="float32")(decoder(placed))
    return keras.Model([latent, label], image, name="generator"), (means, roots)


def _build_encoder(settings: BAGANSettings, seeds: Sequence[int]) -> tuple[keras.Model, keras.Model]:
    """Return image → latent vector and, on the same convolutions, image → logits of the classes and of "fake"."""
    image = keras.Input(settings.image_shape, name="image")
    hidden = image
    for maps, strides in zip(settings.encoder_widths, _ENCODER_STRIDES, strict=True):
        initializer = keras.initializers.GlorotUniform(next(seeds))
        hidden = layers.Conv2D(maps, 3, strides, "same", kernel_initializer=initializer)(hidden)
        hidden = layers.LeakyReLU(_LEAKY_SLOPE)(hidden)
        hidden = FlatDropout(_DROPOUT, seed=next(seeds))(hidden)
    features = layers.Flatten()(hidden)

    def head(units: int) -> keras.KerasTensor:
        initializer = keras.initializers.GlorotUniform(next(seeds))
        return layers.Dense(units, kernel_initializer=initializer, dtype="float32")(features)

    encoder = keras.Model(image, head(settings.latent_size), name="encoder")
    return encoder, keras.Model(image, head(settings.n_classes + 1), name="discriminator")
