"""Classes named in the config."""

from importlib import import_module
from typing import Any

from deep_oversampling.errors import InputError


def import_class(path: str, what: str) -> type:
    """Import a class by its dotted path.

    Parameters
    ----------
    path : str
        For example ``"imblearn.over_sampling.SMOTE"``.
    what : str
        What it should be, for the message.

    Returns
    -------
    type

    Raises
    ------
    InputError
        If it isn't there, or is something else than a class, which might do anything when called.
    """
    module_name, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module_name), name)
    except (ImportError, AttributeError, TypeError, ValueError, SystemExit) as error:
        raise InputError(f"no {what} {path}: {error}; correct the dotted path in the config") from error
    if not isinstance(found, type):
        raise InputError(f"no {what} {path}: not a class; correct the dotted path in the config")
    return found


def construct(path: str, found: type, parameters: dict[str, Any]) -> Any:
    """Build an object of a class named in the config, checking what scikit-learn would check only later.

    Parameters
    ----------
    path : str
        As the config names it.
    found : type
        What :func:`import_class` found there.
    parameters : dict
        Keyword arguments.

    Returns
    -------
    object

    Raises
    ------
    InputError
        If the class refuses the parameters.
    """
    try:
        built = found(**parameters)
        if hasattr(built, "_validate_params"):
            built._validate_params()
    except (TypeError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise InputError(f"{path}: {reason}; correct its parameters in the config") from error
    return built
