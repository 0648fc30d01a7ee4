"""A small balancing GAN and what its latent vectors become on the way to its decoder."""

import keras
import numpy as np
from keras import ops

from deep_oversampling.generators.balancing_gan import BAGANSettings, BalancingGAN

TINY = {
    "image_shape": (8, 8, 1),
    "n_classes": 3,
    "latent_size": 4,
    "generator_widths": (8, 4, 5, 3),
    "encoder_widths": (3, 4, 5, 6),
}


def build(seed, **settings):
    return BalancingGAN(BAGANSettings(**{**TINY, **settings}), seed)


def without_dropout(model):
    for layer in model.encoder.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return model


def placed(model, latent, codes):
    """What the decoder is given for standard normal latent vectors of the classes."""
    layer = next(layer for layer in model.generator.layers if isinstance(layer, keras.layers.Add))
    place = keras.Model(model.generator.inputs, layer.output)
    return ops.convert_to_numpy(place([ops.convert_to_tensor(each) for each in (latent, codes)]))


def unit_latents(size):
    """Vectors whose mean is exactly 0 and whose covariance is exactly the identity."""
    return (np.sqrt(size) * np.concatenate([np.eye(size), -np.eye(size)])).astype(np.float32)
