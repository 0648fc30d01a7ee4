import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import precision_recall_fscore_support

from deep_oversampling.classifier.metrics import (
    SCOPES,
    calibration_error,
    class_metrics,
    lift_percent,
    scope_averages,
)
from deep_oversampling.errors import InputError

CONFUSIONS = st.integers(2, 6).flatmap(lambda n: arrays(np.int64, (n, n), elements=st.integers(0, 9))).filter(np.any)


def expand(confusion):
    """The true and predicted labels that a confusion matrix counts."""
    true, predicted = np.indices(confusion.shape)
    return np.repeat(true.ravel(), confusion.ravel()), np.repeat(predicted.ravel(), confusion.ravel())


def reference(confusion, labels, average):
    true, predicted = expand(confusion)
    return precision_recall_fscore_support(true, predicted, labels=labels, average=average, zero_division=0)


@given(confusion=CONFUSIONS)
def test_each_class_is_as_in_scikit_learn(confusion):
    metrics = class_metrics(confusion)
    precision, recall, f1, support = reference(confusion, range(len(confusion)), None)
    np.testing.assert_allclose(metrics.precision, precision)
    np.testing.assert_allclose(metrics.recall, recall)
    np.testing.assert_allclose(metrics.f1, f1)
    np.testing.assert_array_equal(metrics.support, support)


@given(confusion=CONFUSIONS, data=st.data())
def test_each_scope_is_as_in_scikit_learn(confusion, data):
    labels = range(len(confusion))
    minority = data.draw(st.sets(st.sampled_from(labels)))
    majority = set(labels) - minority
    averages = scope_averages(confusion, minority)
    for scope, classes, average in (
        ("minority", minority, "weighted"),
        ("majority", majority, "weighted"),
        ("overall", set(labels), "macro"),
    ):
        if not classes:
            assert scope not in averages
            continue
        found = averages[scope]
        expected = reference(confusion, sorted(classes), average)[:3]
        np.testing.assert_allclose([found.precision, found.recall, found.f1], expected)


def test_small_case_by_hand():
    averages = scope_averages([[8, 0, 0], [1, 1, 0], [2, 0, 4]], minority=[1, 2])
    assert list(averages) == list(SCOPES)
    assert averages["minority"].recall == pytest.approx(5 / 8)
    assert averages["minority"].f1 == pytest.approx((2 * 2 / 3 + 6 * 8 / 10) / 8)
    assert averages["majority"].precision == pytest.approx(8 / 11)
    assert averages["overall"].recall == pytest.approx((1 + 1 / 2 + 2 / 3) / 3)


def test_scope_without_images_averages_to_zero():
    minority = scope_averages([[5, 0], [0, 0]], minority=[1])["minority"]
    assert (minority.precision, minority.recall, minority.f1) == (0, 0, 0)


def test_nested_arrays_are_a_matrix():
    rows = np.empty(2, dtype=object)
    rows[:] = [np.array([3, 1]), np.array([0, 2])]
    np.testing.assert_allclose(class_metrics(rows).recall, [3 / 4, 1])


@pytest.mark.parametrize("outside", [-1, 2])
def test_minority_class_outside_the_matrix_is_refused(outside):
    with pytest.raises(InputError, match=f"minority class {outside} is outside the scored classes 0 to 1"):
        scope_averages([[1, 0], [0, 1]], minority=[0, outside])


def test_lift():
    assert lift_percent(0.837, 0.780) == pytest.approx(7.3077, abs=1e-4)
    assert lift_percent(0.4, 0.5) == pytest.approx(-20)
    assert lift_percent(0.5, 0.5) == 0
    assert math.isnan(lift_percent(0.5, 0.0))
    assert math.isnan(lift_percent(0.5, math.nan))


PARTS = 64
CONFIDENT = st.lists(
    st.tuples(st.integers(0, PARTS), st.booleans()).filter(lambda image: image[0] >= PARTS // 2), min_size=1
)


@given(images=CONFIDENT, bins=st.sampled_from([1, 4, 15]))
def test_calibration_error_is_that_of_a_plain_loop(images, bins):
    """Of two classes, in 64ths, whose place among the bins whole numbers tell exactly."""
    chances = np.array([(chance, PARTS - chance) for chance, _ in images]) / PARTS
    labels = np.array([0 if right else 1 for _, right in images])
    total = 0
    for number in range(bins):
        members = [
            (chance, right) for chance, right in images if number * PARTS < chance * bins <= (number + 1) * PARTS
        ]
        if members:
            accuracy = sum(right for _, right in members) / len(members)
            confidence = sum(chance for chance, _ in members) / PARTS / len(members)
            total += len(members) / len(images) * abs(accuracy - confidence)
    assert calibration_error(chances, labels, bins) == pytest.approx(total, abs=1e-12)


def test_calibration_error_of_many_classes_is_of_the_chosen_one():
    chances = np.array([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]])
    assert calibration_error(chances, np.array([0, 1])) == pytest.approx((0.5 + 0.6) / 2)


def test_perfectly_calibrated_bins_have_no_error():
    chances = np.repeat([[0.75, 0.25], [0.5, 0.5], [1, 0]], [4, 2, 3], axis=0)
    assert calibration_error(chances, np.array([0, 0, 0, 1, 0, 1, 0, 0, 0])) == pytest.approx(0)


def test_always_sure_and_always_wrong_is_as_bad_as_can_be():
    assert calibration_error(np.eye(3)[[0, 1, 2]], np.array([1, 2, 0])) == 1


def test_always_sure_and_always_right_has_no_error():
    assert calibration_error(np.eye(3, dtype=np.float32)[[0, 1, 2]], np.arange(3)) == 0


def test_errors_of_one_bin_cancel_out_and_those_of_two_do_not():
    chances = np.array([[0.9, 0.1], [0.6, 0.4]])
    labels = np.array([0, 1])
    assert calibration_error(chances, labels, bins=1) == pytest.approx(0.25)
    assert calibration_error(chances, labels) == pytest.approx((0.1 + 0.6) / 2)


@given(seed=st.integers(0, 99), n_classes=st.integers(2, 6))
def test_calibration_error_is_between_0_and_1(seed, n_classes):
    generator = np.random.default_rng(seed)
    chances = generator.dirichlet(np.ones(n_classes), size=30).astype(np.float32)
    assert 0 <= calibration_error(chances, generator.integers(n_classes, size=30)) <= 1
