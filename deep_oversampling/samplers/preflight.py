"""Checking the samplers of an experiment before any work starts."""

import ast
import difflib
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deep_oversampling.errors import InputError
from deep_oversampling.samplers.resolve import build_sampler
from deep_oversampling.samplers.synthesis import neighbours


def check_samplers(methods: Iterable[str], definitions: Mapping[str, dict[str, Any]], scarcest: int) -> None:
    """Check that every method's sampler exists, takes its parameters and has images enough.

    Generators are looked up in their source: importing one would start a deep-learning library.

    Parameters
    ----------
    methods : iterable of str
    definitions : mapping of str to dict
        The config's ``samplers``.
    scarcest : int
        Images of the smallest class over all skewed sets.

    Raises
    ------
    InputError
        At the first method that can't work.
    """
    for method in methods:
        definition = definitions[method]
        try:
            if "generator" in definition:
                _check_source(definition["generator"], definition.get("parameters", {}))
            elif "sampler" in definition:
                _check_neighbours(build_sampler(definition, seed=0), scarcest)
        except InputError as error:
            raise InputError(f"config: samplers.{method}: {error}") from error


def _check_neighbours(sampler: Any, scarcest: int) -> None:
    found = neighbours(sampler)
    if found and found[1] >= scarcest:
        name, wanted = found
        raise InputError(
            f"{name} {wanted} needs more than {wanted} images of every class, but the smallest has {scarcest};"
            f" lower the imbalance ratio or {name}"
        )


def _check_source(path: str, parameters: Mapping[str, Any]) -> None:
    module_name, _, name = path.rpartition(".")
    try:
        spec = find_spec(module_name) if module_name else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not (spec.origin or "").endswith(".py"):
        raise InputError(f"no module {module_name!r} in Python; correct the dotted path {path}")
    classes = {
        node.name: node for node in ast.parse(Path(spec.origin).read_text()).body if isinstance(node, ast.ClassDef)
    }
    if name not in classes:
        raise InputError(f"no class {name!r} in {module_name}; known: {', '.join(classes)}")
    known = _arguments(classes[name])
    for parameter in parameters:
        if known and parameter not in known:
            close = difflib.get_close_matches(str(parameter), known, n=1) or known
            raise InputError(f"unknown parameter {parameter!r}; did you mean {' or '.join(close)}?")


def _arguments(definition: ast.ClassDef) -> list[str]:
    constructors = [node for node in definition.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    return [
        argument.arg
        for constructor in constructors
        for argument in constructor.args.args[1:] + constructor.args.kwonlyargs
    ]
