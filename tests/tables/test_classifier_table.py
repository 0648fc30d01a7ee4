import math
import statistics

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from imblearn.metrics import geometric_mean_score
from sklearn.metrics import f1_score

from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import CLASSIFIER_TABLE, SCORE
from deep_oversampling.storage import read_frame, write_table
from deep_oversampling.tables.classifier import classifier_table
from deep_oversampling.tables.runs import METRICS, metrics_by_run


def confusion(found):
    """Ten classes of ten images; ``found`` of each of the classes 3, 4 and 5, the rest taken for 0."""
    counts = np.eye(10, dtype=int) * 10
    for label in (3, 4, 5):
        counts[label, label], counts[label, 0] = found, 10 - found
    return counts.tolist()


def overall_f1(found):
    true = np.repeat(np.arange(10), 10)
    predicted = true.copy()
    for label in (3, 4, 5):
        predicted[10 * label + found : 10 * label + 10] = 0
    return f1_score(true, predicted, average="macro")


def scores(method="SMOTE", found=(4, 6), **changed):
    """One run for each of ``found``, of a replicate of its own."""
    rows = {
        "dataset": "mnist",
        "minority": "3-4-5",
        "imbalance_ratio": 320,
        "replicate": range(len(found)),
        "method": method,
        "classifier": "MLP",
        "protocol": "paper",
        "classifier_seed": 0,
        "confusion": [confusion(count) for count in found],
        "log_loss": [[0.1 * label for label in range(10)] for _ in found],
        "roc_auc": [[0.9] * 3 + [0.6] * 3 + [0.9] * 4 for _ in found],
        "average_precision": [[0.8] * 3 + [0.5] * 3 + [0.8] * 4 for _ in found],
        "calibration_error": [0.1 * number for number in range(len(found))],
        "candidates": [[] for _ in found],
        "chosen_weight": 1.0,
        "logit_adjustments": [[] for _ in found],
        "logit_adjustment": None,
        "refitted_in_folds": None,
        "notes": [[] for _ in found],
        "search_seconds": 0.0,
        "fit_seconds": 0.0,
    }
    return pd.DataFrame(rows | changed)[SCORE.names]


