"""Checking the samplers of an experiment before any work starts."""

import ast
import difflib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deep_oversampling.classifier.fold_trainings import folds_real_images, smallest_training_fold
from deep_oversampling.classifier.weight_search import SearchSettings
from deep_oversampling.config import smallest_class
from deep_oversampling.datasets.catalogue import DATASETS
from deep_oversampling.errors import InputError
from deep_oversampling.samplers.definitions import share_images
from deep_oversampling.samplers.resolve import build_sampler
from deep_oversampling.samplers.synthesis import neighbours

_WITH_A_NEIGHBOUR = 2
"""The least images between which a sampler can interpolate."""


def check_samplers(config: dict[str, Any]) -> None:
    """Check that every method's sampler exists, takes its parameters and has images enough.

    Generators are looked up in their source: importing one would start a deep-learning library.

    Parameters
    ----------
    config : dict
        Checked; see :func:`deep_oversampling.config.check_config`.

    Raises
    ------
    InputError
        At the first method that can't work.
    """
    definitions = share_images(config["samplers"])
    for method in config["methods"]:
        definition = definitions[method]
        try:
            if "generator" in definition:
                _check_generator(definition["generator"], definition.get("parameters", {}))
            elif "sampler" in definition:
                sampler = build_sampler(definition, seed=0)
                _check_neighbours(sampler, smallest_class(config))
                _check_folds(sampler, definition, config)
        except InputError as error:
            raise InputError(f"config: samplers.{method}: {error}") from error


def _check_folds(sampler: Any, definition: Mapping[str, Any], config: dict[str, Any]) -> None:
    folded = any(folds_real_images(definition, protocol) for protocol in config["protocols"])
    found = neighbours(sampler)
    if not found or not folded or not definition.get("refit_in_folds", True):
        return
    scarcest = smallest_class(config)
    left = smallest_training_fold(scarcest, SearchSettings(**config["weight_search"]).folds)
    if left < _WITH_A_NEIGHBOUR:
        raise InputError(
            f"{found[0]} needs {_WITH_A_NEIGHBOUR} images of every class in a training fold, but of the"
            f" smallest class's {scarcest} one has {left}; lower the imbalance ratio, or set refit_in_folds: false"
        )


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
