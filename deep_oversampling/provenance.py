"""How a result was made, written into every result file."""

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from deep_oversampling import __version__
from deep_oversampling.errors import InputError

LIBRARIES = (
    "imbalanced-learn",
    "jax",
    "keras",
    "numpy",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "tensorflow",
    "tensorflow-cpu",
)

THREADS_VARIABLE, DETERMINISM_VARIABLE = "OMP_NUM_THREADS", "TF_DETERMINISTIC_OPS"
_KINDS = {"kind": str, "settings": dict, "versions": dict, "conditions": dict}


def library_versions() -> dict[str, str]:
    """Return the installed version of every library a result may depend on, and Keras's backend where it runs."""
    versions = {"deep-oversampling": __version__}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    if "keras" in sys.modules:
        versions["keras backend"] = sys.modules["keras"].config.backend()
    return versions


def conditions() -> dict[str, Any]:
    """Return what else the last digits of a result depend on, in the process that computes it.

    Returns
    -------
    dict
        ``threads``: of numerical libraries, None where nobody limits them. ``deterministic``: whether operations on a
        GPU were to give the same bytes every time.
    """
    threads = os.environ.get(THREADS_VARIABLE, "")
    return {
        "threads": int(threads) if threads.isdigit() else None,
        "deterministic": os.environ.get(DETERMINISM_VARIABLE) == "1",
    }


@dataclass(frozen=True)
class Provenance:
    """What a file was made from.

    Parameters
    ----------
    kind : str
        The kind of file, for example ``"skewed"`` or ``"score"``.
    settings : dict
        The settings the content depends on, JSON-serialisable.
    seed : int or None, default=None
        The seed of the run, where it draws random numbers.
    versions : dict of str
        Library versions, by default those installed.
    conditions : dict
        By default the process's, see :func:`conditions`.
    """

    kind: str
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    versions: dict[str, str] = field(default_factory=library_versions)
    conditions: dict[str, Any] = field(default_factory=conditions)

    @property
    def settings_hash(self) -> str:
        """SHA-256 of the settings in canonical JSON."""
        canonical = json.dumps(self.settings, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> str:
        """Return the provenance as canonical JSON."""
        return json.dumps(
            {
                "kind": self.kind,
                "settings": self.settings,
                "settings_hash": self.settings_hash,
                "seed": self.seed,
                "versions": self.versions,
                "conditions": self.conditions,
            },
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> "Provenance":
        """Read what :meth:`to_json` wrote, or an earlier version, without conditions, or a later one, with more.

        Parameters
        ----------
        text : str

        Returns
        -------
        Provenance
            Without what this version doesn't know.

        Raises
        ------
        InputError
            If it isn't JSON, or lacks what every version has written.
        """
        try:
            fields = {"conditions": {}, **json.loads(text)}
        except (TypeError, ValueError) as error:
            raise InputError("a file's provenance is no JSON object; delete the file and run again") from error
        for name, kind in _KINDS.items():
            if not isinstance(fields.get(name), kind):
                raise InputError(f"a file's provenance has no proper {name!r}; delete the file and run again")
        return cls(**{name: fields[name] for name in _KINDS}, seed=fields.get("seed"))


def shared_settings(sources: Iterable[Provenance]) -> dict[str, Any]:
    """Return the settings that all sources have in common, for a file that is made from many.

    Parameters
    ----------
    sources : iterable of Provenance

    Returns
    -------
    dict
        Keys and values that every source has; empty without sources.
    """
    every = [source.settings for source in sources]
    first = every[0] if every else {}
    return {key: value for key, value in first.items() if all(key in each and each[key] == value for each in every)}


def processor() -> str:
    """Return the name of the machine's processor, empty where the system doesn't tell."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
