"""A small task to be scored, and classifiers in the place of real ones."""

import numpy as np
from image_patterns import image_set
from imblearn.over_sampling import SMOTE

from deep_oversampling.classifier.task import ScoringTask
from deep_oversampling.samplers.synthesis import oversample

SETTINGS = {
    "dataset": "mnist",
    "minority": "3-4",
    "imbalance_ratio": 2,
    "replicate": 1,
    "method": "SMOTE",
    "classifier": "MLP",
    "protocol": "leak_free",
    "definition": {"sampler": "imblearn.over_sampling.SMOTE", "parameters": {"k_neighbors": 5}},
    "weight_search": {
        "start": 1,
        "stop": 9,
        "number": 3,
        "folds": 2,
        "repeats": {"paper": 1, "leak_free": 2},
        "common_random_numbers": True,
    },
    "classifier_definition": {"hidden": [32], "dropout": 0.1, "learning_rate": 0.01, "epochs": 25, "batch_size": 16},
}
OVERSAMPLED = SETTINGS["definition"]
SEEDS = {0: 11, 2: 12}
SECONDS = ("search_seconds", "fit_seconds")
WEIGHTS, SPLITS = (1.0, 5.0, 9.0), range(4)
REAL = image_set([8 if label in (3, 4) else 12 for label in range(10)], seed=1, noise=135)
SYNTHETIC = oversample(SMOTE(random_state=0), REAL, "SMOTE")
TEST = image_set(np.arange(3, 13), seed=2, noise=135)


def task_of(definition=None, **changed):
    settings = SETTINGS | ({} if definition is None else {"definition": definition}) | changed
    synthetic = SYNTHETIC if "sampler" in settings["definition"] else None
    return ScoringTask.from_settings(settings, 5, real=REAL, synthetic=synthetic, test=TEST)


class Recorded:
    """A classifier that keeps what it says."""

    def __init__(self, classifier):
        self.classifier, self.n_classes = classifier, classifier.n_classes
        self.search = classifier.search

    def predict(self, pool, fits):
        self.predicted = self.classifier.predict(pool, fits)
        return self.predicted


class Untrained:
    """Stands in for a classifier: gives the scores and probabilities it is told, and keeps what it is given."""

    n_classes = 10

    def __init__(self, probability=None, scores=None):
        self.probability = np.full(10, 0.1) if probability is None else np.asarray(probability)
        self.scores = scores
        self.calls = []

    def search(self, folds, weights, minority, seeds):
        assert self.scores is not None, "searched"
        self.folds, self.weights, self.minority, self.seeds = folds, weights, minority, seeds
        return np.asarray(self.scores)

    def predict(self, pool, fits):
        self.calls.append((pool, fits))
        return [np.tile(self.probability, (len(fit.images), 1)).astype(np.float32) for fit in fits]
