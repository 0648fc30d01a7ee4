"""The floor of all training: a large single-precision matrix product."""

import time

import numpy as np

SIZE = 3072


def product() -> dict[str, float]:
    """Return the best of several products by numpy."""
    first, second = np.random.default_rng(0).random((2, SIZE, SIZE), dtype=np.float32)
    seconds = []
    for _ in range(8):
        start = time.perf_counter()
        first @ second
        seconds.append(time.perf_counter() - start)
    return {"gigaflops": 2 * SIZE**3 / min(seconds) / 1e9}
