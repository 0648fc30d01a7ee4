"""Oversampling with a conditional variational autoencoder."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from deep_oversampling.generators.conditional_vae import ConditionalVAE, CVAESettings
from deep_oversampling.samplers.constraints import CONSTRAINTS
from deep_oversampling.samplers.deep import DeepOverSampler


class CVAE(DeepOverSampler):
    """Draw the missing images from a conditional variational autoencoder (paper, section 3.2, Table 13).

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
    learning_rate : float, default=1e-3
        Of Adam.
    beta_1 : float, default=0.5
        Adam's first decay rate.
    epochs : int, default=300
        Passes over the training set; the paper takes 125 with ``balance_first``.
    batch_size : int, default=64
        Images a step.
    balance_first : bool, default=False
        Randomly oversample to balance before training: the paper's R-CVAE.
    precision : {"float32", "mixed_bfloat16"}, default="float32"
        What networks compute in; their weights are float32 either way.
    random_state : int, RandomState instance or None, default=None
        Of initial weights, noise, order of images and drawn latent vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from deep_oversampling.samplers.cvae import CVAE
    >>> X = np.random.default_rng(0).random((24, 64), dtype=np.float32)
    >>> y = np.repeat([0, 1], [20, 4])
    >>> sampler = CVAE(image_shape=(8, 8, 1), widths=(2, 4, 8), epochs=1, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [20, 20]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS["CVAE"]
    _model = ConditionalVAE
    _settings = CVAESettings

    def __init__(
        self,
        *,
        sampling_strategy: str | dict = "auto",
        image_shape: Sequence[int] = (28, 28, 1),
        latent_size: int = 62,
        widths: Sequence[int] = (64, 128, 1024),
        learning_rate: float = 1e-3,
        beta_1: float = 0.5,
        epochs: int = 300,
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
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
