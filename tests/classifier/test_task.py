from dataclasses import replace

import numpy as np
import pytest
from image_patterns import image_set, without_images
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression

from deep_oversampling.classifier.estimator import EstimatorClassifier
from deep_oversampling.classifier.mlp import MLP
from deep_oversampling.classifier.stacked_mlp import MLPSettings
from deep_oversampling.classifier.task import ScoringTask
from deep_oversampling.classifier.weight_search import SearchSettings
from deep_oversampling.errors import InputError
from deep_oversampling.samplers.synthesis import oversample

REAL = image_set([8 if label in (3, 4) else 12 for label in range(10)], seed=1)
SYNTHETIC = oversample(SMOTE(random_state=0), REAL, "SMOTE")
TEST = image_set(np.arange(3, 13), seed=2)
MULTILAYER = {"hidden": [32], "dropout": 0.1, "learning_rate": 0.01, "epochs": 25, "batch_size": 16}
LOGISTIC = {"estimator": "sklearn.linear_model.LogisticRegression", "parameters": {"C": 0.5}}
OVERSAMPLED = {"sampler": "imblearn.over_sampling.SMOTE", "parameters": {"k_neighbors": 5}}
SEARCH = {
    "start": 1,
    "stop": 9,
    "number": 3,
    "folds": 2,
    "repeats": {"paper": 1, "leak_free": 3},
    "common_random_numbers": False,
}


def task_of(definition=OVERSAMPLED, *, fold_seed=11, **changed):
    settings = {
        "dataset": "mnist",
        "minority": "3-4",
        "method": "SMOTE",
        "definition": definition,
        "classifier": "MLP",
        "protocol": "leak_free",
        "weight_search": SEARCH,
        "classifier_definition": MULTILAYER,
    }
    synthetic = SYNTHETIC if "sampler" in definition else None
    return ScoringTask.from_settings(settings | changed, fold_seed, real=REAL, synthetic=synthetic, test=TEST)


def test_task_is_what_the_settings_say():
    task = task_of()
    assert task.n_classes == 10
    assert task.minority == [3, 4]
    assert task.protocol == "leak_free"
    assert task.fold_seed == 11
    assert (task.real, task.synthetic, task.test) == (REAL, SYNTHETIC, TEST)
    np.testing.assert_array_equal(task.search.weights, [1, 5, 9])
    assert task.search == SearchSettings(1, 9, 3, 2, {"paper": 1, "leak_free": 3}, common_random_numbers=False)


def test_classifier_is_the_mlp_unless_an_estimator_is_named():
    classifier = task_of().classifier
    assert isinstance(classifier, MLP)
    assert classifier.settings == MLPSettings([32], 0.1, 0.01, 25, 16)
    assert classifier.name == "SMOTE"
    assert not classifier.common_random_numbers


def test_a_named_estimator_is_the_classifier():
    classifier = task_of(classifier="Logistic", classifier_definition=LOGISTIC).classifier
    assert isinstance(classifier, EstimatorClassifier)
    assert isinstance(classifier.estimator, LogisticRegression)
    assert classifier.estimator.C == 0.5
    assert (classifier.n_classes, classifier.name) == (10, "SMOTE")


@pytest.mark.parametrize("classifier_definition", [MULTILAYER, LOGISTIC])
@pytest.mark.parametrize(
    ("definition", "balanced", "logit_adjustment"),
    [
        ({}, False, None),
        ({"class_weight": "balanced"}, True, None),
        ({"logit_adjustment": 1}, False, 1),
        ({"logit_adjustment": "tuned"}, False, "tuned"),
        (OVERSAMPLED, False, None),
        (OVERSAMPLED | {"class_weight": "balanced", "logit_adjustment": 0.5}, True, 0.5),
    ],
)
def test_definition_says_how_rare_classes_are_helped(definition, balanced, logit_adjustment, classifier_definition):
    task = task_of(definition, classifier_definition=classifier_definition)
    assert task.classifier.balanced is balanced
    assert task.logit_adjustment == logit_adjustment
    assert len(task.synthetic) == (8 if "sampler" in definition else 0)


