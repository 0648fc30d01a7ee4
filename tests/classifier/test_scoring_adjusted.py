from dataclasses import replace

import numpy as np
import pytest
from balanced_f1 import balanced_f1
from scoring_tasks import OVERSAMPLED, REAL, SPLITS, TEST, Recorded, Untrained, task_of
from sklearn.metrics import confusion_matrix

from deep_oversampling.classifier.logit_adjustment import STRENGTHS
from deep_oversampling.classifier.scoring import score


@pytest.mark.parametrize("strength", [0, 0.5, 1])
def test_a_fixed_logit_adjustment_divides_by_the_shares_of_the_training_set(strength):
    probability = np.random.default_rng(0).dirichlet(np.ones(10))
    (row,) = score(replace(task_of({"logit_adjustment": strength}), classifier=Untrained(probability)), [0])
    adjusted = probability / (np.bincount(REAL.labels) / len(REAL)) ** strength
    np.testing.assert_allclose(row["log_loss"], -np.log(adjusted / adjusted.sum()), rtol=1e-5)
    assert row["logit_adjustment"] == strength
    assert row["logit_adjustments"] == []


@pytest.mark.parametrize("definition", [OVERSAMPLED, {"class_weight": "balanced"}])
def test_shares_are_the_real_images_whatever_else_helps_the_rare_classes(definition):
    probability = np.random.default_rng(0).dirichlet(np.ones(10))
    untrained = Untrained(probability, [[[0.1], [0.2], [0.9]]])
    (row,) = score(replace(task_of(definition | {"logit_adjustment": 1}, protocol="paper"), classifier=untrained), [0])
    adjusted = probability / (np.bincount(REAL.labels) / len(REAL))
    np.testing.assert_allclose(row["log_loss"], -np.log(adjusted / adjusted.sum()), rtol=1e-5)


@pytest.mark.parametrize("definition", [{"logit_adjustment": "tuned"}, OVERSAMPLED | {"logit_adjustment": "tuned"}])
@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_adjustment_is_tuned_on_real_images_the_classifier_never_saw(definition, protocol):
    task = task_of(definition, protocol=protocol)
    splits = len(task.weight_folds.splits)
    scores = [[[0.1] * splits, [0.9] * splits, [0.2] * splits], [[0.9] * splits, [0.1] * splits, [0.2] * splits]]
    untrained = Untrained(scores=scores)
    score(replace(task, classifier=untrained), [11, 12])
    pool, fits = untrained.calls[0]
    searched = "sampler" in definition
    chosen = (5, 1) if searched else (1, 1)
    expected = [(seed, weight) for seed, weight in zip((11, 12), chosen, strict=True) for _ in SPLITS]
    assert [(fit.seed, fit.synthetic_weight) for fit in fits] == expected
    real_images = {image.tobytes() for image in REAL.images}
    for fit in fits:
        validated = {image.tobytes() for image in fit.images}
        assert validated <= real_images
        assert not validated & {image.tobytes() for image in pool.images[fit.rows]}
        assert pool.synthetic[fit.rows].any() == searched
    assert len(untrained.calls) == 2


LOGISTIC = {"estimator": "sklearn.linear_model.LogisticRegression", "parameters": {"C": 0.001}}


@pytest.fixture(scope="module")
def tuned():
    """A classifier too weak for rare classes, its row, and what it said of the validation parts."""
    task = task_of({"logit_adjustment": "tuned"}, classifier="Logistic", classifier_definition=LOGISTIC)
    said = []

    class Kept(Recorded):
        def predict(self, pool, fits):
            said.append((pool, fits, super().predict(pool, fits)))
            return said[-1][2]

    (row,) = score(replace(task, classifier=Kept(task.classifier)), [0])
    return task, row, said


def test_every_strength_is_kept_and_the_best_chosen(tuned):
    task, row, said = tuned
    pool, fits, predictions = said[0]
    kept = iter(row["logit_adjustments"])
    means = []
    for strength in STRENGTHS:
        scores = []
        for fold, (split, fit, each) in enumerate(zip(task.real_folds.splits, fits, predictions, strict=True)):
            shares = np.bincount(pool.labels[fit.rows]) / len(fit.rows)
            chosen = (each / shares**strength).argmax(axis=1)
            scores.append(balanced_f1(pool.labels[split.validation], chosen, [3, 4]))
            expected = {"strength": strength, "fold": fold, "minority_f1": pytest.approx(scores[-1])}
            assert next(kept) == expected
        means.append(np.mean(scores))
    assert next(kept, None) is None
    assert row["logit_adjustment"] == STRENGTHS[np.argmax(means)] > 0


def test_the_tuned_strength_is_used_on_the_test_set(tuned):
    _, row, said = tuned
    adjusted = said[1][2][0] / (np.bincount(REAL.labels) / len(REAL)) ** row["logit_adjustment"]
    assert row["confusion"] == confusion_matrix(TEST.labels, adjusted.argmax(axis=1)).tolist()
