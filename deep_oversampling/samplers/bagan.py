"""Oversampling with a balancing generative adversarial network."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from deep_oversampling.generators.balancing_gan import BAGANSettings, BalancingGAN
from deep_oversampling.samplers.constraints import CONSTRAINTS
from deep_oversampling.samplers.deep import DeepOverSampler
from deep_oversampling.training.engine import Phase


class BAGAN(DeepOverSampler):
    """Draw the missing images from a balancing GAN (Mariani et al. 2018; paper, section 3.1).

    Parameters
    ----------
    sampling_strategy : str, dict or callable, default="auto"
        Which classes to bring to which count, as in imbalanced-learn.
    image_shape : tuple of int, default=(28, 28, 1)
        (height, width, channels) of an image; height and width divisible by 4.
    latent_size : int, default=100
        Length of the latent vector.
    generator_widths : tuple of int, default=(1024, 128, 256, 128)
        Units of the generator's first layer, maps at a quarter, at half and at the whole resolution.
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
    epochs : int, default=30
        Adversarial passes over the training set.
    autoencoder_epochs : int, default=30
        Passes over the training set as an autoencoder, before the adversarial ones.
    batch_size : int, default=128
        Images a step.
    balance_first : bool, default=False
        Randomly oversample to balance before training; the paper has no R-BAGAN.
    precision : {"float32", "mixed_bfloat16"}, default="float32"
        What networks compute in; their weights are float32 either way.
    random_state : int, RandomState instance or None, default=None
        Of initial weights, noise, order of images and drawn latent vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from deep_oversampling.samplers.bagan import BAGAN
    >>> X = np.random.default_rng(0).random((24, 64), dtype=np.float32)
    >>> y = np.repeat([0, 1], [20, 4])
    >>> sampler = BAGAN(image_shape=(8, 8, 1), latent_size=4, epochs=1, autoencoder_epochs=1, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [20, 20]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS["BAGAN"]
    _model = BalancingGAN
    _settings = BAGANSettings

    def __init__(
        self,
        *,
        sampling_strategy: str | dict = "auto",
        image_shape: Sequence[int] = (28, 28, 1),
        latent_size: int = 100,
        generator_widths: Sequence[int] = (1024, 128, 256, 128),
        encoder_widths: Sequence[int] = (32, 64, 128, 256),
        reconstruction_learning_rate: float = 5e-5,
        generator_learning_rate: float = 5e-5,
        discriminator_learning_rate: float = 5e-5,
        beta_1: float = 0.5,
        epochs: int = 30,
        autoencoder_epochs: int = 30,
        batch_size: int = 128,
        balance_first: bool = False,
        precision: str = "float32",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            image_shape=image_shape,
            latent_size=latent_size,
            epochs=epochs,
            batch_size=batch_size,
            balance_first=balance_first,
            precision=precision,
            random_state=random_state,
        )
        self.generator_widths = generator_widths
        self.encoder_widths = encoder_widths
        self.reconstruction_learning_rate = reconstruction_learning_rate
        self.generator_learning_rate = generator_learning_rate
        self.discriminator_learning_rate = discriminator_learning_rate
        self.beta_1 = beta_1
        self.autoencoder_epochs = autoencoder_epochs

    def _phases(self, model: BalancingGAN) -> list[Phase]:
        return [
            Phase("autoencoder", model.reconstruct, self.autoencoder_epochs),
            Phase("adversarial", model.step, self.epochs, prepare=model.learn_latents),
        ]
