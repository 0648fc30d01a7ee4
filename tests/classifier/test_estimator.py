import numpy as np
import pytest
from balanced_f1 import balanced_f1
from image_patterns import image_set
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_sample_weight

from deep_oversampling.classifier.estimator import EstimatorClassifier, build_estimator, check_estimators
from deep_oversampling.classifier.folds import fold_augmented, fold_real
from deep_oversampling.classifier.pool import Fit, TrainingPool
from deep_oversampling.errors import InputError
from deep_oversampling.samplers.synthesis import oversample

REAL, SYNTHETIC = image_set([30, 16, 10], 1, noise=200), image_set([0, 14, 20], 2, noise=220)
TEST = image_set([8, 8, 8], 3, noise=200)
POOL = TrainingPool.join(REAL, [SYNTHETIC])
EVERYTHING = np.arange(len(POOL.labels))
MINORITY = [1, 2]
LOGISTIC = {"estimator": "sklearn.linear_model.LogisticRegression", "parameters": {"C": 0.5, "max_iter": 500}}
FOREST = {"estimator": "sklearn.ensemble.RandomForestClassifier", "parameters": {"n_estimators": 5}}


def classifier(definition, n_classes=3, *, balanced=False):
    return EstimatorClassifier(build_estimator(definition), n_classes, balanced=balanced, name="SMOTE")


def weights_of(rows, synthetic_weight, balanced):
    weights = np.array([synthetic_weight if POOL.synthetic[row] else 1 for row in rows])
    return weights * compute_sample_weight("balanced", POOL.labels[rows]) if balanced else weights


def smote(training, fold):
    return oversample(SMOTE(k_neighbors=2, random_state=fold), training, "SMOTE"), []


@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("protocol", ["paper", "leak_free"])
def test_search_is_a_loop_over_seeds_candidates_and_splits(protocol, balanced):
    folds = fold_augmented(REAL, SYNTHETIC, 2, 2, 0) if protocol == "paper" else fold_real(REAL, smote, 2, 2, 0)
    candidates = np.array([0.1, 1, 30])
    scores = classifier(LOGISTIC, balanced=balanced).search(folds, candidates, MINORITY, [0, 1])
    assert scores.shape == (2, 3, 4)
    images, labels = folds.pool.images / np.float32(255), folds.pool.labels
    for candidate, weight in enumerate(candidates):
        for number, split in enumerate(folds.splits):
            weights = np.where(folds.pool.synthetic[split.training], weight, 1)
            if balanced:
                weights = weights * compute_sample_weight("balanced", labels[split.training])
            model = LogisticRegression(C=0.5, max_iter=500)
            model.fit(images[split.training], labels[split.training], sample_weight=weights)
            predicted = model.predict(images[split.validation])
            expected = balanced_f1(labels[split.validation], predicted, MINORITY)
            assert scores[:, candidate, number] == pytest.approx(expected)
    assert len(np.unique(scores)) > 3


@pytest.mark.parametrize("balanced", [False, True])
def test_predictions_are_those_of_the_estimator_alone(balanced):
    fits = [Fit(EVERYTHING, 5.0, 0, TEST.images), Fit(EVERYTHING[10:80], 0.2, 1, TEST.images[:7])]
    found = classifier(LOGISTIC, balanced=balanced).predict(POOL, fits)
    for fit, probabilities in zip(fits, found, strict=True):
        weights = weights_of(fit.rows, fit.synthetic_weight, balanced)
        alone = LogisticRegression(C=0.5, max_iter=500)
        alone.fit(POOL.images[fit.rows] / np.float32(255), POOL.labels[fit.rows], sample_weight=weights)
        np.testing.assert_allclose(probabilities, alone.predict_proba(fit.images / np.float32(255)), atol=1e-6)


def test_a_class_missing_from_the_training_set_gets_probability_0():
    rows = EVERYTHING[POOL.labels != 1]
    (found,) = classifier(LOGISTIC, n_classes=5).predict(POOL, [Fit(rows, 1.0, 0, TEST.images)])
    assert found.shape == (len(TEST.images), 5)
    np.testing.assert_array_equal(found[:, [1, 3, 4]], 0)
    assert (found[:, [0, 2]] > 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)


def test_random_state_is_the_seed():
    fits = [Fit(EVERYTHING, 2.0, seed, TEST.images) for seed in (4, 9)]
    found = classifier(FOREST).predict(POOL, fits)
    for fit, probabilities in zip(fits, found, strict=True):
        alone = RandomForestClassifier(n_estimators=5, random_state=fit.seed)
        alone.fit(POOL.images / np.float32(255), POOL.labels, sample_weight=weights_of(EVERYTHING, 2.0, False))
        np.testing.assert_allclose(probabilities, alone.predict_proba(TEST.images / np.float32(255)), atol=1e-6)
    assert (found[0] != found[1]).any()


