"""Small image sets whose classes can be told apart."""

import numpy as np

from deep_oversampling.storage import ImageSet


def image_set(counts, seed, noise=96, pixels=16):
    """Noisy copies of one pattern a class, so many of each."""
    patterns = np.random.default_rng(0).integers(256 - noise, size=(len(counts), pixels))
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.uint8)
    drawn = np.random.default_rng(seed).integers(noise, size=(len(labels), pixels))
    return ImageSet((patterns[labels] + drawn).astype(np.uint8), labels)


def without_images(like):
    """An empty set of images of the same size."""
    return ImageSet(like.images[:0], like.labels[:0])
