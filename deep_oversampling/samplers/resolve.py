"""From a method's definition in the config to its sampler."""

import inspect
from typing import Any

from deep_oversampling.dotted_path import construct, import_class
from deep_oversampling.errors import InputError


def build_sampler(definition: dict[str, Any], seed: int) -> Any:
    """Build the sampler a method is defined by.

    Parameters
    ----------
    definition : dict
        ``sampler`` or ``generator``: dotted path of a class with imbalanced-learn's interface;
        ``parameters``, optional: its keyword arguments.
    seed : int
        Handed over as ``random_state`` where the class takes one.

    Returns
    -------
    object with ``fit_resample(X, y)``

    Raises
    ------
    InputError
        If there is no such class, it keeps no generator though named as one, or it refuses the parameters.
    """
    path = definition.get("generator") or definition["sampler"]
    sampler_class = resolve(path)
    if "generator" in definition and not hasattr(sampler_class, "load"):
        raise InputError(f"{path} keeps no trained generator; name it as sampler, not generator, in the config")
    parameters = dict(definition.get("parameters", {}))
    if "random_state" in inspect.signature(sampler_class).parameters:
        parameters["random_state"] = seed
    return construct(path, sampler_class, parameters)


def resolve(path: str) -> type:
    """Import a class by its dotted path; raises InputError if it isn't there or has no ``fit_resample``."""
    found = import_class(path, "sampler")
    if not hasattr(found, "fit_resample"):
        raise InputError(f"{path} has no fit_resample; name a class with imbalanced-learn's interface")
    return found
