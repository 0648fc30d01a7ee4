"""The conditional variational autoencoder (paper, section 3.2, Eq. (3), Table 13)."""

from dataclasses import dataclass

import keras
from keras import layers, ops

from deep_oversampling.generators.blocks import (
    Initializers,
    NetworkSettings,
    bernoulli_negative_log_likelihood,
    build_adam,
    build_decoder,
    draw_normal_latent,
    image_features,
    one_hot_maps,
)
from deep_oversampling.training.backends import minimize


@dataclass(frozen=True)
class CVAESettings(NetworkSettings):
    """What fixes a conditional VAE; the defaults are the paper's.

    Parameters
    ----------
    learning_rate : float, default=1e-3
        Of Adam; the others are those of :class:`~deep_oversampling.generators.blocks.NetworkSettings`.
    """

    learning_rate: float = 1e-3


class ConditionalVAE:
    """Encoder q(z|x, y) and decoder p(x|z, y), trained to maximise the bound of Eq. (3).

    Parameters
    ----------
    settings : CVAESettings
    seed : int
        Of the initial weights and the training noise.
    """

    draw_latent = staticmethod(draw_normal_latent)

    def __init__(self, settings: CVAESettings, seed: int) -> None:
        initializers = Initializers(seed)
        self.settings = settings
        self.encoder = _build_encoder(settings, initializers)
        self.decoder, self._logits = build_decoder(
            settings.latent_size, settings.n_classes, settings.image_shape, settings.widths, initializers
        )
        self.noise = keras.random.SeedGenerator(seed)
        self.optimizer = build_adam(settings.learning_rate, settings.beta_1, self._trainable)

    @property
    def generator(self) -> keras.Model:
        """What images are drawn from: the decoder."""
        return self.decoder

    @property
    def _trainable(self) -> list[keras.Variable]:
        return self.encoder.trainable_variables + self.decoder.trainable_variables

    @property
    def variables(self) -> list[keras.Variable]:
        """All state that training changes."""
        return [*self.encoder.variables, *self.decoder.variables, *self.optimizer.variables, self.noise.state]

    def step(self, images: keras.KerasTensor, labels: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        """Take one optimiser step.

        Parameters
        ----------
        images : tensor of shape (batch, height, width, channels)
            In [0, 1].
        labels : tensor of shape (batch, n_classes)
            One-hot.

        Returns
        -------
        dict of str to tensor
            ``loss``, ``reconstruction`` and ``divergence``, each in nats an image.
        """

        def loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            mean, deviation = ops.split(self.encoder([images, labels], training=True), 2, axis=-1)
            deviation = ops.softplus(deviation) + 1e-6
            latent = mean + deviation * keras.random.normal(ops.shape(mean), seed=self.noise)
            logit = self._logits([latent, labels], training=True)
            reconstruction = ops.mean(bernoulli_negative_log_likelihood(images, logit))
            divergence = ops.mean(_divergence_from_standard_normal(mean, deviation))
            total = reconstruction + divergence
            return total, {"loss": total, "reconstruction": reconstruction, "divergence": divergence}

        return minimize(loss, self._trainable, self.optimizer)


def _divergence_from_standard_normal(mean: keras.KerasTensor, deviation: keras.KerasTensor) -> keras.KerasTensor:
    return 0.5 * ops.sum(ops.square(mean) + ops.square(deviation) - 2 * ops.log(deviation) - 1, axis=-1)


def _build_encoder(settings: CVAESettings, initializers: Initializers) -> keras.Model:
    image = keras.Input(settings.image_shape, name="image")
    label = keras.Input((settings.n_classes,), name="label")
    labelled = layers.Concatenate()([image, one_hot_maps(label, settings.image_shape)])
    features = image_features(labelled, settings.widths, initializers)
    moments = layers.Dense(2 * settings.latent_size, kernel_initializer=initializers.dense(), dtype="float32")(features)
    return keras.Model([image, label], moments, name="encoder")