def test_search_follows_the_seeds_whatever_others_there_are():
    folds = fold_augmented(REAL, SYNTHETIC, 2, 1, 0)
    both, alone = (classifier(FOREST).search(folds, np.array([1, 9]), MINORITY, seeds) for seeds in ([0, 1], [1]))
    np.testing.assert_array_equal(alone[0], both[1])
    assert (both[0] != both[1]).any()


class Contradicting(LogisticRegression):
    """Predicts what its probabilities don't say, as an SVM may."""

    def predict(self, X):
        return np.zeros(len(X), int)


def test_search_goes_by_the_probabilities_as_the_scores_on_the_test_set_do():
    folds = fold_augmented(REAL, SYNTHETIC, 2, 1, 0)
    plain, contradicting = (
        EstimatorClassifier(estimator, 3, balanced=False, name="SMOTE").search(folds, np.ones(1), MINORITY, [0])
        for estimator in (LogisticRegression(), Contradicting())
    )
    np.testing.assert_array_equal(contradicting, plain)
    assert (plain > 0).all()


def test_the_given_estimator_stays_untrained():
    estimator = build_estimator(LOGISTIC)
    EstimatorClassifier(estimator, 3, balanced=False, name="SMOTE").predict(POOL, [Fit(EVERYTHING, 1, 0, TEST.images)])
    assert not hasattr(estimator, "coef_")


def test_parameters_are_handed_over():
    assert build_estimator(LOGISTIC).get_params()["C"] == 0.5


REFUSED = {
    "path": ({"estimator": "sklearn.linear_model.LogisticRegresion"}, "no classifier .* correct the dotted path"),
    "parameter": (LOGISTIC | {"parameters": {"strength": 1}}, "LogisticRegression: .*'strength'.* correct its param"),
    "value": (LOGISTIC | {"parameters": {"C": -1}}, "LogisticRegression: The 'C' parameter .* correct its parameters"),
    "no sample weight": (
        {"estimator": "sklearn.neighbors.KNeighborsClassifier"},
        "sklearn.neighbors.KNeighborsClassifier must take sample_weight and have predict_proba; choose another",
    ),
    "no probabilities": (
        {"estimator": "sklearn.svm.LinearSVC"},
        "sklearn.svm.LinearSVC must take sample_weight and have predict_proba; choose another classifier",
    ),
    "no classifier": ({"estimator": "collections.OrderedDict"}, "OrderedDict must take sample_weight and have predict"),
}


@pytest.mark.parametrize(("definition", "message"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_trained_is_refused(definition, message):
    with pytest.raises(InputError, match=message) as refused:
        build_estimator(definition)
    assert "\n" not in str(refused.value)


class Refusing(LogisticRegression):
    def fit(self, *_, **__):
        raise TypeError("no such set.\nTry another one.")


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (LogisticRegression(solver="liblinear"), "LogisticRegression: The 'liblinear' solver does not support multi"),
        (RandomForestClassifier(5, bootstrap=False, oob_score=True), "RandomForestClassifier: Out of bag estimation"),
        (Refusing(), "Refusing: no such set; correct its parameters in the config"),
    ],
)
def test_what_fails_only_in_training_is_one_line(estimator, message):
    failing = EstimatorClassifier(estimator, 3, balanced=False, name="SMOTE")
    folds = fold_augmented(REAL, SYNTHETIC, 2, 1, 0)
    with pytest.raises(InputError, match=message) as in_search:
        failing.search(folds, np.array([1, 9]), MINORITY, [0])
    with pytest.raises(InputError, match=message) as in_fit:
        failing.predict(POOL, [Fit(EVERYTHING, 1.0, 0, TEST.images)])
    assert "\n" not in f"{in_search.value}{in_fit.value}"


@pytest.mark.parametrize(("definition", "message"), REFUSED.values(), ids=REFUSED)
def test_check_names_the_classifier(definition, message):
    definitions = {"Good": LOGISTIC, "Bad": definition}
    with pytest.raises(InputError, match=rf"^config: estimators\.Bad: .*{message}"):
        check_estimators(["MLP", "Good", "Bad"], definitions)


def test_check_passes_what_can_be_trained_and_skips_what_is_not_asked_for():
    check_estimators(["Good", "MLP"], {"Good": FOREST, "Bad": {"estimator": "nowhere.Nothing"}})
