import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from imblearn.metrics import geometric_mean_score
from sklearn.metrics import balanced_accuracy_score, precision_recall_fscore_support

from deep_oversampling.errors import InputError
from deep_oversampling.tables.runs import METHOD, METRICS, TUNED, metrics_by_run, minority_classes

N_CLASSES = 4
MATRICES = arrays(int, (N_CLASSES, N_CLASSES), elements=st.integers(0, 9)).filter(lambda counts: counts.any(1).all())


def score(confusion=None, **changed):
    """One run on four classes, of which 1 and 3 are the minority."""
    run = {
        "dataset": "mnist",
        "minority": "1-3",
        "imbalance_ratio": 40,
        "replicate": 0,
        "method": "SMOTE",
        "classifier": "MLP",
        "protocol": "paper",
        "classifier_seed": 0,
        "confusion": np.eye(N_CLASSES, dtype=int).tolist() if confusion is None else np.asarray(confusion).tolist(),
        "log_loss": [0.1, 0.2, 0.3, 0.4],
        "roc_auc": [0.9, 0.8, 0.7, 0.6],
        "average_precision": [0.5, 0.6, 0.7, 0.9],
        "calibration_error": 0.25,
        "refitted_in_folds": True,
        "chosen_weight": 5.5,
        "logit_adjustment": None,
    }
    return pd.DataFrame([run | changed])


def of_scope(scores, scope):
    runs = metrics_by_run(scores)
    return runs[runs["scope"] == scope].iloc[0]


def test_a_run_has_a_row_for_each_scope():
    runs = metrics_by_run(score())
    assert list(runs) == [*METHOD, "replicate", "classifier_seed", "refitted_in_folds", *TUNED, "scope", *METRICS]
    assert runs["scope"].tolist() == ["minority", "majority", "overall"]
    assert runs["refitted_in_folds"].all()
    assert runs["chosen_weight"].eq(5.5).all()
    assert runs["logit_adjustment"].isna().all()
    assert runs[["precision", "recall", "f1", "balanced_accuracy", "g_mean"]].eq(1).all(axis=None)


@given(confusion=MATRICES)
def test_metrics_are_scikit_learn_s(confusion):
    true, predicted = np.repeat(np.indices(confusion.shape).reshape(2, -1), confusion.ravel(), axis=1)
    named = {"zero_division": 0.0, "labels": range(N_CLASSES)}
    overall = of_scope(score(confusion), "overall")
    metrics = precision_recall_fscore_support(true, predicted, average="macro", **named)[:3]
    assert overall[["precision", "recall", "f1"]].tolist() == pytest.approx(metrics)
    assert overall["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(true, predicted))
    assert overall["g_mean"] == pytest.approx(geometric_mean_score(true, predicted))
    minority = of_scope(score(confusion), "minority")
    weighted = precision_recall_fscore_support(true, predicted, average="weighted", **named | {"labels": [1, 3]})[:3]
    assert minority[["precision", "recall", "f1"]].tolist() == pytest.approx(weighted)


def test_ranking_metrics_are_means_over_the_scope_s_classes():
    runs = metrics_by_run(score()).set_index("scope")
    assert runs["roc_auc"].to_dict() == pytest.approx({"minority": 0.7, "majority": 0.8, "overall": 0.75})
    assert runs["average_precision"].to_dict() == pytest.approx({"minority": 0.75, "majority": 0.6, "overall": 0.675})


def test_log_loss_is_the_mean_over_images():
    runs = metrics_by_run(score(np.diag([10, 30, 20, 10]))).set_index("scope")["log_loss"]
    assert runs["minority"] == pytest.approx((30 * 0.2 + 10 * 0.4) / 40)
    assert runs["overall"] == pytest.approx((10 * 0.1 + 30 * 0.2 + 20 * 0.3 + 10 * 0.4) / 70)


def test_calibration_is_of_all_images_alone():
    runs = metrics_by_run(score()).set_index("scope")["calibration_error"]
    assert runs["overall"] == 0.25
    assert runs[["minority", "majority"]].isna().all()


def test_one_overlooked_class_leaves_no_geometric_mean():
    overlooked = of_scope(score([[9, 0, 0, 0], [9, 0, 0, 0], [0, 0, 9, 0], [0, 0, 0, 9]]), "minority")
    assert (overlooked["g_mean"], overlooked["balanced_accuracy"]) == (0, 0.5)


def test_a_scope_without_classes_is_left_out():
    assert metrics_by_run(score(minority="0-1-2-3"))["scope"].tolist() == ["minority", "overall"]


def test_classes_without_test_images_count_nothing():
    majority = of_scope(score(np.diag([0, 5, 0, 5])), "majority")
    assert majority[["precision", "recall", "f1", "log_loss"]].tolist() == [0, 0, 0, 0]


def test_every_replicate_and_seed_is_a_run_in_order_of_first_appearance():
    scores = pd.concat(
        [
            score(method="SMOTE", imbalance_ratio=80),
            score(method="CVAE"),
            score(method="CVAE", imbalance_ratio=80),
            score(method="SMOTE"),
            score(method="SMOTE", imbalance_ratio=80, replicate=1),
            score(method="SMOTE", imbalance_ratio=80, classifier_seed=1),
        ]
    )
    runs = metrics_by_run(scores)
    named = runs[runs["scope"] == "overall"][["imbalance_ratio", "method", "replicate", "classifier_seed"]]
    assert list(named.itertuples(index=False, name=None)) == [
        (80, "SMOTE", 0, 0),
        (80, "SMOTE", 1, 0),
        (80, "SMOTE", 0, 1),
        (80, "CVAE", 0, 0),
        (40, "SMOTE", 0, 0),
        (40, "CVAE", 0, 0),
    ]


def test_what_cannot_be_tabulated_is_refused():
    with pytest.raises(InputError, match="no scores to tabulate"):
        metrics_by_run(score().iloc[:0])
    with pytest.raises(InputError, match="method SMOTE, replicate 0, classifier_seed 0 is there twice"):
        metrics_by_run(pd.concat([score(), score()]))
    with pytest.raises(InputError, match="minority class 7 is outside the scored classes 0 to 3"):
        metrics_by_run(score(minority="1-7"))


def test_minority_sets_are_read_from_paths():
    assert minority_classes("3-4-5") == [3, 4, 5]
    assert minority_classes("7") == [7]
    assert math.prod(minority_classes("10-11")) == 110
