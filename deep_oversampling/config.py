"""Checking an experiment's config before any work starts."""

import difflib
import math
import os
import re
from collections.abc import Iterator
from itertools import combinations, count, product
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from deep_oversampling.classifier.fold_trainings import adds_images, folds_real_images
from deep_oversampling.datasets.catalogue import dataset_named
from deep_oversampling.errors import InputError
from deep_oversampling.names import PAPER_METHODS
from deep_oversampling.samplers.definitions import OF_IMAGES, share_images
from deep_oversampling.skewing import class_counts


def check_config(config: dict[str, Any], schema_path: str | Path) -> None:
    """Check a config against its schema, and its values against each other.

    Parameters
    ----------
    config : dict
        As read from YAML.
    schema_path : str or Path
        The JSON schema, in YAML.

    Raises
    ------
    InputError
        At the first mistake: an unknown or missing key, a value of the wrong type or range, a
        method that isn't defined or is another than the paper's of its name, a ratio that doesn't
        divide, a class outside a data set, one minority set in two orders, more folds than images,
        a random state beside the seed.
    """
    schema = yaml.safe_load(Path(schema_path).read_text())
    error = best_match(_Validator(schema).iter_errors(config))
    if error is not None:
        raise InputError(f"config: {_describe(error)}")
    _check_methods(config)
    _check_grid(config)
    _check_values(config)


def restore_types(value: Any) -> Any:
    """Turn strings that spell a number, a truth value or null into what they spell.

    Snakemake reads what ``--config`` nests in brackets or braces as strings throughout.

    Parameters
    ----------
    value : object
        A config or a part of it; lists and dicts are gone through.

    Returns
    -------
    object

    Raises
    ------
    InputError
        If a part contains itself, or YAML's aliases repeat parts without measure.
    """
    try:
        return _restored(value, count(1))
    except RecursionError as error:
        raise InputError("config: it has a part that contains itself; spell it out") from error


_SPELT = {"true": True, "false": False, "null": None}
_MOST_PARTS = 100_000


def _restored(value: Any, counter: Iterator[int]) -> Any:
    if next(counter) > _MOST_PARTS:
        raise InputError(f"config: it has more than {_MOST_PARTS} parts, counting each as often as an alias repeats it")
    if isinstance(value, dict):
        return {key: _restored(item, counter) for key, item in value.items()}
    if isinstance(value, list):
        return [_restored(item, counter) for item in value]
    return _SPELT.get(value, _number(value)) if isinstance(value, str) else value


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        # No whole number is infinite, and one of 400 digits is none that isfinite takes.
        return number if kind is int or math.isfinite(number) else text
    return text


def minority_name(minority: list[int]) -> str:
    """Return a minority set as it is written in paths, in ascending order: ``[5, 3, 4]`` → ``"3-4-5"``."""
    return "-".join(map(str, sorted(minority)))


def _check_methods(config: dict[str, Any]) -> None:
    for method in config["methods"]:
        if method not in config["samplers"]:
            raise InputError(f"config: methods: unknown method {method!r}{_suggestion(method, config['samplers'])}")
    estimators = config.get("estimators", {})
    for classifier in config["classifiers"]:
        if classifier != "MLP" and classifier not in estimators:
            known = ["MLP", *estimators]
            raise InputError(f"config: classifiers: unknown classifier {classifier!r}{_suggestion(classifier, known)}")
    if "MLP" in estimators:
        raise InputError("config: estimators: MLP is the paper's network; give the estimator another name")
    for name, definition in estimators.items():
        _check_library(f"estimators.{name}", definition)
        _check_left_out(f"estimators.{name}", definition, "random_state", "class_weight")
    for name, definition in config["samplers"].items():
        _check_library(f"samplers.{name}", definition)
        _check_left_out(f"samplers.{name}", definition, "random_state")
        mistake = _mistake(definition, config["samplers"]) or _misnomer(name, definition)
        if mistake:
            raise InputError(f"config: samplers.{name}{mistake}")


def _check_library(place: str, definition: dict[str, Any]) -> None:
    for key in ("estimator", "sampler", "generator"):
        path = definition.get(key, "")
        if "__main__" in path.split("."):
            raise InputError(f"config: {place}.{key}: {path} is in a program, which would run; name a library's class")


_SAID_ELSEWHERE = {
    "random_state": "it follows from seed",
    "class_weight": "a method's class_weight: balanced does it",
}


def _check_left_out(place: str, definition: dict[str, Any], *keys: str) -> None:
    for key in keys:
        if key in definition.get("parameters", {}):
            raise InputError(f"config: {place}.parameters: leave out {key}; {_SAID_ELSEWHERE[key]}")


_STRONGEST = 100
"""Largest τ of a logit adjustment: far beyond what decides anything, far below what overflows."""


