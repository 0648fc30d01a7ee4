"""p-values from permutations, the same in every run."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from scipy import stats

RESAMPLES = 9_999
"""Up to so many permutations all are tried, else so many random ones."""

_SEED = 2021


def permutation_p(
    samples: Sequence[np.ndarray],
    statistic: Callable[..., np.ndarray],
    permutation_type: Literal["samples", "pairings"],
    resamples: int = RESAMPLES,
) -> float:
    """Return how seldom permuted samples have a statistic as large as the samples' own.

    Parameters
    ----------
    samples, statistic, permutation_type
        As for :func:`scipy.stats.permutation_test`; the statistic is vectorised, and large against the null hypothesis.
    resamples : int
        As :data:`RESAMPLES`.

    Returns
    -------
    float
        The share of all permutations; of n random ones, (1 + those as large) / (1 + n).
    """
    result = stats.permutation_test(
        samples,
        statistic,
        permutation_type=permutation_type,
        alternative="greater",
        vectorized=True,
        n_resamples=resamples,
        random_state=np.random.default_rng(_SEED),
    )
    return float(result.pvalue)
