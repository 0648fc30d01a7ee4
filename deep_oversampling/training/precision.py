"""In which floating-point numbers networks compute."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def computing_in(policy: str) -> Iterator[None]:
    """Give the layers built inside the block a Keras dtype policy, for example ``"mixed_bfloat16"``."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
