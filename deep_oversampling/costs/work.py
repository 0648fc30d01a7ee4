"""How much work a job has to do, in the unit that its time grows with."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from deep_oversampling.classifier.fold_trainings import adds_images, fits_in_folds, trainings_in_folds
from deep_oversampling.classifier.weight_search import SearchSettings
from deep_oversampling.datasets.catalogue import dataset_named
from deep_oversampling.plan import PlannedJob
from deep_oversampling.skewing import class_counts
from deep_oversampling.timing import CANDIDATES, CVAE_EPOCHS, FOLDS

_GIGA = 10**9
_PIXELS = 28 * 28


@dataclass(frozen=True)
class Work:
    """A part of a job.

    Attributes
    ----------
    kind : str
        What is done; the time of one kind grows with its amount.
    amount : float, default=1
        In the kind's own unit: billions of floating-point operations, images, files or epochs.
    volume : float, default=1
        What the size of its files grows with: images or weights.
    """

    kind: str
    amount: float = 1.0
    volume: float = 1.0


@dataclass(frozen=True)
class SetSizes:
    """Images of a skewed set, and of what a method adds to balance it."""

    classes: int
    real: int
    added: int
    added_of_a_minority_class: int
    minority_classes: int

    @property
    def balanced(self) -> int:
        """Images of both."""
        return self.real + self.added


def work_of(job: PlannedJob) -> list[Work]:
    """Return the parts of a job's work, its own first.

    Parameters
    ----------
    job : PlannedJob

    Returns
    -------
    list of Work
        More than one for scores in whose folds a generator is trained.
    """
    match job.rule:
        case "skew":
            return [Work("skew", volume=_sizes(job.settings).real)]
        case "oversample" | "sample_generator":
            return [_drawing(job)]
        case "train_generator":
            return [_training(job.settings["definition"], _sizes(job.settings))]
        case "score_classifiers":
            return list(_scoring(job))
        case "time_balancing":
            return [_timing(job.settings)]
        case "train_lenet":
            return [Work("train_lenet", job.settings["epochs"])]
        case "real_statistics":
            return [Work(f"real_statistics, {job.settings['extractor']}")]
        case "fid":
            return [_fid(job.settings)]
    return [Work(job.rule, len(job.inputs) if job.rule.startswith("gather") else 1)]


def _sizes(settings: dict[str, Any]) -> SetSizes:
    minority = {int(label) for label in settings["minority"].split("-")}
    n_classes = len(dataset_named(settings["dataset"]).classes)
    majority_count = settings["majority_count"]
    counts = class_counts(minority, n_classes, settings["imbalance_ratio"], majority_count)
    real = sum(counts.values())
    missing = majority_count - min(counts.values())
    return SetSizes(n_classes, real, n_classes * majority_count - real, missing, len(minority))


def _drawing(job: PlannedJob) -> Work:
    definition, added = job.settings["definition"], _sizes(job.settings).added
    name = _class_name(definition)
    return Work(f"{job.rule}, {name}", added, volume=added)


def _class_name(definition: dict[str, Any]) -> str:
    return (definition.get("generator") or definition["sampler"]).rpartition(".")[2]


def _training(definition: dict[str, Any], sizes: SetSizes) -> Work:
    flops, weights = _network_size(json.dumps(definition, sort_keys=True), sizes.classes)
    images = sizes.balanced if definition.get("parameters", {}).get("balance_first") else sizes.real
    return Work(f"train_generator, {_class_name(definition)}", images * flops / _GIGA, volume=weights)


@lru_cache
def _network_size(definition: str, n_classes: int) -> tuple[float, int]:
    """Return the operations that each image of the set takes in a training, but for a factor, and the weights kept."""
    import keras

    from deep_oversampling.costs.flops import forward_flops
    from deep_oversampling.samplers.deep import DeepOverSampler
    from deep_oversampling.samplers.resolve import build_sampler

    parsed = json.loads(definition)
    sampler = build_sampler(parsed, seed=0)
    if not isinstance(sampler, DeepOverSampler):
        return parsed.get("parameters", {}).get("epochs", 1) * _GIGA, 1
    model = sampler._build(n_classes, seed=0)
    networks = [each for each in vars(model).values() if isinstance(each, keras.Model)]
    epochs = sum(phase.epochs for phase in sampler._phases(model))
    return epochs * forward_flops(*networks), model.generator.count_params()


def _scoring(job: PlannedJob) -> Iterable[Work]:
    settings, definition = job.settings, job.settings["definition"]
    sizes, search = _sizes(settings), SearchSettings(**settings["weight_search"])
    share_of_fold = (search.folds - 1) / search.folds
    fits = fits_in_folds(definition, settings["protocol"], search)
    rows = sizes.balanced if adds_images(definition) else sizes.real
    seen = rows * (fits * share_of_fold + 1) * len(job.outputs)
    name = "tune and score" if fits else "score"
    classifier = settings["classifier_definition"]
    if "estimator" in classifier:
        yield Work(f"{name}, {classifier['estimator'].rpartition('.')[2]}", seen)
    else:
        yield Work(f"{name}, MLP", seen * _mlp_flops(classifier, sizes.classes) / _GIGA)
    if trainings := trainings_in_folds(definition, settings["protocol"], search):
        training = _training(definition, sizes)
        yield Work(training.kind, training.amount * trainings * share_of_fold, volume=0)


def _mlp_flops(settings: dict[str, Any], n_classes: int) -> int:
    """Return the operations of a training for each image: two forward, and twice as many for the gradients."""
    from deep_oversampling.classifier.stacked_mlp import MLPSettings

    mlp = MLPSettings(**settings)
    widths = (_PIXELS, *mlp.hidden, n_classes)
    return 6 * mlp.epochs * sum(fan_in * fan_out for fan_in, fan_out in pairwise(widths))


def _timing(settings: dict[str, Any]) -> Work:
    sizes, timed = _sizes(settings), settings["timed"]
    kind = f"time_balancing, {timed}"
    if timed == "CVAE":
        parameters = {**settings["cvae"], "epochs": CVAE_EPOCHS}
        definition = {"generator": "deep_oversampling.samplers.cvae.CVAE", "parameters": parameters}
        return Work(kind, _training(definition, sizes).amount)
    if timed == "Tuned SMOTE":
        seen = len(CANDIDATES) * (FOLDS - 1) * sizes.balanced
        return Work(kind, seen * _mlp_flops(settings["mlp"], sizes.classes) / _GIGA)
    return Work(kind, sizes.added)


def _fid(settings: dict[str, Any]) -> Work:
    sizes = _sizes(settings)
    of_a_class = min(sizes.added_of_a_minority_class, settings["maximum_images"] or sizes.added_of_a_minority_class)
    return Work(f"fid, {settings['extractor']}", of_a_class * sizes.minority_classes)
