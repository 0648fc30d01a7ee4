"""The conditional generative adversarial network (paper, section 3.1, Table 11)."""

from dataclasses import dataclass

import keras
from keras import layers

from deep_oversampling.generators.adversarial import draw_uniform_noise, fake_loss, real_loss
from deep_oversampling.generators.blocks import (
    Initializers,
    NetworkSettings,
    build_adam,
    build_decoder,
    draw_uniform_latent,
    image_features,
    one_hot_maps,
)
from deep_oversampling.training.backends import minimize


@dataclass(frozen=True)
class CGANSettings(NetworkSettings):
    """What fixes a conditional GAN; the defaults are the paper's.

    Parameters
    ----------
    generator_learning_rate : float, default=2e-4
        Of the generator's Adam.
    discriminator_learning_rate : float, default=1e-3
        Of the discriminator's Adam; the others are those of
        :class:`~deep_oversampling.generators.blocks.NetworkSettings`.
    """

    generator_learning_rate: float = 2e-4
    discriminator_learning_rate: float = 1e-3


class ConditionalGAN:
    """Generator and discriminator, both told the label.

    Parameters
    ----------
    settings : CGANSettings
    seed : int
        Of the initial weights and the training noise.
    """

    draw_latent = staticmethod(draw_uniform_latent)

    def __init__(self, settings: CGANSettings, seed: int) -> None:
        initializers = Initializers(seed)
        self.settings = settings
        self.generator, _ = build_decoder(
            settings.latent_size, settings.n_classes, settings.image_shape, settings.widths, initializers
        )
        self.discriminator = _build_discriminator(settings, initializers)
        self.noise = keras.random.SeedGenerator(seed)
        self.generator_optimizer = build_adam(
            settings.generator_learning_rate, settings.beta_1, self.generator.trainable_variables
        )
        self.discriminator_optimizer = build_adam(
            settings.discriminator_learning_rate, settings.beta_1, self.discriminator.trainable_variables
        )

    @property
    def variables(self) -> list[keras.Variable]:
        """All state that training changes."""
        return [
            *self.generator.variables,
            *self.discriminator.variables,
            *self.generator_optimizer.variables,
            *self.discriminator_optimizer.variables,
            self.noise.state,
        ]

    def step(self, images: keras.KerasTensor, labels: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        """Update the discriminator, then the generator, on the same noise.

        Parameters
        ----------
        images : tensor of shape (batch, height, width, channels)
            In [0, 1].
        labels : tensor of shape (batch, n_classes)
            One-hot; synthetic images are made for the same labels.

        Returns
        -------
        dict of str to tensor
            ``discriminator_real``, ``discriminator_fake`` and ``generator``, each in nats an image.
        """
        noise = draw_uniform_noise(labels, self.settings.latent_size, self.noise)

        def logit_of_fake() -> keras.KerasTensor:
            return self.discriminator([self.generator([noise, labels], training=True), labels], training=True)

        def discriminator_loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            real = real_loss(self.discriminator([images, labels], training=True))
            fake = fake_loss(logit_of_fake())
            return real + fake, {"discriminator_real": real, "discriminator_fake": fake}

        def generator_loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            loss = real_loss(logit_of_fake())
            return loss, {"generator": loss}

        return {
            **minimize(discriminator_loss, self.discriminator.trainable_variables, self.discriminator_optimizer),
            **minimize(generator_loss, self.generator.trainable_variables, self.generator_optimizer),
        }


def _build_discriminator(settings: CGANSettings, initializers: Initializers) -> keras.Model:
    """Return (image, one-hot label) → logit of being real; the table's sigmoid is in the losses."""
    image = keras.Input(settings.image_shape, name="image")
    label = keras.Input((settings.n_classes,), name="label")
    labelled = layers.Concatenate()([image, one_hot_maps(label, settings.image_shape)])
    features = image_features(labelled, settings.widths, initializers)
    logit = layers.Dense(1, kernel_initializer=initializers.dense(), dtype="float32")(features)
    return keras.Model([image, label], logit, name="discriminator")
