"""Classes named in the config."""

from importlib import import_module

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
        If it isn't there.
    """
    module_name, _, name = path.rpartition(".")
    try:
        return getattr(import_module(module_name), name)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InputError(f"no {what} {path}: {error}; correct the dotted path in the config") from error
