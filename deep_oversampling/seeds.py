"""Seeds derived from the experiment's seed and the path of a run, never from global state."""

import hashlib

import numpy as np


def seed_for(experiment_seed: int, path: str) -> int:
    """Return the seed of one run.

    Runs may be reordered, added or executed in parallel without changing each other's
    random numbers, because a seed depends on nothing but its own path.

    Parameters
    ----------
    experiment_seed : int
        The config's ``seed``, at least 0.
    path : str
        Where the run stands in the grid, for example ``"skewed/mnist/3-4-5/320/0"``.

    Returns
    -------
    int
        In ``[0, 2**31)``, accepted as ``random_state`` by scikit-learn and as a seed by Keras.
    """
    path_words = np.frombuffer(hashlib.sha256(path.encode()).digest(), dtype="<u4")
    sequence = np.random.SeedSequence([experiment_seed, *path_words.tolist()])
    return int(sequence.generate_state(1)[0] >> 1)
