import numpy as np
import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.fid.frechet import FeatureStatistics, frechet_distance
from deep_oversampling.fid.score import fid_rows
from deep_oversampling.schemas import FID
from deep_oversampling.storage import ImageSet


class PixelExtractor:
    """Takes the pixels themselves as features, and keeps what it was asked for."""

    name = "pixels"

    def __init__(self):
        self.calls = []

    def features(self, images, image_shape=(28, 28)):
        self.calls.append((len(images), image_shape))
        return images.astype(np.float32)


def draw_images(seed, labels):
    return ImageSet(np.random.default_rng(seed).integers(0, 256, (len(labels), 6), np.uint8), np.asarray(labels))


@pytest.fixture
def extractor():
    return PixelExtractor()


@pytest.fixture
def statistics():
    rng = np.random.default_rng(0)
    return {label: FeatureStatistics.from_features(rng.random((9 + label, 6)) * 255) for label in (3, 4, 5)}


@pytest.fixture
def synthetic():
    return draw_images(1, np.tile([3, 5, 3], 10))


def expected_distance(statistics, images):
    return frechet_distance(statistics, FeatureStatistics.from_features(images))


def test_one_row_a_class_in_the_order_given(synthetic, statistics, extractor):
    rows = fid_rows(synthetic, [5, 3], statistics, extractor)
    assert [(row["class"], row["real_count"], row["synthetic_count"]) for row in rows] == [(5, 14, 10), (3, 12, 20)]
    for row in rows:
        images = synthetic.images[synthetic.labels == row["class"]]
        assert row["fid"] == pytest.approx(expected_distance(statistics[row["class"]], images))


def test_rows_have_columns_of_the_schema(synthetic, statistics, extractor):
    for row in fid_rows(synthetic, [5, 3], statistics, extractor):
        assert set(row) <= set(FID.names)


def test_only_the_first_images_are_taken(synthetic, statistics, extractor):
    rows = fid_rows(synthetic, [5, 3], statistics, extractor, maximum_images=12)
    assert [row["synthetic_count"] for row in rows] == [10, 12]
    assert [count for count, _ in extractor.calls] == [10, 12]
    first = synthetic.images[synthetic.labels == 3][:12]
    assert rows[1]["fid"] == pytest.approx(expected_distance(statistics[3], first))


def test_image_shape_is_handed_on(synthetic, statistics, extractor):
    fid_rows(synthetic, [5, 3], statistics, extractor, image_shape=(2, 3))
    assert {shape for _, shape in extractor.calls} == {(2, 3)}


def test_a_method_that_adds_nothing_has_no_rows(statistics, extractor):
    assert fid_rows(draw_images(2, np.empty(0, np.uint8)), [5, 3], statistics, extractor) == []
    assert extractor.calls == []


def test_a_class_with_one_image_is_refused(statistics, extractor):
    with pytest.raises(InputError, match="at least 2 images"):
        fid_rows(draw_images(2, np.array([3, 5, 5])), [5, 3], statistics, extractor)


def test_statistics_of_other_features_are_refused(synthetic, extractor):
    with pytest.raises(InputError, match="of 4 and of 6 features"):
        fid_rows(synthetic, [3], {3: FeatureStatistics.from_features(np.eye(4))}, extractor)
