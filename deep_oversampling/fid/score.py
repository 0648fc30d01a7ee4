"""The FID of what a method adds to each minority class."""

from collections.abc import Mapping, Sequence
from typing import Any

from deep_oversampling.fid.extractors import Extractor
from deep_oversampling.fid.frechet import FeatureStatistics, frechet_distance
from deep_oversampling.storage import ImageSet


def fid_rows(
    synthetic: ImageSet,
    minority: Sequence[int],
    statistics: Mapping[int, FeatureStatistics],
    extractor: Extractor,
    image_shape: tuple[int, int] = (28, 28),
    maximum_images: int | None = None,
) -> list[dict[str, Any]]:
    """Compare the synthetic images of each minority class with the real images of that class.

    Parameters
    ----------
    synthetic : ImageSet
        What a method added.
    minority : sequence of int
        The classes to compare.
    statistics : mapping of int to FeatureStatistics
        Of each of these classes' real images, by the same extractor.
    extractor : Extractor
    image_shape : tuple of (int, int), default=(28, 28)
        Height and width in pixels.
    maximum_images : int, optional
        Only the first so many synthetic images of a class are taken, at least 2; all when left out.

    Returns
    -------
    list of dict
        ``class``, ``real_count``, ``synthetic_count`` (images taken) and ``fid``, in the order of
        ``minority``; a class without synthetic images has no row.

    Raises
    ------
    InputError
        If a class has a single synthetic image, or the statistics are of another number of features.
    """
    rows = []
    for label in minority:
        images = synthetic.images[synthetic.labels == label][:maximum_images]
        if not len(images):
            continue
        real = statistics[label]
        drawn = FeatureStatistics.from_features(extractor.features(images, image_shape))
        rows.append(
            {
                "class": int(label),
                "real_count": real.count,
                "synthetic_count": drawn.count,
                "fid": frechet_distance(real, drawn),
            }
        )
    return rows
