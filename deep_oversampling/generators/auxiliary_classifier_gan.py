"""The auxiliary-classifier generative adversarial network (paper, section 3.1, Table 10)."""

from dataclasses import dataclass

import keras
from keras import layers, ops

from deep_oversampling.generators.adversarial import draw_uniform_noise, fake_loss, real_loss
from deep_oversampling.generators.blocks import (
    LEAKY_SLOPE,
    Initializers,
    NetworkSettings,
    batch_normalization,
    build_adam,
    build_decoder,
    draw_uniform_latent,
    image_features,
)
from deep_oversampling.training.backends import minimize


@dataclass(frozen=True)
class ACGANSettings(NetworkSettings):
    """What fixes an auxiliary-classifier GAN; the defaults are the paper's.

    Parameters
    ----------
    generator_learning_rate : float, default=2e-4
        Of the generator's Adam.
    discriminator_learning_rate : float, default=1e-3
        Of the discriminator's Adam.
    classifier_learning_rate : float, default=1e-3
        Of the Adam that lowers the classification loss.
    classifier_units : int, default=128
        Units of the auxiliary classifier's hidden layer; the others are those of
        :class:`~deep_oversampling.generators.blocks.NetworkSettings`.
    """

    generator_learning_rate: float = 2e-4
    discriminator_learning_rate: float = 1e-3
    classifier_learning_rate: float = 1e-3
    classifier_units: int = 128


class AuxiliaryClassifierGAN:
    """A generator told the label, and a discriminator that sees the image alone and also names its class.

    Parameters
    ----------
    settings : ACGANSettings
    seed : int
        Of the initial weights and the training noise.
    """

    draw_latent = staticmethod(draw_uniform_latent)

    def __init__(self, settings: ACGANSettings, seed: int) -> None:
        initializers = Initializers(seed)
        self.settings = settings
        self.generator, _ = build_decoder(
            settings.latent_size, settings.n_classes, settings.image_shape, settings.widths, initializers
        )
        self.features, self.discriminator = _build_discriminator(settings, initializers)
        self.classifier = _build_classifier(settings, initializers)
        self.noise = keras.random.SeedGenerator(seed)
        self.generator_optimizer = build_adam(
            settings.generator_learning_rate, settings.beta_1, self.generator.trainable_variables
        )
        self.discriminator_optimizer = build_adam(
            settings.discriminator_learning_rate, settings.beta_1, self.discriminator.trainable_variables
        )
        self.classifier_optimizer = build_adam(
            settings.classifier_learning_rate, settings.beta_1, self._trained_by_classification
        )

    @property
    def _trained_by_classification(self) -> list[keras.Variable]:
        networks = (self.generator, self.features, self.classifier)
        return [variable for network in networks for variable in network.trainable_variables]

    @property
    def variables(self) -> list[keras.Variable]:
        """All state that training changes."""
        return [
            *self.generator.variables,
            *self.discriminator.variables,
            *self.classifier.variables,
            *self.generator_optimizer.variables,
            *self.discriminator_optimizer.variables,
            *self.classifier_optimizer.variables,
            self.noise.state,
        ]

    def step(self, images: keras.KerasTensor, labels: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        """Update the discriminator, then the generator, then all by the classification loss, on the same noise.

        Parameters
        ----------
        images : tensor of shape (batch, height, width, channels)
            In [0, 1].
        labels : tensor of shape (batch, n_classes)
            One-hot; synthetic images are made for the same labels.

        Returns
        -------
        dict of str to tensor
            ``discriminator_real``, ``discriminator_fake``, ``generator``, ``classifier_real`` and
            ``classifier_fake``, each in nats an image.
        """
        noise = draw_uniform_noise(labels, self.settings.latent_size, self.noise)

        def generated() -> keras.KerasTensor:
            return self.generator([noise, labels], training=True)

        def discriminator_loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            real = real_loss(self.discriminator(images, training=True))
            fake = fake_loss(self.discriminator(generated(), training=True))
            return real + fake, {"discriminator_real": real, "discriminator_fake": fake}

        def generator_loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            loss = real_loss(self.discriminator(generated(), training=True))
            return loss, {"generator": loss}

        def classification_loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            real = self._cross_entropy(images, labels)
            fake = self._cross_entropy(generated(), labels)
            return real + fake, {"classifier_real": real, "classifier_fake": fake}

        return {
            **minimize(discriminator_loss, self.discriminator.trainable_variables, self.discriminator_optimizer),
            **minimize(generator_loss, self.generator.trainable_variables, self.generator_optimizer),
            **minimize(classification_loss, self._trained_by_classification, self.classifier_optimizer),
        }

    def _cross_entropy(self, images: keras.KerasTensor, labels: keras.KerasTensor) -> keras.KerasTensor:
        logits = self.classifier(self.features(images, training=True), training=True)
        return ops.mean(ops.categorical_crossentropy(labels, logits, from_logits=True))


def _build_discriminator(settings: ACGANSettings, initializers: Initializers) -> tuple[keras.Model, keras.Model]:
    """Return image → features and, on the same weights, image → logit of being real."""
    image = keras.Input(settings.image_shape, name="image")
    features = image_features(image, settings.widths, initializers)
    logit = layers.Dense(1, kernel_initializer=initializers.dense(), dtype="float32")(features)
    return keras.Model(image, features, name="features"), keras.Model(image, logit, name="discriminator")


def _build_classifier(settings: ACGANSettings, initializers: Initializers) -> keras.Model:
    """Return features → class logits; the table's softmax is in the loss."""
    features = keras.Input((settings.widths[2],), name="features")
    hidden = layers.Dense(settings.classifier_units, kernel_initializer=initializers.dense())(features)
    hidden = layers.LeakyReLU(LEAKY_SLOPE)(batch_normalization()(hidden))
    logits = layers.Dense(settings.n_classes, kernel_initializer=initializers.dense(), dtype="float32")(hidden)
    return keras.Model(features, logits, name="classifier")
