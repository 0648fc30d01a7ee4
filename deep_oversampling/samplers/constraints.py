"""Which values the parameters of the deep oversamplers may have; told without a deep-learning library."""

from numbers import Integral, Real
from typing import Any

from imblearn.over_sampling.base import BaseOverSampler
from sklearn.utils._param_validation import Interval, StrOptions

_MOST_STEPS = 10**6
"""Largest number of epochs, and of images a step."""
_LARGEST = 65536
"""Largest size of anything in a network: beyond what fits into memory."""
_FASTEST = 1e38
"""Largest learning rate, about what 32 bits hold."""


class Number(Interval):
    """A range of numbers, of which a truth value is none."""

    def is_satisfied_by(self, value: Any) -> bool:
        """Return whether a value is a number in the range."""
        return not isinstance(value, bool) and super().is_satisfied_by(value)


class Sizes(Number):
    """As many whole numbers as there are factors, each a positive multiple of its own.

    Parameters
    ----------
    *factors : int
    """

    def __init__(self, *factors: int) -> None:
        super().__init__(Integral, 1, _LARGEST, closed="both")
        self.factors = factors

    def is_satisfied_by(self, value: Any) -> bool:
        """Return whether a value is a list or tuple of such numbers."""
        if not isinstance(value, tuple | list) or len(value) != len(self.factors):
            return False
        return all(map(super().is_satisfied_by, value)) and not any(
            size % factor for size, factor in zip(value, self.factors, strict=True)
        )

    def __str__(self) -> str:
        return f"{len(self.factors)} whole numbers, positive multiples of {self.factors} up to {_LARGEST}"


_SIZE = [Number(Integral, 1, _LARGEST, closed="both")]
_EPOCHS = [Number(Integral, 1, _MOST_STEPS, closed="both")]
_RATE = [Number(Real, 0, _FASTEST, closed="right")]
_ADVERSARIAL = {"generator_learning_rate": _RATE, "discriminator_learning_rate": _RATE}
_CONVOLUTIONAL = {"widths": [Sizes(1, 1, 1)]}

SHARED: dict[str, list[Any]] = {
    **BaseOverSampler._parameter_constraints,
    "image_shape": [Sizes(4, 4, 1)],
    "epochs": _EPOCHS,
    "batch_size": [Number(Integral, 2, _MOST_STEPS, closed="both")],
    "latent_size": _SIZE,
    "beta_1": [Number(Real, 0, 1, closed="left")],
    "balance_first": ["boolean"],
    "precision": [StrOptions({"float32", "mixed_bfloat16"})],
    "random_state": ["random_state"],
}
"""What all have, in scikit-learn's terms."""

CONSTRAINTS: dict[str, dict[str, list[Any]]] = {
    "CVAE": {**SHARED, **_CONVOLUTIONAL, "learning_rate": _RATE},
    "CGAN": {**SHARED, **_CONVOLUTIONAL, **_ADVERSARIAL},
    "ACGAN": {
        **SHARED,
        **_CONVOLUTIONAL,
        **_ADVERSARIAL,
        "classifier_units": _SIZE,
        "classifier_learning_rate": _RATE,
    },
    "BAGAN": {
        **SHARED,
        **_ADVERSARIAL,
        "generator_widths": [Sizes(1, 1, 1, 1)],
        "encoder_widths": [Sizes(1, 1, 1, 1)],
        "reconstruction_learning_rate": _RATE,
        "autoencoder_epochs": _EPOCHS,
    },
}
"""The parameters of each deep oversampler, by the name of its class."""
