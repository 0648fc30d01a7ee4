import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from deep_oversampling.classifier.fold_trainings import (
    fits_in_folds,
    folds_real_images,
    smallest_training_fold,
    trainings_in_folds,
)
from deep_oversampling.classifier.weight_search import SearchSettings

SEARCH = SearchSettings(number=10, folds=2, repeats={"paper": 1, "leak_free": 5})
SMOTE = {"sampler": "imblearn.over_sampling.SMOTE"}
CVAE = {"generator": "deep_oversampling.samplers.cvae.CVAE"}
TUNED = {"logit_adjustment": "tuned"}


@pytest.mark.parametrize(
    ("definition", "protocol", "fits", "trainings"),
    [
        ({}, "leak_free", 0, 0),
        ({"logit_adjustment": 1}, "leak_free", 0, 0),
        (TUNED, "paper", 10, 0),
        (TUNED, "leak_free", 10, 0),
        (SMOTE, "paper", 20, 0),
        (SMOTE, "leak_free", 100, 0),
        (SMOTE | TUNED, "paper", 30, 0),
        (SMOTE | TUNED, "leak_free", 110, 0),
        (CVAE, "paper", 20, 0),
        (CVAE, "leak_free", 100, 10),
        (CVAE | TUNED, "paper", 30, 10),
        (CVAE | {"refit_in_folds": False}, "leak_free", 100, 0),
    ],
)
def test_folds_train_a_classifier_for_each_weight_and_strength_and_a_generator_for_each_fold(
    definition, protocol, fits, trainings
):
    assert fits_in_folds(definition, protocol, SEARCH) == fits
    assert trainings_in_folds(definition, protocol, SEARCH) == trainings


@pytest.mark.parametrize(
    ("definition", "protocols"),
    [({}, []), (TUNED, ["paper", "leak_free"]), (SMOTE, ["leak_free"]), (CVAE | TUNED, ["paper", "leak_free"])],
)
def test_real_images_are_folded_under_leak_free_or_for_a_strength(definition, protocols):
    assert [each for each in ("paper", "leak_free") if folds_real_images(definition, each)] == protocols


@given(folds=st.integers(2, 6), more=st.integers(0, 20), others=st.integers(0, 30))
def test_the_smallest_training_fold_is_scikit_learn_s(folds, more, others):
    labels = np.repeat([0, 1], [folds + more, folds + more + others])
    left = [(labels[training] == 0).sum() for training, _ in StratifiedKFold(folds).split(labels, labels)]
    assert smallest_training_fold(folds + more, folds) == min(left)
