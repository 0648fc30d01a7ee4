"""Signs of a collapsed generator, by class: images all alike, or not of the class asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.distance import pdist

from deep_oversampling.storage import ImageSet

if TYPE_CHECKING:
    from deep_oversampling.fid.lenet import LeNetExtractor


def collapse_rows(
    synthetic: ImageSet,
    real: ImageSet,
    minority: Sequence[int],
    lenet: "LeNetExtractor",
    maximum_images: int | None = None,
) -> list[dict[str, Any]]:
    """Measure how different the synthetic images of each minority class are, and whether they are of that class.

    Parameters
    ----------
    synthetic : ImageSet
        What a method added.
    real : ImageSet
        Real images of every class; at least 2 of each.
    minority : sequence of int
        The classes to look at.
    lenet : LeNetExtractor
        Trained on real images, its classes numbered as the labels.
    maximum_images : int, optional
        Only the first so many synthetic images of a class are taken, at least 2; all when left out.

    Returns
    -------
    list of dict
        ``class``; ``diversity``, the mean Euclidean distance between two synthetic images in the LeNet's features,
        over that between two real images: 0 for copies of one image, near 1 for images as varied as real ones;
        ``asked_class_share``, in [0, 1], the share that the LeNet takes for the class. A class without synthetic
        images has no row.
    """
    rows = []
    for label in minority:
        images = synthetic.images[synthetic.labels == label][:maximum_images]
        if not len(images):
            continue
        real_images = real.images[real.labels == label]
        rows.append(
            {
                "class": int(label),
                "diversity": _mean_distance(lenet, images) / _mean_distance(lenet, real_images),
                "asked_class_share": float((lenet.classify(images).argmax(axis=1) == label).mean()),
            }
        )
    return rows


def _mean_distance(lenet: "LeNetExtractor", images: np.ndarray) -> float:
    return float(pdist(lenet.features(images, lenet.image_shape)).mean())
