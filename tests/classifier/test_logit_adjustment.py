import numpy as np
import pytest
from balanced_f1 import balanced_f1
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from deep_oversampling.classifier.logit_adjustment import STRENGTHS, adjust, tune_strength

N_CLASSES = 3


@st.composite
def distributions(draw, rows):
    drawn = draw(
        st.lists(st.lists(st.floats(0.01, 1), min_size=N_CLASSES, max_size=N_CLASSES), min_size=rows, max_size=rows)
    )
    return np.array(drawn) / np.sum(drawn, axis=1, keepdims=True)


@given(probabilities=distributions(4), shares=distributions(1))
def test_strength_0_leaves_probabilities_as_they_are(probabilities, shares):
    np.testing.assert_allclose(adjust(probabilities, shares[0], 0), probabilities)


def test_strength_0_keeps_equal_probabilities_equal():
    """Of ten trees' votes many are the same, and the ranking metrics count ties."""
    votes = np.random.default_rng(0).multinomial(10, [0.5, 0.3, 0.2], size=200) / 10
    np.testing.assert_array_equal(adjust(votes, np.array([0.9, 0.09, 0.01]), 0), votes)


@given(likelihoods=distributions(4), shares=distributions(1))
def test_strength_1_gives_bayes_rule_under_equal_priors(likelihoods, shares):
    joint = likelihoods * shares
    calibrated = joint / joint.sum(axis=1, keepdims=True)
    expected = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(adjust(calibrated, shares[0], 1), expected)


@given(probabilities=distributions(4), shares=distributions(1), strength=st.floats(0, 2))
def test_probabilities_are_divided_by_the_shares_to_the_strength(probabilities, shares, strength):
    expected = probabilities / shares**strength
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(adjust(probabilities, shares[0], strength), expected)


@given(
    impossible=arrays(bool, (4, N_CLASSES)).filter(lambda drawn: not drawn.all(axis=1).any()),
    shares=distributions(1),
    strength=st.floats(0, 100),
)
def test_rows_sum_to_1_even_where_a_class_is_impossible(impossible, shares, strength):
    probabilities = (~impossible / (~impossible).sum(axis=1, keepdims=True)).astype(np.float32)
    adjusted = adjust(probabilities, shares[0], strength)
    assert (adjusted >= 0).all()
    np.testing.assert_allclose(adjusted.sum(axis=1), 1)


def test_rarer_classes_are_chosen_more_often_the_stronger_it_is():
    probabilities = np.random.default_rng(0).dirichlet([6, 2, 1], size=200)
    shares = np.array([0.7, 0.2, 0.1])
    chosen = [(adjust(probabilities, shares, strength).argmax(axis=1) == 2).sum() for strength in (0, 0.5, 1, 2)]
    assert sorted(chosen) == chosen
    assert chosen[0] < chosen[-1]


def test_candidates_go_from_none_to_five_times_by_tenths():
    assert STRENGTHS.tolist() == [number / 10 for number in range(51)]


@pytest.fixture
def held_out():
    """Two folds of a classifier that overlooks class 2, each with other shares."""
    generator = np.random.default_rng(1)
    folds = []
    for shares in ([0.6, 0.3, 0.1], [0.5, 0.35, 0.15]):
        labels = generator.choice(N_CLASSES, size=60, p=shares)
        evidence = generator.dirichlet([1, 1, 1], size=60) + 0.8 * np.eye(N_CLASSES)[labels]
        joint = evidence * shares
        folds.append((joint / joint.sum(axis=1, keepdims=True), np.array(shares), labels))
    return folds


def test_best_mean_is_chosen_and_every_score_is_kept(held_out):
    strength, scores = tune_strength(held_out, [1, 2])
    expected = [
        [
            balanced_f1(labels, (probabilities / shares**candidate).argmax(axis=1), [1, 2])
            for probabilities, shares, labels in held_out
        ]
        for candidate in STRENGTHS
    ]
    np.testing.assert_allclose(scores, expected)
    means = np.mean(expected, axis=1)
    assert means[STRENGTHS.tolist().index(strength)] == means.max()
    assert strength > 0
    assert means[0] < means.max()


def test_smallest_of_equals_is_chosen():
    certain = np.eye(N_CLASSES)[[0, 1, 2]]
    strength, scores = tune_strength([(certain, np.full(N_CLASSES, 1 / 3), np.arange(3))], [2])
    assert strength == 0
    np.testing.assert_array_equal(scores, 1)


def test_smallest_strength_that_helps_is_chosen():
    probabilities, shares = np.array([[0.6, 0.4]]), np.array([0.8, 0.2])
    strength, scores = tune_strength([(probabilities, shares, np.array([1]))], [1])
    # 0.4 / 0.2**t passes 0.6 / 0.8**t at t = log 1.5 / log 4.
    assert strength == pytest.approx(0.3)
    np.testing.assert_array_equal(scores[:, 0], [0] * 3 + [1] * 48)


@pytest.mark.parametrize("sureness", [1, 3])
def test_a_classifier_is_adjusted_for_classes_that_are_equally_frequent(sureness):
    """At 1 it says what Bayes' rule gives; three times as sure, it takes three times as much."""
    generator = np.random.default_rng(0)
    shares = np.array([0.99, 0.01])
    labels = generator.choice(2, size=40_000, p=shares)
    joint = (norm.pdf(generator.normal(2 * labels)[:, None], loc=[0, 2]) * shares) ** sureness
    strength, _ = tune_strength([(joint / joint.sum(axis=1, keepdims=True), shares, labels)], [1])
    assert strength == pytest.approx(sureness, abs=0.15 * sureness)
