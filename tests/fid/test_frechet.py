import warnings

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from deep_oversampling.errors import InputError
from deep_oversampling.fid.frechet import FeatureStatistics, frechet_distance, read_statistics, write_statistics
from deep_oversampling.provenance import Provenance
from deep_oversampling.storage import read_provenance

PROVENANCE = Provenance("feature statistics", {"dataset": "mnist"})

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(2, 12)


def draw(seed, n_images, n_features, decay=0.0):
    """Features that are correlated, rectified and fall off in scale, as a network's do."""
    rng = np.random.default_rng(seed)
    scales = np.exp(-decay * np.arange(n_features) / n_features)
    mixing = rng.standard_normal((n_features, n_features)) / np.sqrt(n_features)
    return np.maximum(rng.standard_normal((n_images, n_features)) @ mixing + 0.2, 0) * scales


def summed_up(*arguments, **options):
    return FeatureStatistics.from_features(draw(*arguments, **options))


def distance_by_matrix_root(first, second):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # singular products have no dependable root, which is what is tested
        root = scipy.linalg.sqrtm(first.covariance @ second.covariance)
    difference = first.mean - second.mean
    return difference @ difference + np.trace(first.covariance + second.covariance) - 2 * np.trace(root).real


def test_statistics_of_features():
    features = draw(0, 7, 3).astype(np.float32)
    statistics = FeatureStatistics.from_features(features)
    centred = features.astype(np.float64) - features.astype(np.float64).mean(axis=0)
    assert statistics.count == 7
    assert statistics.mean.dtype == statistics.covariance.dtype == np.float64
    np.testing.assert_allclose(statistics.mean, features.astype(np.float64).mean(axis=0))
    np.testing.assert_allclose(statistics.covariance, centred.T @ centred / 6)


def test_diagonal_covariances_have_a_closed_form():
    rng = np.random.default_rng(0)
    means, deviations = rng.standard_normal((2, 30)), rng.random((2, 30))
    first, second = (
        FeatureStatistics(100, mean, np.diag(each**2)) for mean, each in zip(means, deviations, strict=True)
    )
    expected = np.sum((means[0] - means[1]) ** 2) + np.sum((deviations[0] - deviations[1]) ** 2)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-12)


def test_one_feature():
    first, second = np.array([[0.0], [2.0]]), np.array([[1.0], [7.0]])
    expected = (1 - 4) ** 2 + (np.std(first, ddof=1) - np.std(second, ddof=1)) ** 2
    distance = frechet_distance(*map(FeatureStatistics.from_features, (first, second)))
    assert distance == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("n_first", "n_second", "decay"),
    [(500, 600, 0), (500, 600, 20), (40, 600, 0), (40, 50, 0), (40, 50, 20), (2, 3, 0)],
    ids=["regular", "ill-conditioned", "one singular", "both singular", "singular, ill-conditioned", "few images"],
)
def test_agrees_with_the_matrix_root(n_first, n_second, decay):
    first, second = summed_up(1, n_first, 100, decay=decay), summed_up(2, n_second, 100, decay=decay)
    assert frechet_distance(first, second) == pytest.approx(distance_by_matrix_root(first, second), rel=1e-3)


@pytest.mark.parametrize("decay", [0, 20, 80])
@pytest.mark.parametrize("n_images", [2, 50, 500])
def test_distance_to_itself_is_nothing(n_images, decay):
    statistics = summed_up(3, n_images, 100, decay=decay)
    assert 0 <= frechet_distance(statistics, statistics) <= 1e-10 * np.trace(statistics.covariance)


def test_equal_images_have_no_spread():
    collapsed = FeatureStatistics.from_features(np.full((5, 20), 0.5))
    other = summed_up(4, 50, 20)
    expected = np.sum((other.mean - 0.5) ** 2) + np.trace(other.covariance)
    assert frechet_distance(collapsed, other) == pytest.approx(expected, rel=1e-12)
    assert frechet_distance(collapsed, collapsed) == 0


def test_singular_covariances_of_full_width():
    first, second = summed_up(5, 30, 600), summed_up(6, 20, 600)
    assert np.linalg.matrix_rank(first.covariance) == 29
    assert frechet_distance(first, second) > 0


@settings(max_examples=40, deadline=None)
@given(seeds, sizes, sizes, sizes)
def test_symmetric_and_never_negative(seed, n_first, n_second, n_features):
    first, second = summed_up(seed, n_first, n_features), summed_up(seed + 1, n_second, n_features)
    distance = frechet_distance(first, second)
    assert distance >= 0
    assert distance == pytest.approx(frechet_distance(second, first), rel=1e-9, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(seeds, sizes, st.floats(-100, 100), st.floats(0.01, 100))
def test_moving_and_scaling_both(seed, n_features, shift, scale):
    features = draw(seed, 20, n_features), draw(seed + 1, 30, n_features)
    distance = frechet_distance(*map(FeatureStatistics.from_features, features))
    moved = [FeatureStatistics.from_features(scale * (each + shift)) for each in features]
    assert frechet_distance(*moved) == pytest.approx(scale**2 * distance, rel=1e-6, abs=1e-9 * scale**2)


@settings(max_examples=40, deadline=None)
@given(seeds, sizes)
def test_turning_both(seed, n_features):
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((n_features, n_features)))
    features = draw(seed, 8, n_features), draw(seed + 1, 30, n_features)
    distance = frechet_distance(*map(FeatureStatistics.from_features, features))
    turned = [FeatureStatistics.from_features(each @ turn) for each in features]
    assert frechet_distance(*turned) == pytest.approx(distance, rel=1e-6, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(seeds, sizes, st.floats(-100, 100))
def test_moving_one_adds_the_squared_step(seed, n_features, shift):
    features = draw(seed, 20, n_features)
    still, moved = (FeatureStatistics.from_features(each) for each in (features, features + shift))
    assert frechet_distance(still, moved) == pytest.approx(n_features * shift**2, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("n_images", [0, 1])
def test_too_few_images(n_images):
    with pytest.raises(InputError, match=f"at least 2 images a class, got {n_images}"):
        FeatureStatistics.from_features(np.zeros((n_images, 3)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite(value):
    with pytest.raises(InputError, match="not finite"):
        FeatureStatistics.from_features(np.array([[0.0, 1.0], [value, 1.0]]))


def test_different_numbers_of_features():
    with pytest.raises(InputError, match="of 4 and of 3 features can't be compared"):
        frechet_distance(summed_up(0, 5, 4), summed_up(0, 5, 3))


def test_statistics_are_kept_exactly(tmp_path):
    path = tmp_path / "statistics.parquet"
    statistics = summed_up(7, 30, 12)
    write_statistics(path, statistics, "mnist", 3, "inception", PROVENANCE)
    label, kept = read_statistics(path, "inception")
    assert label == 3
    assert kept.count == 30
    np.testing.assert_array_equal(kept.mean, statistics.mean)
    np.testing.assert_array_equal(kept.covariance, statistics.covariance)
    assert frechet_distance(kept, statistics) <= 1e-10
    assert read_provenance(path) == PROVENANCE


def test_statistics_of_another_extractor_are_refused(tmp_path):
    path = tmp_path / "statistics.parquet"
    write_statistics(path, summed_up(7, 30, 12), "mnist", 3, "inception", PROVENANCE)
    with pytest.raises(InputError, match="statistics of extractor inception can't be compared with lenet"):
        read_statistics(path, "lenet")


def test_missing_statistics_are_reported(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_statistics(tmp_path / "statistics.parquet", "lenet")
