"""Whose images a method takes: definitions are entries of the config's ``samplers``."""

from collections.abc import Mapping
from typing import Any

OF_IMAGES = ("sampler", "generator", "parameters")
"""The keys of a definition that say how its images are made."""


def share_images(definitions: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Fill in how the images are made that a method takes from another one.

    Parameters
    ----------
    definitions : mapping of str to mapping
        By method; ``images_of`` names the one whose images it takes.

    Returns
    -------
    dict of str to dict
        The same definitions. Those with ``images_of`` keep it and have the other's :data:`OF_IMAGES`.
    """
    return {
        name: {**images_made_by(definitions[definition.get("images_of", name)]), **definition}
        for name, definition in definitions.items()
    }


def images_made_by(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a definition what says how its images are made."""
    return {key: definition[key] for key in OF_IMAGES if key in definition}
