"""The synthetic images that bring every class to the majority count."""

from typing import Any

import numpy as np

from deep_oversampling.errors import InputError
from deep_oversampling.storage import ImageSet

_NEIGHBOUR_PARAMETERS = ("k_neighbors", "n_neighbors")
_TOLERANCE = 0.25
"""By what share of the missing images a sampler may be off before it is refused."""


def missing_labels(labels: np.ndarray) -> np.ndarray:
    """Return the label of every image that balancing lacks, class by class.

    Parameters
    ----------
    labels : ndarray of shape (n_images,), dtype uint8

    Returns
    -------
    ndarray of shape (n_missing,), dtype uint8
        Each class as often as it has fewer images than the largest one.
    """
    classes, counts = np.unique(labels, return_counts=True)
    return np.repeat(classes, counts.max() - counts)


def oversample(sampler: Any, image_set: ImageSet, name: str) -> ImageSet:
    """Return the synthetic images alone that ``sampler`` adds to a set: exactly the missing ones, or none.

    Some samplers, ADASYN for one, add only about as many images as are missing. What is too much is
    dropped; where too few came, the sampler is asked again with the next ``random_state``.

    Parameters
    ----------
    sampler : object with ``fit_resample(X, y)``
        Puts what it adds behind the images it was given, as imbalanced-learn's oversamplers do.
        It sees pixels in [0, 1].
    image_set : ImageSet
        What to balance.
    name : str
        The method, for messages.

    Returns
    -------
    ImageSet
        Class by class; pixels are rounded to whole bytes.

    Raises
    ------
    InputError
        If the sampler refuses the set, changes or reorders the images it was given, or is off by more
        than a quarter of what a class lacks. Adding none at all is fine.
    """
    _check_neighbours(sampler, image_set.labels, name)
    added = _added(sampler, image_set, name)
    if not len(added):
        return added
    wanted = missing_labels(image_set.labels)
    can_go_on = "random_state" in sampler.get_params()
    _check_balance(wanted, added.labels, _TOLERANCE if can_go_on else 0, name)
    while len(_first(added, wanted)) < len(wanted):
        sampler.set_params(random_state=(sampler.get_params()["random_state"] or 0) + 1)
        more = _added(sampler, image_set, name)
        added = ImageSet(np.concatenate([added.images, more.images]), np.concatenate([added.labels, more.labels]))
    return _first(added, wanted)


def _first(added: ImageSet, wanted: np.ndarray) -> ImageSet:
    counts = zip(*np.unique(wanted, return_counts=True), strict=True)
    kept = np.concatenate([np.flatnonzero(added.labels == label)[:count] for label, count in counts])
    return ImageSet(added.images[kept], added.labels[kept])


def _added(sampler: Any, image_set: ImageSet, name: str) -> ImageSet:
    try:
        resampled, labels = sampler.fit_resample(image_set.scaled(), image_set.labels.copy())
    except (ValueError, RuntimeError) as error:
        raise InputError(f"{name}: {' '.join(str(error).split())}") from error
    given = len(image_set)
    if not np.array_equal(resampled[:given], image_set.scaled()) or not np.array_equal(
        labels[:given], image_set.labels
    ):
        raise InputError(f"{name} changes the images it is given; only samplers that add images can be used")
    if not np.isfinite(resampled[given:]).all():
        raise InputError(f"{name} adds images with pixels that are no finite numbers; choose another sampler")
    return ImageSet(to_bytes(resampled[given:]), np.asarray(labels[given:], np.uint8))


def _check_balance(wanted: np.ndarray, added: np.ndarray, tolerance: float, name: str) -> None:
    classes = np.union1d(wanted, added)
    found, missing = ((labels[:, None] == classes).sum(axis=0) for labels in (added, wanted))
    wrong = np.abs(found - missing) > tolerance * missing
    if wrong.any():
        first = np.argmax(wrong)
        raise InputError(
            f"{name} adds {found[first]} images to class {classes[first]}, which lacks {missing[first]}; only samplers"
            " that bring every class to about the majority count can be used"
        )


def draw_missing(sampler: Any, image_set: ImageSet, seed: int) -> ImageSet:
    """Draw the images that balance a set from a trained sampler.

    Parameters
    ----------
    sampler : DeepOverSampler
        Trained or loaded.
    image_set : ImageSet
        What to balance.
    seed : int
        Of the draw.

    Returns
    -------
    ImageSet
        Pixels are rounded to whole bytes.
    """
    labels = missing_labels(image_set.labels)
    return ImageSet(to_bytes(sampler.sample(labels, seed)), labels)


def neighbours(sampler: Any) -> tuple[str, int] | None:
    """Return the name and value of the parameter that says how many neighbours a sampler looks at, if it has one."""
    for name in _NEIGHBOUR_PARAMETERS:
        value = getattr(sampler, name, None)
        if isinstance(value, int):
            return name, value
    return None


def fewer_neighbours(sampler: Any, labels: np.ndarray) -> str | None:
    """Lower a sampler's number of neighbours to what the scarcest class has, in place.

    For the training folds of a cross-validation, which hold fewer images than the set the sampler
    was configured for.

    Parameters
    ----------
    sampler : object
        Left alone if it has no whole ``k_neighbors`` or ``n_neighbors``.
    labels : ndarray of shape (n_images,)
        Of the set to be oversampled.

    Returns
    -------
    str or None
        What was changed, to be kept with the result.
    """
    found = neighbours(sampler)
    available = int(np.unique(labels, return_counts=True)[1].min()) - 1
    if not found or found[1] <= available or available < 1:
        return None
    name, wanted = found
    sampler.set_params(**{name: available})
    return f"{name} {available} instead of {wanted}"


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """Round pixels in [0, 1] to whole bytes; values outside are clipped."""
    return np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def _check_neighbours(sampler: Any, labels: np.ndarray, name: str) -> None:
    found = neighbours(sampler)
    classes, counts = np.unique(labels, return_counts=True)
    if found and counts.min() <= found[1]:
        raise InputError(
            f"{name} needs more than {found[1]} images of every class, but class {classes[counts.argmin()]} has"
            f" {counts.min()}; lower the imbalance ratio or {found[0]}"
        )
