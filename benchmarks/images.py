"""What the measurements train on: noise, since speed and memory don't depend on what is seen."""

import numpy as np


def labelled_images(n_images: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images of shape (n_images, 28, 28, 1) in [0, 1] and one-hot labels of ten classes, both float32."""
    generator = np.random.default_rng(0)
    labels = np.eye(10, dtype=np.float32)[generator.integers(10, size=n_images)]
    return generator.random((n_images, 28, 28, 1), dtype=np.float32), labels
