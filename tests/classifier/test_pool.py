import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_sample_weight

from deep_oversampling.classifier.pool import TrainingPool, class_shares
from deep_oversampling.storage import ImageSet

N_CLASSES = 4


def grey_set(count, grey, label):
    return ImageSet(np.full((count, 2), grey, np.uint8), np.full(count, label, np.uint8))


@st.composite
def pools(draw):
    """A pool of one-pixel images and the rows of a training set."""
    size = draw(st.integers(1, 20))
    labels = np.array(draw(st.lists(st.integers(0, N_CLASSES - 1), min_size=size, max_size=size)), np.uint8)
    synthetic = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    rows = np.array(draw(st.permutations(range(size)))[: draw(st.integers(1, size))])
    return TrainingPool(np.zeros((size, 1), np.uint8), labels, synthetic), rows


def test_pool_is_the_sets_behind_each_other():
    pool = TrainingPool.join(grey_set(3, 255, 4), [grey_set(2, 51, 5), grey_set(0, 0, 0), grey_set(1, 7, 6)])
    np.testing.assert_array_equal(pool.images, np.repeat([255, 51, 7], [3, 2, 1])[:, None].repeat(2, axis=1))
    assert pool.images.dtype == np.uint8
    assert pool.labels.tolist() == [4, 4, 4, 5, 5, 6]
    assert pool.synthetic.tolist() == [False] * 3 + [True] * 3


def test_pool_of_real_images_alone_has_no_synthetic_one():
    assert not TrainingPool.join(grey_set(3, 255, 4), []).synthetic.any()


@given(drawn=pools())
def test_without_balance_every_class_weighs_one(drawn):
    pool, rows = drawn
    assert pool.class_weights(rows, N_CLASSES, balanced=False).tolist() == [1] * N_CLASSES


@given(drawn=pools())
def test_balanced_weights_are_scikit_learn_s(drawn):
    pool, rows = drawn
    weights = pool.class_weights(rows, N_CLASSES, balanced=True)
    assert weights.shape == (N_CLASSES,)
    np.testing.assert_allclose(weights[pool.labels[rows]], compute_sample_weight("balanced", pool.labels[rows]))


@given(drawn=pools())
def test_shares_are_the_frequencies_of_the_classes_in_the_real_images_of_the_training_set(drawn):
    pool, rows = drawn
    assume(not pool.synthetic[rows].all())
    real = [int(pool.labels[row]) for row in rows if not pool.synthetic[row]]
    expected = [real.count(label) / len(real) for label in range(N_CLASSES)]
    np.testing.assert_allclose(class_shares(pool, rows, N_CLASSES), expected)
