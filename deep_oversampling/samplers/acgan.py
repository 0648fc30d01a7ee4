"""Oversampling with an auxiliary-classifier generative adversarial network."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from deep_oversampling.generators.auxiliary_classifier_gan import ACGANSettings, AuxiliaryClassifierGAN
from deep_oversampling.samplers.constraints import CONSTRAINTS
from deep_oversampling.samplers.deep import DeepOverSampler


class ACGAN(DeepOverSampler):
    """Draw the missing images from an auxiliary-classifier GAN (paper, section 3.1, Table 10).

    Parameters
    ----------
    sampling_strategy : str, dict or callable, default="auto"
        Which classes to bring to which count, as in imbalanced-learn.
    image_shape : tuple of int, default=(28, 28, 1)
        (height, width, channels) of an image; height and width divisible by 4.
    latent_size : int, default=62
        Length of the latent vector.
    widths : tuple of int, default=(64, 128, 1024)
        Maps of the two convolutions and units of the fully connected layer.
    classifier_units : int, default=128
        Units of the auxiliary classifier's hidden layer.
    generator_learning_rate : float, default=2e-4
        Of the generator's Adam.
    discriminator_learning_rate : float, default=1e-3
        Of the discriminator's Adam.
    classifier_learning_rate : float, default=1e-3
        Of the Adam that lowers the classification loss.
    beta_1 : float, default=0.5
        Adam's first decay rate.
    epochs : int, default=60
        Passes over the training set.
    batch_size : int, default=64
        Images a step.
    balance_first : bool, default=False
        Randomly oversample to balance before training: the paper's R-ACGAN.
    precision : {"float32", "mixed_bfloat16"}, default="float32"
        What networks compute in; their weights are float32 either way.
    random_state : int, RandomState instance or None, default=None
        Of initial weights, noise, order of images and drawn latent vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from deep_oversampling.samplers.acgan import ACGAN
    >>> X = np.random.default_rng(0).random((24, 64), dtype=np.float32)
    >>> y = np.repeat([0, 1], [20, 4])
    >>> sampler = ACGAN(image_shape=(8, 8, 1), widths=(2, 4, 8), epochs=1, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [20, 20]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS["ACGAN"]
    _model = AuxiliaryClassifierGAN
    _settings = ACGANSettings

    def __init__(
        self,
        *,
        sampling_strategy: str | dict = "auto",
        image_shape: Sequence[int] = (28, 28, 1),
        latent_size: int = 62,
        widths: Sequence[int] = (64, 128, 1024),
        classifier_units: int = 128,
        generator_learning_rate: float = 2e-4,
        discriminator_learning_rate: float = 1e-3,
        classifier_learning_rate: float = 1e-3,
        beta_1: float = 0.5,
        epochs: int = 60,
        batch_size: int = 64,
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
        self.widths = widths
        self.classifier_units = classifier_units
        self.generator_learning_rate = generator_learning_rate
        self.discriminator_learning_rate = discriminator_learning_rate
        self.classifier_learning_rate = classifier_learning_rate
        self.beta_1 = beta_1
