import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deep_oversampling.errors import InputError
from deep_oversampling.skewing import class_counts, skew
from deep_oversampling.storage import ImageSet


def whole_set(class_sizes, seed=0):
    """Images in mixed order; the first four pixels spell the position, so that no two images are equal."""
    labels = np.repeat(np.arange(len(class_sizes), dtype=np.uint8), class_sizes)
    np.random.default_rng(seed).shuffle(labels)
    positions = np.arange(len(labels), dtype=np.uint32)
    return ImageSet(positions[:, None].view(np.uint8), labels, positions)


WHOLE = whole_set([30, 25, 40])


@pytest.mark.parametrize(("ratio", "minority_count"), [(320, 10), (80, 40)])
@pytest.mark.parametrize("minority", [[0, 1, 2, 3, 4, 5, 9], [1, 2, 3, 4, 5], [3, 4, 5]])
def test_counts_are_the_papers(ratio, minority_count, minority):
    counts = class_counts(minority, 10, ratio, 3200)
    assert counts == {label: minority_count if label in minority else 3200 for label in range(10)}


def test_some_class_is_no_minority():
    with pytest.raises(InputError, match="leave at least one majority class"):
        class_counts(range(10), 10, 2, 100)


@given(n_classes=st.integers(1, 12), ratio=st.integers(2, 400), minority_count=st.integers(1, 100), data=st.data())
def test_the_ratio_is_exact(n_classes, ratio, minority_count, data):
    minority = data.draw(st.sets(st.integers(0, n_classes - 1), max_size=n_classes - 1))
    counts = class_counts(minority, n_classes, ratio, ratio * minority_count)
    assert list(counts) == list(range(n_classes))
    assert all(counts[label] == minority_count for label in minority)
    assert all(counts[label] == ratio * minority_count for label in set(counts) - minority)


@pytest.mark.parametrize(("ratio", "majority_count"), [(3, 400), (800, 400), (40, 39)])
def test_a_ratio_that_does_not_divide_is_refused(ratio, majority_count):
    with pytest.raises(InputError, match=f"ratio {ratio} does not divide the majority count {majority_count}"):
        class_counts([0], 10, ratio, majority_count)


@pytest.mark.parametrize("outside", [-1, 10])
def test_a_minority_class_that_is_not_there_is_refused(outside):
    with pytest.raises(InputError, match=f"minority class {outside} is outside the data set's classes 0 to 9"):
        class_counts([3, outside], 10, 2, 400)


@settings(max_examples=30)
@given(
    kept=st.tuples(*(st.integers(1, size) for size in np.bincount(WHOLE.labels).tolist())), seed=st.integers(0, 2**31)
)
def test_a_draw_is_without_replacement_and_leads_back_to_the_whole_set(kept, seed):
    counts = dict(enumerate(kept))
    skewed = skew(WHOLE, counts, seed)
    assert dict(enumerate(np.bincount(skewed.labels).tolist())) == counts
    assert len(set(skewed.source_index.tolist())) == len(skewed)
    np.testing.assert_array_equal(skewed.images, WHOLE.images[skewed.source_index])
    np.testing.assert_array_equal(skewed.labels, WHOLE.labels[skewed.source_index])
    np.testing.assert_array_equal(skewed.labels, np.sort(skewed.labels))
    assert [getattr(skewed, name).dtype for name in ("images", "labels", "source_index")] == ["u1", "u1", "u4"]


def test_positions_are_those_of_the_original_set_also_when_drawn_twice():
    once = skew(WHOLE, {0: 20, 1: 20, 2: 20}, seed=1)
    twice = skew(once, {0: 5, 1: 10, 2: 15}, seed=2)
    np.testing.assert_array_equal(twice.images, WHOLE.images[twice.source_index])
    assert set(twice.source_index.tolist()) < set(once.source_index.tolist())


def test_the_seed_alone_fixes_the_draw():
    counts = {0: 10, 1: 2, 2: 10}
    first = skew(WHOLE, counts, seed=5)
    np.random.seed(3)  # noqa: NPY002
    np.testing.assert_array_equal(skew(WHOLE, counts, seed=5).source_index, first.source_index)
    draws = {tuple(sorted(skew(WHOLE, counts, seed).source_index.tolist())) for seed in range(20)}
    assert len(draws) == 20


def test_every_image_can_be_drawn():
    drawn = [skew(WHOLE, {0: 1, 1: 5, 2: 20}, seed).source_index for seed in range(200)]
    counts = np.bincount(np.concatenate(drawn), minlength=len(WHOLE))
    for label, kept in ((0, 1), (1, 5), (2, 20)):
        of_class = counts[WHOLE.labels == label]
        expected = 200 * kept / len(of_class)
        assert of_class.sum() == 200 * kept
        assert of_class.min() > 0
        # Five binomial deviations.
        assert np.abs(of_class - expected).max() < 5 * np.sqrt(expected)


def test_a_class_may_be_kept_whole():
    skewed = skew(WHOLE, {0: 30, 1: 25, 2: 40}, seed=0)
    np.testing.assert_array_equal(np.sort(skewed.source_index), np.arange(95))


def test_the_whole_set_is_left_alone():
    before = WHOLE.images.copy()
    skew(WHOLE, {0: 1, 1: 1, 2: 1}, seed=0).images[:] = 0
    np.testing.assert_array_equal(WHOLE.images, before)


@pytest.mark.parametrize(("counts", "label", "available"), [({0: 5, 1: 26, 2: 5}, 1, 25), ({0: 5, 1: 5, 7: 1}, 7, 0)])
def test_more_images_than_there_are_are_refused(counts, label, available):
    with pytest.raises(InputError, match=f"class {label} has {available} images, fewer than the {counts[label]} asked"):
        skew(WHOLE, counts, seed=0)
