from collections import Counter
from functools import partial

import numpy as np
import pytest

from deep_oversampling.classifier.folds import fold_augmented, fold_real
from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet

COUNTS = (13, 11, 7)
N_REAL = sum(COUNTS)
N_ADDED = 8


def numbered(numbers, labels):
    """Images whose pixels spell a number, so that each can be told wherever it turns up."""
    pixels = np.stack([np.asarray(numbers) // 256, np.asarray(numbers) % 256], axis=1)
    return ImageSet(pixels.astype(np.uint8), np.asarray(labels, np.uint8))


def numbers_of(images):
    return (images[:, 0].astype(int) * 256 + images[:, 1]).tolist()


REAL = numbered(np.arange(N_REAL), np.repeat(range(3), COUNTS))
SYNTHETIC = numbered(1000 + np.arange(N_ADDED), [1, 1] + [2] * 6)
LABEL_OF = dict(
    zip(numbers_of(REAL.images) + numbers_of(SYNTHETIC.images), [*REAL.labels, *SYNTHETIC.labels], strict=True)
)


class Oversampler:
    """Adds other images to every training fold, and keeps what it was given and gave."""

    def __init__(self):
        self.given, self.added = [], []

    def __call__(self, training, fold):
        assert fold == len(self.given)
        self.given.append(training)
        numbers = 2000 + 100 * fold + np.arange(5 + fold)
        self.added.append(numbers.tolist())
        return numbered(numbers, np.full(len(numbers), 2)), [f"fold {fold}: changed"]


def fold(protocol, *, folds=2, repeats=1, seed=0):
    if protocol == "paper":
        return fold_augmented(REAL, SYNTHETIC, folds, repeats, seed)
    return fold_real(REAL, Oversampler(), folds, repeats, seed)


def validation_parts(found):
    return [numbers_of(found.pool.images[split.validation]) for split in found.splits]


def training_parts(found):
    return [numbers_of(found.pool.images[split.training]) for split in found.splits]


def assert_stratified_parts(parts, everything):
    """The parts hold each image once, and of each class as many as the others, give or take one."""
    assert sorted(number for part in parts for number in part) == sorted(everything)
    counts = np.array([np.bincount([LABEL_OF[number] for number in part], minlength=3) for part in parts])
    assert np.ptp(counts, axis=0).max() <= 1


@pytest.mark.parametrize("folds", [2, 3])
def test_paper_folds_the_augmented_set(folds):
    found = fold("paper", folds=folds)
    parts = validation_parts(found)
    assert_stratified_parts(parts, LABEL_OF)
    for training, part in zip(training_parts(found), parts, strict=True):
        assert sorted(training) == sorted(set(LABEL_OF) - set(part))
    assert all(found.pool.synthetic[split.validation].any() for split in found.splits)
    assert set(numbers_of(found.pool.images[found.pool.synthetic])) == set(numbers_of(SYNTHETIC.images))
    assert found.notes == []


@pytest.mark.parametrize(("folds", "repeats"), [(2, 1), (3, 1), (2, 3)])
def test_leak_free_validates_on_real_images_the_oversampler_never_saw(folds, repeats):
    oversampler = Oversampler()
    found = fold_real(REAL, oversampler, folds, repeats, seed=0)
    assert len(oversampler.given) == folds * repeats
    parts = zip(
        oversampler.given, oversampler.added, training_parts(found), validation_parts(found), found.splits, strict=True
    )
    for given, added, training, part, split in parts:
        seen = numbers_of(given.images)
        assert sorted(seen) == sorted(set(range(N_REAL)) - set(part))
        assert given.labels.tolist() == [LABEL_OF[number] for number in seen]
        assert sorted(training) == sorted(seen + added)
        assert not found.pool.synthetic[split.validation].any()
        assert sorted(numbers_of(found.pool.images[split.training][found.pool.synthetic[split.training]])) == added
        labels = dict(zip(training, found.pool.labels[split.training], strict=True))
        assert all(labels[number] == LABEL_OF.get(number, 2) for number in training)


def test_notes_are_kept_in_the_order_of_the_folds():
    found = fold("leak_free", folds=2, repeats=2)
    assert found.notes == [f"fold {number}: changed" for number in range(4)]


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
@pytest.mark.parametrize(("folds", "repeats"), [(2, 1), (2, 4), (3, 2)])
def test_every_image_is_validated_once_a_repeat(protocol, folds, repeats):
    parts = validation_parts(fold(protocol, folds=folds, repeats=repeats))
    everything = set(LABEL_OF) if protocol == "paper" else set(range(N_REAL))
    assert len(parts) == folds * repeats
    assert Counter(number for part in parts for number in part) == dict.fromkeys(everything, repeats)
    for start in range(0, len(parts), folds):
        assert_stratified_parts(parts[start : start + folds], everything)


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_repeats_shuffle_differently(protocol):
    parts = validation_parts(fold(protocol, repeats=5))
    assert len({frozenset(part) for part in parts}) == len(parts)


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_folds_follow_the_seed(protocol):
    first, again, other = (validation_parts(fold(protocol, seed=seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_leak_free_folds_are_the_same_whatever_is_added():
    nothing = numbered(np.arange(0), [])
    parts = [
        validation_parts(fold_real(REAL, resample, 2, 2, seed=5))
        for resample in (Oversampler(), lambda *_: (nothing, []))
    ]
    assert parts[0] == parts[1]


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_class_with_fewer_images_than_folds_is_refused(protocol):
    real = numbered(range(9), [0] * 7 + [2] * 2)
    oversampler, nothing = Oversampler(), numbered(np.arange(0), [])
    split = {"paper": partial(fold_augmented, real, nothing), "leak_free": partial(fold_real, real, oversampler)}
    with pytest.raises(InputError) as caught:
        split[protocol](folds=3, repeats=1, seed=0)
    assert str(caught.value) == "a class of 2 images can't be split into 3 folds; lower the ratio or the folds"
    assert not oversampler.given