def _mistake(definition: dict[str, Any], samplers: dict[str, Any]) -> str | None:
    kinds = sorted({"sampler", "generator", "images_of"} & definition.keys(), reverse=True)
    if len(kinds) > 1:
        return f": has both {' and '.join(kinds[:2])}; leave one out"
    if "parameters" in definition and not adds_images(definition):
        return ": parameters needs sampler or generator beside it"
    if "refit_in_folds" in definition and not kinds:
        return ": refit_in_folds needs sampler, generator or images_of beside it"
    source = definition.get("images_of")
    making = [name for name, other in samplers.items() if adds_images(other)]
    if source is not None and source not in making:
        return f".images_of: {source!r} is no method with a sampler or generator{_suggestion(source, making)}"
    strength = definition.get("logit_adjustment", 0)
    if strength != "tuned" and not (_is_number(None, strength) and 0 <= strength <= _STRONGEST):
        return f".logit_adjustment: {strength!r} is no number from 0 to {_STRONGEST} and not 'tuned'"
    if "class_weight" in definition and kinds:
        return f": class_weight changes nothing beside {kinds[0]}, which levels the classes; leave it out"
    return None


def _misnomer(name: str, definition: dict[str, Any]) -> str | None:
    if name not in PAPER_METHODS:
        return None
    another = list(OF_IMAGES) if name == "Imbalanced" else []
    for key in (*another, "images_of", "logit_adjustment", "class_weight"):
        if key in definition:
            return f": {key} makes it another method than the paper's; give it another name"
    return None


def _check_grid(config: dict[str, Any]) -> None:
    for first, second in combinations(config["minority_sets"], 2):
        if set(first) == set(second):
            raise InputError(f"config: minority_sets: {first} and {second} are the same set; leave one out")
    for dataset, minority, ratio in product(config["datasets"], config["minority_sets"], config["ratios"]):
        try:
            class_counts(minority, len(dataset_named(dataset).classes), ratio, config["majority_count"])
        except InputError as error:
            place = f"datasets {dataset}, minority_sets {minority}, ratios {ratio}"
            raise InputError(f"config: {place}: {error}") from error


_SMALLEST_TIMED = 10
"""Images that leave eight in four of five folds: seven neighbours and the image itself."""


def _check_values(config: dict[str, Any]) -> None:
    search = {"start": 1, "stop": 50, "folds": 2, **config["weight_search"]}
    if search["start"] > search["stop"]:
        raise InputError(f"config: weight_search: start {search['start']} is above stop {search['stop']}; swap them")
    scarcest = smallest_class(config) if _folds_real_images(config) else config["majority_count"]
    if search["folds"] > scarcest:
        raise InputError(
            f"config: weight_search: folds {search['folds']} needs as many images of every class, but the smallest"
            f" class has {scarcest}; lower folds or ratios"
        )
    if config["data_dir"] and not os.path.isdir(config["data_dir"]):
        raise InputError(f"config: data_dir: there is no folder {config['data_dir']}")
    if config["timing_replicates"] and smallest_class(config) < _SMALLEST_TIMED:
        raise InputError(
            f"config: timing_replicates: tuning SMOTE takes {_SMALLEST_TIMED} images of the smallest class and"
            f" majority_count leaves it {smallest_class(config)}; lower ratios, or time nothing: 0"
        )
    for dataset in map(dataset_named, config["datasets"]):
        if dataset.train_counts and config["majority_count"] > max(dataset.train_counts):
            raise InputError(
                f"config: majority_count: no class of {dataset.name} has {config['majority_count']} images;"
                f" the largest has {max(dataset.train_counts)}"
            )


def _folds_real_images(config: dict[str, Any]) -> bool:
    shared = share_images(config["samplers"])
    definitions = [shared[method] for method in config["methods"]]
    return any(folds_real_images(*pair) for pair in product(definitions, config["protocols"]))


def smallest_class(config: dict[str, Any]) -> int:
    """Return how many images the smallest class of all the skewed sets has."""
    return config["majority_count"] // max(config["ratios"])


def _is_integer(_: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(checker: Any, value: Any) -> bool:
    return _is_integer(checker, value) or (isinstance(value, float) and math.isfinite(value))


def _matches(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


# JSON Schema takes 40.0 for an integer and NaN for a number, and Python's $ lets a line break through; none of these
# may get into a file's path or a training.
_Validator = validators.extend(
    Draft202012Validator,
    {"pattern": _matches},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number}),
)


def _describe(error: ValidationError) -> str:
    place = ".".join(str(part) for part in error.absolute_path)
    prefix = f"{place}: " if place else ""
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = min(set(error.instance) - set(known), key=str)
        return f"{prefix}unknown key {unknown!r}{_suggestion(unknown, known)}"
    if error.validator == "anyOf":
        types = [repr(branch["type"]) for branch in error.validator_value]
        return f"{prefix}{error.instance!r} is not of type {' or '.join(types)}"
    return prefix + " ".join(error.message.split())


def _suggestion(name: str, known: Any) -> str:
    close = difflib.get_close_matches(str(name), known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(known)}"
