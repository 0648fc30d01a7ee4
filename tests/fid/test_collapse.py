import itertools
import math

import numpy as np
import pytest

from deep_oversampling.fid.collapse import collapse_rows
from deep_oversampling.schemas import FID
from deep_oversampling.storage import ImageSet


class Lookup:
    """Takes the pixels as features, and the first pixel as the class."""

    image_shape = (1, 2)

    def features(self, images, image_shape):
        assert image_shape == self.image_shape
        return images.astype(np.float32)

    def classify(self, images):
        return np.eye(10)[images[:, 0] % 10]


def mean_distance(points):
    pairs = list(itertools.combinations(points.astype(float), 2))
    return sum(math.dist(*pair) for pair in pairs) / len(pairs)


def image_set(images, labels):
    return ImageSet(np.array(images, np.uint8), np.array(labels, np.uint8))


@pytest.fixture
def real():
    generator = np.random.default_rng(0)
    return image_set(generator.integers(0, 256, (30, 2)), np.repeat([3, 5, 7], 10))


def test_diversity_is_a_ratio_of_mean_distances(real):
    images = np.random.default_rng(1).integers(0, 256, (12, 2))
    synthetic = image_set(images, np.repeat([3, 5], 6))
    rows = collapse_rows(synthetic, real, [5, 3], Lookup())
    assert [row["class"] for row in rows] == [5, 3]
    for row, drawn, originals in zip(
        rows, (images[6:], images[:6]), (real.images[10:20], real.images[:10]), strict=True
    ):
        assert row["diversity"] == pytest.approx(mean_distance(drawn) / mean_distance(originals), rel=1e-5)
        assert set(row) <= set(FID.names)


def test_copies_of_one_image_have_no_diversity_and_the_real_images_one(real):
    copies = image_set(np.tile([[7, 9]], (4, 1)), [3] * 4)
    assert collapse_rows(copies, real, [3], Lookup())[0]["diversity"] == 0
    assert collapse_rows(real, real, [5], Lookup())[0]["diversity"] == pytest.approx(1)


def test_share_of_the_asked_class(real):
    synthetic = image_set([[3, 0], [13, 1], [5, 2], [23, 3], [5, 4], [5, 5]], [3, 3, 3, 3, 5, 5])
    shares = [row["asked_class_share"] for row in collapse_rows(synthetic, real, [3, 5], Lookup())]
    assert shares == [0.75, 1.0]


def test_only_the_first_images_are_taken(real):
    synthetic = image_set([[3, 0], [3, 8], [5, 200], [5, 3]], [3] * 4)
    row = collapse_rows(synthetic, real, [3], Lookup(), maximum_images=2)[0]
    assert row["diversity"] == pytest.approx(8 / mean_distance(real.images[:10]), rel=1e-5)
    assert row["asked_class_share"] == 1


def test_a_class_without_synthetic_images_has_no_row(real):
    assert collapse_rows(image_set([[1, 2], [3, 4]], [3, 3]), real, [3, 5], Lookup())[0]["class"] == 3
    assert collapse_rows(image_set(np.empty((0, 2)), []), real, [3, 5], Lookup()) == []
