"""Any classifier of scikit-learn in the MLP's place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import has_fit_parameter

from deep_oversampling.classifier.folds import Folds
from deep_oversampling.classifier.pool import Fit, TrainingPool
from deep_oversampling.classifier.weight_search import minority_f1
from deep_oversampling.dotted_path import construct, import_class
from deep_oversampling.errors import InputError


def build_estimator(definition: dict[str, Any]) -> BaseEstimator:
    """Build the estimator a classifier is defined by.

    Parameters
    ----------
    definition : dict
        ``estimator``: dotted path of a scikit-learn classifier; ``parameters``, optional: its keyword arguments.

    Returns
    -------
    estimator

    Raises
    ------
    InputError
        If there is no such class, it refuses the parameters, takes no sample weights or gives no probabilities.
    """
    path = definition["estimator"]
    found = import_class(path, "classifier")
    _check_suitable(path, found)
    estimator = construct(path, found, definition.get("parameters", {}))
    _check_suitable(path, estimator)
    return estimator


def _check_suitable(path: str, estimator: type | BaseEstimator) -> None:
    """Refuse what is no classifier: its class before it is called, and then what its parameters made of it."""
    can_fit = hasattr(estimator, "fit") and has_fit_parameter(estimator, "sample_weight")
    if not can_fit or not hasattr(estimator, "predict_proba"):
        raise InputError(f"{path} must take sample_weight and have predict_proba; choose another classifier")


class _Weighted(ClassifierMixin, BaseEstimator):
    """An estimator whose parameter ``synthetic_weight`` a grid search can vary."""

    def __init__(self, estimator: BaseEstimator, *, balanced: bool, name: str, synthetic_weight: float = 1.0) -> None:
        self.estimator = estimator
        self.balanced = balanced
        self.name = name
        self.synthetic_weight = synthetic_weight

    def fit(self, X: np.ndarray, y: np.ndarray, synthetic: np.ndarray) -> "_Weighted":
        weights = np.where(synthetic, self.synthetic_weight, 1.0)
        if self.balanced:
            weights = weights * compute_sample_weight("balanced", y)
        try:
            self.estimator_ = clone(self.estimator).fit(X, y, sample_weight=weights)
        except (TypeError, ValueError) as error:
            raise InputError(f"{self.name}: {_refusal(self.estimator, error)}") from error
        self.classes_ = self.estimator_.classes_
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        # As the test set is scored: an SVM's own predictions may not be what its probabilities say.
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return self.estimator_.predict_proba(X)


def _refusal(estimator: BaseEstimator, error: Exception) -> str:
    reason = str(error).strip().partition("\n")[0].rstrip(".")
    return f"{type(estimator).__name__}: {reason}; correct its parameters in the config"


class EstimatorClassifier:
    """Trains a scikit-learn classifier, one fit at a time; takes the place of :class:`~.mlp.MLP`.

    Parameters
    ----------
    estimator : estimator
        Untrained; see :func:`build_estimator`.
    n_classes : int
    balanced : bool
        Whether every class weighs the same in the loss.
    name : str
        What is trained, for messages.
    """

    def __init__(self, estimator: BaseEstimator, n_classes: int, *, balanced: bool, name: str) -> None:
        self.estimator = estimator
        self.n_classes = n_classes
        self.balanced = balanced
        self.name = name

    def search(self, folds: Folds, weights: np.ndarray, minority: Sequence[int], seeds: Sequence[int]) -> np.ndarray:
        """Score candidate weights by scikit-learn's grid search; as :meth:`.mlp.MLP.search`.

        Raises
        ------
        InputError
            If the estimator refuses the training set.
        """
        pool = folds.pool
        scores = []
        for seed in seeds:
            grid = GridSearchCV(
                self._seeded(seed),
                {"synthetic_weight": weights},
                scoring=make_scorer(minority_f1, minority=list(minority)),
                cv=[(split.training, split.validation) for split in folds.splits],
                refit=False,
                error_score="raise",
            )
            grid.fit(_scaled(pool.images), pool.labels, synthetic=pool.synthetic)
            scores.append([grid.cv_results_[f"split{split}_test_score"] for split in range(len(folds.splits))])
        return np.swapaxes(scores, 1, 2)

    def predict(self, pool: TrainingPool, fits: Sequence[Fit]) -> list[np.ndarray]:
        """Train classifiers and return the probabilities they give; as :meth:`.mlp.MLP.predict`.

        Raises
        ------
        InputError
            If the estimator refuses a training set.
        """
        predicted = []
        for fit in fits:
            model = self._seeded(fit.seed).set_params(synthetic_weight=fit.synthetic_weight)
            model.fit(_scaled(pool.images[fit.rows]), pool.labels[fit.rows], synthetic=pool.synthetic[fit.rows])
            probabilities = np.zeros((len(fit.images), self.n_classes), np.float32)
            probabilities[:, model.classes_] = model.predict_proba(_scaled(fit.images))
            predicted.append(probabilities)
        return predicted

    def _seeded(self, seed: int) -> _Weighted:
        estimator = clone(self.estimator)
        if "random_state" in estimator.get_params():
            estimator.set_params(random_state=seed)
        return _Weighted(estimator, balanced=self.balanced, name=self.name)


def _scaled(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / np.float32(255)


def check_estimators(classifiers: Iterable[str], definitions: Mapping[str, dict[str, Any]]) -> None:
    """Check before any work that every classifier of an experiment can be built.

    Parameters
    ----------
    classifiers : iterable of str
        ``MLP`` or names in ``definitions``.
    definitions : mapping of str to dict
        The config's ``estimators``.

    Raises
    ------
    InputError
        At the first classifier that can't be built.
    """
    for name in classifiers:
        if name != "MLP":
            try:
                build_estimator(definitions[name])
            except InputError as error:
                raise InputError(f"config: estimators.{name}: {error}") from error
