"""How data sets, settings and classes are called in tables, figures and on the page."""

from collections.abc import Mapping
from typing import Any

from deep_oversampling.datasets.catalogue import DATASETS

PAPER_METHODS = ("Imbalanced", "SMOTE", "RANDOM", "ACGAN", "BAGAN", "CGAN", "CVAE", "R-ACGAN", "R-CGAN", "R-CVAE")
"""Names under which the paper's numbers stand beside ours."""

NOT_IN_PAPER = "†"
"""Marks a method that the paper doesn't have."""

_EXTRACTORS = {"lenet": "LeNet", "inception": "Inception"}
_PROTOCOLS = {"paper": "the paper's protocol", "leak_free": "leak-free protocol"}


def dataset_label(dataset: str) -> str:
    """Return a data set's name as it is printed: ``"fashion-mnist"`` → ``"Fashion-MNIST"``."""
    return DATASETS[dataset].title if dataset in DATASETS else dataset


def method_label(method: str) -> str:
    """Return a method's name, with a dagger behind it where the paper doesn't have the method."""
    return method if method in PAPER_METHODS else f"{method} {NOT_IN_PAPER}"


def protocol_label(protocol: str) -> str:
    """Return a protocol's name as it is printed: ``"leak_free"`` → ``"leak-free protocol"``."""
    return _PROTOCOLS.get(protocol, f"protocol {protocol}")


def extractor_label(extractor: str) -> str:
    """Return an extractor's name as it is printed: ``"lenet"`` → ``"LeNet"``."""
    return _EXTRACTORS.get(extractor, extractor)


def minority_title(minority: str) -> str:
    """Return a minority set as the paper writes it: ``"3-4-5"`` → ``"m = {3, 4, 5}"``."""
    return f"m = {{{', '.join(minority.split('-'))}}}"


def setting_title(setting: Mapping[str, Any]) -> str:
    """Name a minority set and its ratio.

    Parameters
    ----------
    setting : mapping
        With ``minority``, for example ``"3-4-5"``, and ``imbalance_ratio``.

    Returns
    -------
    str
        For example ``"m = {3, 4, 5}, ρ = 320"``.
    """
    return f"{minority_title(setting['minority'])}, ρ = {setting['imbalance_ratio']}"


def run_title(dataset: str, minority: str, ratio: str, replicate: str, **_: str) -> str:
    """Name a skewed set by the wildcards of its path; further wildcards are left aside.

    Parameters
    ----------
    dataset, minority, ratio, replicate : str
        For example ``"mnist"``, ``"3-4-5"``, ``"320"`` and ``"0"``.

    Returns
    -------
    str
        For example ``"MNIST, m = {3, 4, 5}, ρ = 320, replicate 0"``.
    """
    setting = {"minority": minority, "imbalance_ratio": ratio}
    return f"{dataset_label(dataset)}, {setting_title(setting)}, replicate {replicate}"


def class_label(dataset: str, label: int) -> str:
    """Name a class: ``"Dress (3)"`` where classes have names, else its number alone."""
    classes = DATASETS[dataset].classes if dataset in DATASETS else ()
    named = label < len(classes) and classes[label] != str(label)
    return f"{classes[label]} ({label})" if named else str(label)
