"""The Fréchet distance between two sets of image features, and the statistics it is taken from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy.linalg.lapack import dpstrf

from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import FEATURE_STATISTICS
from deep_oversampling.storage import read_table, write_table


@dataclass(frozen=True)
class FeatureStatistics:
    """The Gaussian that features of a set of images are summed up by.

    Attributes
    ----------
    count : int
        Number of images.
    mean : ndarray of shape (n_features,), dtype float64
    covariance : ndarray of shape (n_features, n_features), dtype float64
        Unbiased: sums of products over ``count - 1``, as in the original FID code.
    """

    count: int
    mean: np.ndarray
    covariance: np.ndarray

    @classmethod
    def from_features(cls, features: np.ndarray) -> "FeatureStatistics":
        """Sum up features.

        Parameters
        ----------
        features : ndarray of shape (n_images, n_features)
            One image a row.

        Raises
        ------
        InputError
            If there are fewer than 2 images, or a feature isn't finite.
        """
        if len(features) < 2:
            raise InputError(f"a Fréchet distance needs at least 2 images a class, got {len(features)}; use more")
        if not np.isfinite(features).all():
            raise InputError("some features are not finite; check the weights of the network that gives them")
        features = features.astype(np.float64)
        covariance = np.atleast_2d(np.cov(features, rowvar=False))
        return cls(len(features), features.mean(axis=0), covariance)


def frechet_distance(first: FeatureStatistics, second: FeatureStatistics) -> float:
    """Return the squared Fréchet distance between two Gaussians.

    This is ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2 (C₁ C₂)^½), the FID of Heusel et al. (2017) when the features are
    Inception's. It is exact for covariances of any rank, so nothing is added to their diagonals.

    Parameters
    ----------
    first, second : FeatureStatistics
        In any order.

    Returns
    -------
    float
        At least 0, in squared units of the features.

    Raises
    ------
    InputError
        If the two have different numbers of features.
    """
    if len(first.mean) != len(second.mean):
        raise InputError(
            f"statistics of {len(first.mean)} and of {len(second.mean)} features can't be compared; use one extractor"
        )
    difference = first.mean - second.mean
    traces = np.trace(first.covariance) + np.trace(second.covariance)
    distance = difference @ difference + traces - 2 * _trace_of_root(first.covariance, second.covariance)
    return max(float(distance), 0.0)


def _trace_of_root(first: np.ndarray, second: np.ndarray) -> float:
    # With C₁ = F Fᵀ and C₂ = G Gᵀ, the eigenvalues of C₁ C₂ are the squared singular values of Fᵀ G. Taking
    # those takes no root of round-off, unlike the root of C₁ C₂ itself where the covariances are singular.
    product = _factor(first).T @ _factor(second)
    return np.linalg.svd(product, compute_uv=False).sum()


def _factor(covariance: np.ndarray) -> np.ndarray:
    """Return F with F Fᵀ = covariance by pivoted Cholesky; it has as many columns as the covariance has rank."""
    lower, pivots, rank, _ = dpstrf(covariance, lower=True)
    factor = np.empty((len(covariance), rank))
    factor[pivots - 1] = np.tril(lower)[:, :rank]
    return factor


def write_statistics(
    path: str | Path,
    statistics: FeatureStatistics,
    dataset: str,
    label: int,
    extractor: str,
    provenance: Provenance,
) -> None:
    """Write the statistics of one class as a row of :data:`deep_oversampling.schemas.FEATURE_STATISTICS`.

    Parameters
    ----------
    path : str or Path
        Where to write.
    statistics : FeatureStatistics
    dataset : str
        What the images are of.
    label : int
        Their class.
    extractor : str
        Name of what gave the features.
    provenance : Provenance
        How the statistics were made.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    columns = [
        pa.array([dataset], pa.string()),
        pa.array([label], pa.int32()),
        pa.array([extractor], pa.string()),
        pa.array([statistics.count], pa.int32()),
        _single_list(statistics.mean),
        _single_list(statistics.covariance),
    ]
    write_table(path, pa.Table.from_arrays(columns, schema=FEATURE_STATISTICS), FEATURE_STATISTICS, provenance)


def _single_list(values: np.ndarray) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array([0, values.size], pa.int32()), pa.array(values.ravel(), pa.float64()))


def read_statistics(path: str | Path, extractor: str) -> tuple[int, FeatureStatistics]:
    """Read what :func:`write_statistics` wrote.

    Parameters
    ----------
    path : str or Path
        What to read.
    extractor : str
        Name of the extractor that the statistics will be compared with.

    Returns
    -------
    label : int
        The class.
    statistics : FeatureStatistics

    Raises
    ------
    InputError
        If the statistics are of another extractor, or the file is missing, altered or of another kind.
    """
    table = read_table(path, FEATURE_STATISTICS).combine_chunks()
    found, label, count = (table[name][0].as_py() for name in ("extractor", "class", "count"))
    if found != extractor:
        raise InputError(f"statistics of extractor {found} can't be compared with {extractor}; {path} is of {found}")
    mean, covariance = (table[name][0].values.to_numpy() for name in ("mean", "covariance"))
    return label, FeatureStatistics(count, mean, covariance.reshape(len(mean), len(mean)))
