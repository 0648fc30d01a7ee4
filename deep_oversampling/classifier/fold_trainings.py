"""How much a method's scores train in folds, told by its definition.

That is an entry of the config's ``samplers``, completed by :func:`deep_oversampling.samplers.definitions.share_images`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deep_oversampling.classifier.weight_search import SearchSettings


def adds_images(definition: Mapping[str, Any]) -> bool:
    """Return whether a method adds synthetic images, whose weight is then tuned."""
    return not {"sampler", "generator"}.isdisjoint(definition)


def tunes_adjustment(definition: Mapping[str, Any]) -> bool:
    """Return whether a method tunes τ of a logit adjustment, which it does on real images under either protocol."""
    return definition.get("logit_adjustment") == "tuned"


def folds_real_images(definition: Mapping[str, Any], protocol: str) -> bool:
    """Return whether a method's scores take folds of the real images.

    Parameters
    ----------
    definition : mapping
    protocol : {"paper", "leak_free"}
        Decides on the folds that the weight of synthetic images is tuned on.

    Returns
    -------
    bool
    """
    return tunes_adjustment(definition) or (adds_images(definition) and protocol == "leak_free")


def smallest_training_fold(images: int, folds: int) -> int:
    """Return how many of a class's images are left in the training fold that has the fewest of them.

    Parameters
    ----------
    images : int
        Of the class, in the whole set.
    folds : int
        Of the stratified cross-validation.

    Returns
    -------
    int
    """
    return images - -(-images // folds)


def fits_in_folds(definition: Mapping[str, Any], protocol: str, search: "SearchSettings") -> int:
    """Return how many classifiers each seed trains on training folds.

    Parameters
    ----------
    definition : mapping
    protocol : {"paper", "leak_free"}
    search : SearchSettings

    Returns
    -------
    int
    """
    weighed = search.number * search.repeats[protocol] * adds_images(definition)
    return search.folds * (weighed + search.repeats["leak_free"] * tunes_adjustment(definition))


def trainings_in_folds(definition: Mapping[str, Any], protocol: str, search: "SearchSettings") -> int:
    """Return how many generators a block of seeds trains on training folds.

    Parameters
    ----------
    definition : mapping
    protocol : {"paper", "leak_free"}
    search : SearchSettings

    Returns
    -------
    int
    """
    trains = "generator" in definition and definition.get("refit_in_folds", True)
    return search.folds * search.repeats["leak_free"] * (trains and folds_real_images(definition, protocol))
