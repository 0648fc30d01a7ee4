import numpy as np
import pytest

from deep_oversampling.statistics.permutations import permutation_p


def first_value(order, axis):
    return np.moveaxis(order, axis, -1)[..., 0]


def test_few_permutations_are_all_tried():
    assert permutation_p([np.arange(5)[::-1]], first_value, "pairings") == pytest.approx(1 / 5)


def test_of_many_permutations_some_are_tried_and_the_found_one_counts():
    p_value = permutation_p([np.arange(20)[::-1]], first_value, "pairings", 199)
    assert p_value * 200 == pytest.approx(round(p_value * 200))
    assert 1 / 200 <= p_value <= 0.15
    impossible = permutation_p([np.arange(20)], lambda order, axis: (np.diff(order) == 1).all(axis=axis), "pairings")
    assert impossible == pytest.approx(1 / 10_000)


def test_the_same_p_value_comes_out_every_time():
    sample = np.random.default_rng(0).random(20)
    assert permutation_p([sample], first_value, "pairings") == permutation_p([sample], first_value, "pairings")
