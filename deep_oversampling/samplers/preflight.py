"""Checking the samplers of an experiment before any work starts."""

import ast
import difflib
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deep_oversampling.datasets.catalogue import DATASETS
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
                _check_generator(definition["generator"], definition.get("parameters", {}))
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


def _check_generator(path: str, parameters: Mapping[str, Any]) -> None:
    # Every job imports this module, and this one is a second's work to import.
    from deep_oversampling.samplers.constraints import CONSTRAINTS

    source, name = _source(path), path.rpartition(".")[2]
    is_own = path.partition(".")[0] == __package__.partition(".")[0]
    if (is_own and name not in CONSTRAINTS) or not (source.bases or "load" in _methods(source)):
        raise InputError(f"{path} keeps no trained generator; this project's that do are {', '.join(CONSTRAINTS)}")
    _check_names(_arguments(source), parameters)
    if is_own:
        _check_values(name, CONSTRAINTS[name], parameters)


def _source(path: str) -> ast.ClassDef:
    module_name, _, name = path.rpartition(".")
    try:
        spec = find_spec(module_name) if module_name else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not (spec.origin or "").endswith(".py"):
        raise InputError(f"no module {module_name!r} in Python; correct the dotted path {path}")
    try:
        tree = ast.parse(Path(spec.origin).read_bytes())
    except SyntaxError as error:
        raise InputError(f"{spec.origin}:{error.lineno} is not Python: {error.msg}; correct it") from error
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    if name not in classes:
        raise InputError(f"no class {name!r} in {module_name}; known: {', '.join(classes) or 'none'}")
    return classes[name]


def _check_names(known: list[str], parameters: Mapping[str, Any]) -> None:
    for parameter in parameters:
        if known and parameter not in known:
            close = difflib.get_close_matches(str(parameter), known, n=1) or known
            raise InputError(f"unknown parameter {parameter!r}; did you mean {' or '.join(close)}?")


def _check_values(name: str, constraints: Mapping[str, list[Any]], parameters: Mapping[str, Any]) -> None:
    """Refuse what the generator would refuse in its job, and what it can't use in a workflow."""
    from sklearn.utils._param_validation import StrOptions, validate_parameter_constraints

    levelling = {"sampling_strategy": [StrOptions({"auto", "all", "not majority"})]}
    try:
        validate_parameter_constraints({**constraints, **levelling}, parameters, name)
    except ValueError as error:
        raise InputError(f"{str(error).rstrip('.')}; correct it in the config") from error
    shapes = [[*dataset.image_shape, 1] for dataset in DATASETS.values()]
    if parameters.get("image_shape", shapes[0]) not in shapes:
        raise InputError(f"image_shape {parameters['image_shape']} is no data set's; leave it out")


def _methods(definition: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}


def _arguments(definition: ast.ClassDef) -> list[str]:
    constructor = _methods(definition).get("__init__")
    if constructor is None:
        return []
    return [argument.arg for argument in constructor.args.args[1:] + constructor.args.kwonlyargs]
