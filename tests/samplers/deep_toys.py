"""What the tests of the deep oversamplers share."""

from contextlib import contextmanager

import keras
import numpy as np

from deep_oversampling.provenance import Provenance
from deep_oversampling.samplers.acgan import ACGAN
from deep_oversampling.samplers.bagan import BAGAN
from deep_oversampling.samplers.cgan import CGAN
from deep_oversampling.samplers.cvae import CVAE

SHARED = {"image_shape": (8, 8, 1), "latent_size": 3, "epochs": 1, "batch_size": 12}
TINY = {
    CVAE: {**SHARED, "widths": (2, 4, 8)},
    CGAN: {**SHARED, "widths": (2, 4, 8)},
    ACGAN: {**SHARED, "widths": (2, 4, 8), "classifier_units": 5},
    BAGAN: {
        **SHARED,
        "generator_widths": (8, 4, 3, 2),
        "encoder_widths": (2, 3, 4, 5),
        "autoencoder_epochs": 2,
    },
}
PROVENANCE = Provenance("generator", {"dataset": "toy"}, seed=3, versions={"keras": "0"})
LABELS = np.repeat(np.array([7, 2, 5], np.uint8), 3)


@contextmanager
def eagerly():
    """Without compiling for each training, most of what a short one takes; elsewhere it is compiled."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def toy(dtype=np.uint8):
    """20 dark images of class 2, 4 bright ones of class 5 and 6 grey ones of class 7."""
    y = np.repeat(np.array([2, 5, 7], dtype), [20, 4, 6])
    means = np.repeat(np.array([0.05, 0.95, 0.5], np.float32), [20, 4, 6])
    noise = np.random.default_rng(0).uniform(-0.05, 0.05, (30, 64)).astype(np.float32)
    return means[:, None] + noise, y
