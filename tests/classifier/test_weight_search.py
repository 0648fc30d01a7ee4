import numpy as np
import pytest
from balanced_f1 import balanced_f1
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_metrics import CONFUSIONS, expand

from deep_oversampling.classifier.folds import PROTOCOLS
from deep_oversampling.classifier.metrics import scope_averages
from deep_oversampling.classifier.weight_search import SearchResult, SearchSettings, minority_f1

WEIGHTS = np.array([1.0, 6.4, 11.9, 50.0])


def test_best_mean_is_chosen():
    scores = np.array([[0.9, 0.1], [0.5, 0.6], [0.4, 0.4], [0.0, 1.0]])
    assert SearchResult(WEIGHTS, scores).chosen == 6.4


def test_smallest_of_equals_is_chosen():
    scores = np.array([[0.2, 0.2], [0.75, 0.25], [0.5, 0.5], [0.25, 0.75]])
    assert SearchResult(WEIGHTS, scores).chosen == 6.4


@given(scores=arrays(np.int64, (4, 2), elements=st.integers(0, 3)))
def test_no_candidate_is_better_than_the_chosen_one_and_no_smaller_one_as_good(scores):
    sums = dict(zip(WEIGHTS, scores.sum(axis=1), strict=True))
    chosen = SearchResult(WEIGHTS, scores).chosen
    assert all(total < sums[chosen] or (total == sums[chosen] and weight >= chosen) for weight, total in sums.items())


def test_default_candidates_and_folds_are_the_paper_s():
    np.testing.assert_array_equal(SearchSettings().weights, np.linspace(1, 50, 10))
    assert SearchSettings().folds == 2
    assert SearchSettings().repeats["paper"] == 1


def test_every_protocol_has_its_repeats():
    assert sorted(SearchSettings().repeats) == sorted(PROTOCOLS)


@pytest.mark.parametrize(("given", "other"), [({"leak_free": 3}, {"paper": 1}), ({"paper": 2}, {"leak_free": 5})])
def test_a_protocol_left_out_keeps_its_repeats(given, other):
    assert SearchSettings(repeats=given).repeats == given | other


@pytest.mark.parametrize(("number", "expected"), [(1, [2]), (2, [2, 8]), (4, [2, 4, 6, 8])])
def test_candidates_are_evenly_spaced(number, expected):
    np.testing.assert_allclose(SearchSettings(start=2, stop=8, number=number).weights, expected)


@given(confusion=CONFUSIONS, data=st.data())
def test_minority_f1_is_that_of_a_set_with_each_class_as_often(confusion, data):
    minority = sorted(data.draw(st.sets(st.sampled_from(range(len(confusion))), min_size=1)))
    true, predicted = expand(confusion)
    assert minority_f1(true, predicted, minority) == pytest.approx(balanced_f1(true, predicted, minority))


def test_minority_f1_of_a_balanced_set_is_that_of_the_scope_averages():
    confusion = np.array([[6, 0, 0], [1, 4, 1], [2, 0, 4]])
    expected = scope_averages(confusion, [1, 2])["minority"].f1
    assert minority_f1(*expand(confusion), [2, 1]) == expected