def scope(table, name, method="SMOTE"):
    """The one row of a scope."""
    rows = table[(table["scope"] == name) & (table["method"] == method)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_means_are_over_runs():
    table = classifier_table(scores(), majority_count=3200)
    assert list(table.columns) == CLASSIFIER_TABLE.names
    assert list(table["scope"]) == ["minority", "majority", "overall"]
    minority = scope(table, "minority")
    assert minority["runs"] == 2
    assert minority["precision"] == 1
    assert minority["recall"] == pytest.approx(0.5)
    assert minority["f1"] == pytest.approx((8 / 14 + 12 / 16) / 2)
    majority = scope(table, "majority")
    assert majority["recall"] == 1
    assert majority["precision"] == pytest.approx((6 + (10 / 28 + 10 / 22) / 2) / 7)


def test_overall_f1_and_its_deviation():
    overall = scope(classifier_table(scores(found=(4, 6, 7)), majority_count=3200), "overall")
    values = [overall_f1(found) for found in (4, 6, 7)]
    assert overall["f1"] == pytest.approx(statistics.mean(values))
    assert overall["f1_standard_deviation"] == pytest.approx(statistics.stdev(values))


def test_one_run_has_no_deviation():
    table = classifier_table(scores(found=(5,)), majority_count=3200)
    assert list(table["runs"]) == [1, 1, 1]
    assert table["f1_standard_deviation"].isna().all()


def test_seeds_of_one_replicate_are_runs_but_no_replicates():
    both = pd.concat([scores(found=(4,)), scores(found=(6,), classifier_seed=1, calibration_error=0.1)])
    nested, separate = classifier_table(both, 3200), classifier_table(scores(), 3200)
    errors = [f"{metric}_standard_error" for metric in METRICS]
    assert nested[errors].isna().all(axis=None)
    of_replicates = ["replicates", *errors, "f1_low", "f1_high"]
    pd.testing.assert_frame_equal(nested.drop(columns=of_replicates), separate.drop(columns=of_replicates))
    assert set(nested["replicates"]) == {1}
    assert set(separate["replicates"]) == {2}


def test_every_metric_has_the_standard_error_of_the_replicates_means():
    runs = pd.concat([scores(found=found, classifier_seed=seed) for seed, found in enumerate([(4, 6, 8), (5, 7, 8)])])
    runs["log_loss"] = [list(np.arange(10.0) * row) for row in range(6)]
    table = classifier_table(runs, majority_count=3200)
    of_replicates = metrics_by_run(runs).groupby(["scope", "replicate"])[METRICS].mean()
    for name in table["scope"]:
        for metric in METRICS:
            expected = scipy.stats.sem(of_replicates.loc[name][metric])
            assert scope(table, name)[f"{metric}_standard_error"] == pytest.approx(expected, nan_ok=True)
    assert scope(table, "overall")["log_loss_standard_error"] > 0


def test_standard_error_is_that_of_the_replicates_means():
    table = classifier_table(
        pd.concat([scores(found=found, classifier_seed=seed) for seed, found in enumerate([(4, 6, 8), (5, 7, 8)])]),
        majority_count=3200,
    )
    means = [(overall_f1(first) + overall_f1(second)) / 2 for first, second in ((4, 5), (6, 7), (8, 8))]
    overall = scope(table, "overall")
    assert overall["f1_standard_error"] == pytest.approx(statistics.stdev(means) / math.sqrt(3))
    t_quantile = 4.302653
    half = t_quantile * statistics.stdev(means) / math.sqrt(3)
    assert (overall["f1_low"], overall["f1_high"]) == pytest.approx((overall["f1"] - half, overall["f1"] + half))


def test_further_metrics_are_those_of_the_scope_s_classes():
    table = classifier_table(scores(found=(4, 6)), majority_count=3200)
    minority, overall = scope(table, "minority"), scope(table, "overall")
    assert minority["balanced_accuracy"] == pytest.approx(0.5)
    assert minority["g_mean"] == pytest.approx(0.5)
    assert overall["balanced_accuracy"] == pytest.approx((7 + 3 * 0.5) / 10)
    assert overall["g_mean"] == pytest.approx((0.4**0.3 + 0.6**0.3) / 2)
    assert (minority["roc_auc"], minority["average_precision"]) == pytest.approx((0.6, 0.5))
    assert (overall["roc_auc"], overall["average_precision"]) == pytest.approx((0.81, 0.71))
    assert (minority["log_loss"], overall["log_loss"]) == pytest.approx((0.4, 0.45))
    assert overall["calibration_error"] == pytest.approx(0.05)
    assert math.isnan(minority["calibration_error"])


def test_g_mean_is_imbalanced_learn_s():
    counts = np.array(confusion(4))
    true, predicted = np.repeat(np.indices((10, 10)).reshape(2, -1), counts.ravel(), axis=1)
    overall = scope(classifier_table(scores(found=(4,)), majority_count=3200), "overall")
    assert overall["g_mean"] == pytest.approx(geometric_mean_score(true, predicted))


def test_methods_and_classifiers_that_the_paper_has_not_are_told():
    table = classifier_table(
        pd.concat([scores(), scores("ClassWeights"), scores(classifier="forest")]), majority_count=3200
    )
    overall = table[table["scope"] == "overall"].set_index(["classifier", "method"])
    assert overall["in_paper"].to_dict() == {
        ("MLP", "SMOTE"): True,
        ("MLP", "ClassWeights"): False,
        ("forest", "SMOTE"): True,
    }
    assert overall["paper_f1"].notna().tolist() == [True, False, False]


def test_whether_folds_were_oversampled_anew_is_told():
    table = classifier_table(
        pd.concat([scores(), scores("CVAE", protocol="leak_free", refitted_in_folds=False)]), majority_count=3200
    )
    assert scope(table, "overall", "CVAE")["refitted_in_folds"] is False
    assert scope(table, "overall")["refitted_in_folds"] is None


def test_what_was_tuned_is_averaged_over_runs():
    tuned = scores("TunedLogitAdjustment", chosen_weight=None, logit_adjustment=[1.5, 1.8])
    table = classifier_table(pd.concat([scores(chosen_weight=[1, 6.5]), tuned]), majority_count=3200)
    assert scope(table, "minority")["chosen_weight"] == 3.75
    assert np.isnan(scope(table, "minority")["logit_adjustment"])
    assert scope(table, "overall", "TunedLogitAdjustment")["logit_adjustment"] == pytest.approx(1.65)
    assert np.isnan(scope(table, "overall", "TunedLogitAdjustment")["chosen_weight"])


def test_lift_is_over_smote_of_the_same_setting_and_protocol():
    table = classifier_table(
        pd.concat(
            [
                scores(found=(4,)),
                scores("CVAE", found=(6,)),
                scores(found=(5,), protocol="leak_free"),
                scores("CVAE", found=(6,), protocol="leak_free"),
                scores("CVAE", found=(6,), imbalance_ratio=80),
            ]
        ),
        majority_count=3200,
    )
    lifts = table[table["method"] == "CVAE"].set_index(["imbalance_ratio", "protocol", "scope"])["lift_percent"]
    better = overall_f1(6)
    assert lifts[320, "paper", "overall"] == pytest.approx(100 * (better / overall_f1(4) - 1))
    assert lifts[320, "leak_free", "overall"] == pytest.approx(100 * (better / overall_f1(5) - 1))
    assert lifts.notna().sum() == 2
    assert table.loc[table["method"] == "SMOTE", "lift_percent"].isna().all()


def test_paper_s_numbers_stand_beside_the_same_cell():
    table = classifier_table(pd.concat([scores(), scores("CVAE"), scores("ADASYN")]), majority_count=3200)
    paper = [name for name in table.columns if name.startswith("paper_")]
    assert scope(table, "overall", "CVAE")[paper].tolist() == [5, 0.864, 0.846, 0.837, 7.308]
    assert scope(table, "minority", "CVAE")[paper].tolist()[:-1] == [5, 0.865, 0.553, 0.668]
    assert scope(table, "overall")["paper_f1"] == 0.780
    assert math.isnan(scope(table, "overall")["paper_lift_percent"])
    assert table.loc[table["method"] == "ADASYN", paper].isna().all(axis=None)


@pytest.mark.parametrize(
    ("majority_count", "changed"),
    [(320, {}), (3200, {"imbalance_ratio": 40}), (3200, {"minority": "3-4"}), (3200, {"dataset": "kmnist"})],
)
def test_other_settings_have_no_paper_number(majority_count, changed):
    table = classifier_table(scores(**changed), majority_count)
    assert table.filter(like="paper_").isna().all(axis=None)


def test_rows_keep_the_order_of_first_appearance():
    table = classifier_table(
        pd.concat(
            [
                scores("SMOTE", minority="1-2-3-4-5"),
                scores("SMOTE", minority="3-4-5"),
                scores("RANDOM", minority="3-4-5"),
                scores("RANDOM", minority="1-2-3-4-5"),
            ]
        ),
        majority_count=3200,
    )
    assert list(table["minority"]) == ["1-2-3-4-5"] * 6 + ["3-4-5"] * 6
    assert list(table["method"]) == (["SMOTE"] * 3 + ["RANDOM"] * 3) * 2
    assert list(table["scope"]) == ["minority", "majority", "overall"] * 4


def test_no_majority_class_leaves_the_row_out():
    table = classifier_table(scores(minority="0-1-2-3-4-5-6-7-8-9"), majority_count=3200)
    assert list(table["scope"]) == ["minority", "overall"]


def test_repeated_run_is_refused():
    with pytest.raises(InputError, match="method SMOTE, replicate 0, classifier_seed 0 is there twice"):
        classifier_table(pd.concat([scores(), scores(found=(5,))]), majority_count=3200)


def test_no_scores_are_refused():
    with pytest.raises(InputError, match="no scores to tabulate"):
        classifier_table(scores(found=()), majority_count=3200)


def test_files_in_and_out(tmp_path):
    write_table(tmp_path / "score.parquet", scores(), SCORE, Provenance("score"))
    table = classifier_table(read_frame(tmp_path / "score.parquet", SCORE), majority_count=320)
    write_table(tmp_path / "table.parquet", table, CLASSIFIER_TABLE, Provenance("classifier_table"))
    read = read_frame(tmp_path / "table.parquet", CLASSIFIER_TABLE)
    np.testing.assert_array_equal(read["f1"], classifier_table(scores(), 3200)["f1"])
    assert read.filter(like="paper_").isna().all(axis=None)