def test_without_synthetic_images_the_set_is_empty_and_nothing_is_added_to_folds():
    task = task_of({"logit_adjustment": "tuned"})
    assert task.synthetic.images.shape == (0, 16)
    assert not task.real_folds.pool.synthetic.any()
    assert len(task.real_folds.pool.labels) == len(REAL)
    assert len(task.real_folds.splits) == 2 * 3


def test_a_sampler_that_added_nothing_is_not_asked_again():
    settings = {
        "dataset": "mnist",
        "minority": "3-4",
        "method": "Nowhere",
        "definition": {"sampler": "nowhere.Nothing"},
        "protocol": "leak_free",
        "weight_search": SEARCH,
        "classifier_definition": MULTILAYER,
    }
    task = ScoringTask.from_settings(settings, 0, real=REAL, synthetic=without_images(REAL), test=TEST)
    assert not task.real_folds.pool.synthetic.any()


def test_folds_are_oversampled_by_the_seed_and_their_number():
    task = task_of()
    drawn = [task.resample(task.real, fold)[0].images for fold in (0, 0, 1)]
    other_seed = task_of(fold_seed=12).resample(task.real, 0)[0].images
    assert drawn[0].shape == (8, 16)
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0] != drawn[2]).any()
    assert (drawn[0] != other_seed).any()
    assert task.resample(task.real, 0)[1] == []


def test_a_refused_fold_is_named():
    two_of_a_class = image_set([2 if label in (3, 4) else 12 for label in range(10)], seed=1)
    with pytest.raises(InputError, match=r"SMOTE, training fold 0 needs more than 5 images of every class"):
        _ = replace(task_of(), real=two_of_a_class).real_folds


def test_smaller_neighbourhoods_of_the_folds_are_noted():
    expected = [f"fold {fold}: k_neighbors 3 instead of 5" for fold in range(6)]
    assert task_of().real_folds.notes == expected


def test_training_folds_are_oversampled_anew():
    folds = task_of().real_folds
    added = [folds.pool.images[split.training[folds.pool.synthetic[split.training]]] for split in folds.splits]
    assert [len(each) for each in added] == [4] * 6
    assert len(np.unique(np.concatenate(added), axis=0)) > 8


def test_the_given_synthetic_images_go_into_every_fold_where_it_is_not_refitted():
    task = task_of(OVERSAMPLED | {"refit_in_folds": False})
    assert not task.refits
    folds = task.real_folds
    assert folds.notes == []
    for split in folds.splits:
        added = split.training[folds.pool.synthetic[split.training]]
        np.testing.assert_array_equal(folds.pool.images[added], SYNTHETIC.images)
        np.testing.assert_array_equal(folds.pool.labels[added], SYNTHETIC.labels)
        assert not folds.pool.synthetic[split.validation].any()


@pytest.mark.parametrize("definition", [{}, OVERSAMPLED, OVERSAMPLED | {"refit_in_folds": True}])
def test_folds_are_refitted_unless_told_otherwise(definition):
    assert task_of(definition).refits


def test_leak_free_weights_are_tuned_on_real_folds():
    task = task_of()
    assert task.weight_folds is task.real_folds


def test_paper_weights_are_tuned_on_folds_of_the_augmented_set():
    task = task_of(protocol="paper")
    folds = task.weight_folds
    assert len(folds.splits) == 2
    assert len(folds.pool.labels) == len(REAL) + len(SYNTHETIC)
    validated = np.sort(np.concatenate([split.validation for split in folds.splits]))
    np.testing.assert_array_equal(validated, np.arange(len(folds.pool.labels)))
    assert folds.notes == []
    assert len(task.real_folds.splits) == 2 * 3


@pytest.mark.parametrize(("protocol", "other"), [("paper", "leak_free"), ("leak_free", "paper")])
def test_repeats_of_the_other_protocol_can_be_left_out(protocol, other):
    task = task_of(protocol=protocol, weight_search={"repeats": {other: 3}})
    assert len(task.weight_folds.splits) == 2 * {"paper": 1, "leak_free": 5}[protocol]


@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_folds_follow_their_seed(protocol):
    first, again, other = (
        np.concatenate([split.validation for split in task_of(protocol=protocol, fold_seed=seed).weight_folds.splits])
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_an_estimator_that_can_not_be_built_is_refused():
    with pytest.raises(InputError, match=r"no classifier nowhere\.Nothing"):
        task_of(classifier_definition={"estimator": "nowhere.Nothing"})
