"""The backend Keras runs on: ``minimize`` and ``compile_epoch`` of the module that fits it."""

import keras

from deep_oversampling.errors import InputError

if keras.backend.backend() == "tensorflow":
    from deep_oversampling.training.backends.tensorflow import compile_epoch, minimize
elif keras.backend.backend() == "jax":
    from deep_oversampling.training.backends.jax import compile_epoch, minimize
else:
    raise InputError(
        f"Keras backend {keras.backend.backend()!r} can't train here; set KERAS_BACKEND to tensorflow or jax"
    )

__all__ = ["compile_epoch", "minimize"]
