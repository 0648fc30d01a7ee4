"""What a score is computed from: images, classifier, folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from deep_oversampling.classifier.estimator import EstimatorClassifier, build_estimator
from deep_oversampling.classifier.folds import Folds, Resample, fold_augmented, fold_real
from deep_oversampling.classifier.weight_search import SearchSettings
from deep_oversampling.datasets.catalogue import dataset_named
from deep_oversampling.samplers.resolve import build_sampler
from deep_oversampling.samplers.synthesis import fewer_neighbours, oversample
from deep_oversampling.seeds import seed_for
from deep_oversampling.storage import ImageSet

if TYPE_CHECKING:
    from deep_oversampling.classifier.mlp import MLP


@dataclass(frozen=True)
class ScoringTask:
    """The images and settings of one method's scores.

    Attributes
    ----------
    real, synthetic, test : ImageSet
        The skewed set, what the method added to it, and the untouched test set.
    resample : callable
        Oversamples a training fold anew; see :data:`~deep_oversampling.classifier.folds.Resample`.
    refits : bool
        Whether ``resample`` sees the training fold alone.
    classifier : MLP or EstimatorClassifier
    logit_adjustment : float, "tuned" or None
        τ of :func:`~deep_oversampling.classifier.logit_adjustment.adjust`.
    protocol : {"paper", "leak_free"}
    minority : sequence of int
    search : SearchSettings
    fold_seed : int
    """

    real: ImageSet
    synthetic: ImageSet
    test: ImageSet
    resample: Resample
    refits: bool
    classifier: "MLP | EstimatorClassifier"
    logit_adjustment: float | Literal["tuned"] | None
    protocol: str
    minority: Sequence[int]
    search: SearchSettings
    fold_seed: int

    @classmethod
    def from_settings(
        cls, settings: dict[str, Any], fold_seed: int, *, real: ImageSet, synthetic: ImageSet | None, test: ImageSet
    ) -> "ScoringTask":
        """Build the task from the settings of a run, as the workflow's rules hand them over."""
        definition, method = settings["definition"], settings["method"]
        nothing = ImageSet(real.images[:0], real.labels[:0])
        synthetic = nothing if synthetic is None else synthetic
        search = SearchSettings(**settings["weight_search"])
        refits = definition.get("refit_in_folds", True)
        return cls(
            real=real,
            synthetic=synthetic,
            test=test,
            resample=_resampler(definition, method, fold_seed) if refits and len(synthetic) else _giving(synthetic),
            refits=refits,
            classifier=_classifier(settings, search),
            logit_adjustment=definition.get("logit_adjustment"),
            protocol=settings["protocol"],
            minority=[int(label) for label in settings["minority"].split("-")],
            search=search,
            fold_seed=fold_seed,
        )

    @property
    def n_classes(self) -> int:
        """How many classes the classifier tells apart."""
        return self.classifier.n_classes

    @property
    def weight_folds(self) -> Folds:
        """The folds that the weight of synthetic images is tuned on."""
        if self.protocol == "leak_free":
            return self.real_folds
        repeats = self.search.repeats["paper"]
        return fold_augmented(self.real, self.synthetic, self.search.folds, repeats, self.fold_seed)

    @cached_property
    def real_folds(self) -> Folds:
        """Folds of the real images, each training part oversampled anew."""
        repeats = self.search.repeats["leak_free"]
        return fold_real(self.real, self.resample, self.search.folds, repeats, self.fold_seed)


def _classifier(settings: dict[str, Any], search: SearchSettings) -> "MLP | EstimatorClassifier":
    shared = {
        "n_classes": len(dataset_named(settings["dataset"]).classes),
        "balanced": "class_weight" in settings["definition"],
        "name": settings["method"],
    }
    definition = settings["classifier_definition"]
    if "estimator" in definition:
        return EstimatorClassifier(build_estimator(definition), **shared)
    # Imports TensorFlow, which other classifiers do without.
    from deep_oversampling.classifier.mlp import MLP
    from deep_oversampling.classifier.stacked_mlp import MLPSettings

    return MLP(MLPSettings(**definition), common_random_numbers=search.common_random_numbers, **shared)


def _giving(synthetic: ImageSet) -> Resample:
    return lambda _training, _fold: (synthetic, [])


def _resampler(definition: dict[str, Any], name: str, seed: int) -> Resample:
    def resample(training: ImageSet, fold: int) -> tuple[ImageSet, list[str]]:
        sampler = build_sampler(definition, seed_for(seed, f"fold/{fold}"))
        note = fewer_neighbours(sampler, training.labels)
        added = oversample(sampler, training, f"{name}, training fold {fold}")
        return added, [f"fold {fold}: {note}"] if note else []

    return resample
