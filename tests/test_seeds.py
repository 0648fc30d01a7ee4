import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils import check_random_state

from deep_oversampling.seeds import seed_for

EXPERIMENT_SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(
    ("experiment_seed", "path", "expected"),
    [
        (2021, "skewed/mnist/3-4-5/320/0", 1253708129),
        (0, "", 198252741),
        (4294967295, "generators/fashion-mnist/3-4-5/80/4/R-CVAE", 1879310131),
    ],
)
def test_seeds_are_the_same_for_ever(experiment_seed, path, expected):
    assert seed_for(experiment_seed, path) == expected


@given(experiment_seed=EXPERIMENT_SEEDS, path=st.text())
def test_a_seed_is_accepted_by_every_library(experiment_seed, path):
    seed = seed_for(experiment_seed, path)
    assert type(seed) is int
    assert 0 <= seed < 2**31
    check_random_state(seed)
    np.random.default_rng(seed)


def test_every_run_and_experiment_has_a_seed_of_its_own():
    paths = [f"skewed/mnist/3-4-5/{ratio}/{replicate}" for ratio in range(100) for replicate in range(100)]
    seeds = {seed_for(2021, path) for path in paths}
    # Of 10,000 random numbers below 2**31, a fortieth of a pair is expected to be equal.
    assert len(seeds) >= len(paths) - 1
    assert len({seed_for(experiment_seed, paths[0]) for experiment_seed in range(1000)}) == 1000


def test_seeds_are_spread_evenly():
    seeds = np.array([seed_for(0, str(number)) for number in range(4000)])
    counts = np.histogram(seeds, bins=8, range=(0, 2**31))[0]
    # Binomial with mean 500 and deviation 21.
    assert np.abs(counts - 500).max() < 110


@given(experiment_seed=EXPERIMENT_SEEDS, path=st.text())
def test_global_state_is_neither_read_nor_changed(experiment_seed, path):
    random.seed(1)
    before = seed_for(experiment_seed, path)
    random.seed(2)
    state = random.getstate()
    legacy = np.random.get_state()  # noqa: NPY002
    assert seed_for(experiment_seed, path) == before
    assert random.getstate() == state
    np.testing.assert_equal(np.random.get_state(), legacy)  # noqa: NPY002
