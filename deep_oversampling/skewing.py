"""Artificial imbalance: down-sampling minority and majority classes (paper, section 4.1)."""

from collections.abc import Collection

import numpy as np
from imblearn.datasets import make_imbalance

from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet


def class_counts(
    minority: Collection[int], n_classes: int, imbalance_ratio: int, majority_count: int
) -> dict[int, int]:
    """Return how many images each class keeps.

    Parameters
    ----------
    minority : collection of int
        The minority classes m.
    n_classes : int
        Number of classes L; the others, 0 to L − 1, are the majority classes M.
    imbalance_ratio : int
        ρ, the majority count over the minority count; must divide ``majority_count``.
    majority_count : int
        Images a majority class keeps; 3,200 in the paper.

    Returns
    -------
    dict of int to int
        Class → images.

    Raises
    ------
    InputError
        If the ratio doesn't divide, or a minority class is outside 0 to L − 1, or no class is left for the majority.
    """
    outside = sorted(set(minority) - set(range(n_classes)))
    if outside:
        raise InputError(f"minority class {outside[0]} is outside the data set's classes 0 to {n_classes - 1}")
    if len(set(minority)) == n_classes:
        raise InputError("leave at least one majority class")
    if majority_count % imbalance_ratio:
        raise InputError(f"imbalance ratio {imbalance_ratio} does not divide the majority count {majority_count}")
    return {
        label: majority_count // imbalance_ratio if label in minority else majority_count for label in range(n_classes)
    }


def skew(image_set: ImageSet, counts: dict[int, int], seed: int) -> ImageSet:
    """Draw a skewed set without replacement.

    Parameters
    ----------
    image_set : ImageSet
        The whole training set.
    counts : dict of int to int
        Class → images to keep; see :func:`class_counts`.
    seed : int
        Of the draw.

    Returns
    -------
    ImageSet
        The kept images, class by class, with their positions in the whole set.

    Raises
    ------
    InputError
        If a class has fewer images than asked for.
    """
    available = np.bincount(image_set.labels, minlength=max(counts) + 1)
    for label, count in counts.items():
        if count > available[label]:
            raise InputError(f"class {label} has {available[label]} images, fewer than the {count} asked for")
    positions = np.arange(len(image_set))[:, None]
    kept, labels = make_imbalance(positions, image_set.labels, sampling_strategy=counts, random_state=seed)
    kept = kept.ravel()
    return ImageSet(image_set.images[kept], labels, image_set.source_index[kept])
