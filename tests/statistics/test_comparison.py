import math
import statistics
from itertools import product

import numpy as np
import pandas as pd
import pytest
from f1_runs import runs, settings_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from deep_oversampling import schemas
from deep_oversampling.provenance import Provenance
from deep_oversampling.statistics.comparison import compare, compare_over_settings
from deep_oversampling.storage import read_frame, write_table

EXPERIMENTS = 1000
UNSURE = ["low", "high", "standard_error", "p_value", "holm_p"]


def row(table, method, reference="SMOTE", **keys):
    """The one row of a method against a reference."""
    for column, value in {"method": method, "reference": reference, **keys}.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def holm(p_values):
    """Holm's correction as he wrote it down: the smallest times m, the next times m − 1, never falling."""
    corrected = np.empty(len(p_values))
    highest = 0.0
    for place, number in enumerate(np.argsort(p_values)):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[number]))
        corrected[number] = highest
    return corrected


def test_differences_are_paired_by_replicate():
    found = row(compare(runs({"SMOTE": [0.50, 0.60, 0.70], "CVAE": [0.60, 0.65, 0.90]})), "CVAE")
    differences = [0.10, 0.05, 0.20]
    error = statistics.stdev(differences) / math.sqrt(3)
    assert found["replicates"] == 3
    assert found["difference"] == pytest.approx(0.35 / 3)
    assert found["standard_error"] == pytest.approx(error)
    assert [found["low"], found["high"]] == pytest.approx(
        [0.35 / 3 - 4.302653 * error, 0.35 / 3 + 4.302653 * error], rel=1e-5
    )


def test_a_replicate_that_one_method_lacks_is_left_out():
    found = row(compare(runs({"SMOTE": [0.50, 0.60, 0.70], "CVAE": [0.60, None, 0.90]})), "CVAE")
    assert found["replicates"] == 2
    assert found["difference"] == pytest.approx(0.15)


def test_replicates_are_matched_by_number_and_not_by_place():
    table = runs({"SMOTE": [0.5, 0.6, 0.9], "CVAE": [0.6, 0.8, 0.95]})
    pd.testing.assert_frame_equal(compare(table.iloc[[0, 1, 2, 5, 3, 4]]), compare(table))


def test_seeds_are_no_replicates():
    nested = runs({"SMOTE": [[0.4, 0.6], 0.6, 0.7], "CVAE": [0.6, [0.6, 0.7, 0.65], [0.9] * 9]})
    plain = runs({"SMOTE": [0.50, 0.60, 0.70], "CVAE": [0.60, 0.65, 0.90]})
    pd.testing.assert_frame_equal(compare(nested), compare(plain))


@settings(max_examples=40)
@given(
    f1=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=3, max_size=6).filter(
        lambda pairs: len({first - second for first, second in pairs}) > 1
    )
)
def test_the_p_value_is_that_of_the_paired_t_test(f1):
    smote, cvae = np.array(f1).T / 1000
    found = row(compare(runs({"SMOTE": list(smote), "CVAE": list(cvae)})), "CVAE")
    assert found["p_value"] == pytest.approx(stats.ttest_rel(cvae, smote).pvalue, rel=1e-6)
    assert found["holm_p"] == found["p_value"]
    assert (found["low"] > 0 or found["high"] < 0) == (found["p_value"] < 0.05)


def test_p_values_are_corrected_for_the_methods_of_one_reference_and_scope():
    f1 = np.random.default_rng(3).uniform(0.4, 0.6, size=(5, 4)) + np.array([[0, 0, 0.02, 0.1, 0.2]]).T
    methods = dict(zip(["SMOTE", "Imbalanced", "RANDOM", "CGAN", "CVAE"], map(list, f1), strict=True))
    table = pd.concat([runs(methods), runs(methods, scope="overall"), runs(methods, imbalance_ratio=80)])
    for _, family in compare(table).groupby(["imbalance_ratio", "scope", "reference"]):
        assert len(family) == 4
        assert family["holm_p"].tolist() == pytest.approx(holm(family["p_value"].to_numpy()))


def test_both_references_and_both_scopes_are_compared_in_order():
    f1 = {"Imbalanced": [0.4, 0.5], "SMOTE": [0.5, 0.7], "CVAE": [0.6, 0.65]}
    scopes = [runs(f1, scope=scope) for scope in ("minority", "majority", "overall")]
    table = compare(pd.concat([*scopes, runs(f1, imbalance_ratio=80)]))
    assert list(zip(table["scope"], table["reference"], table["method"], strict=True)) == [
        (scope, *pair)
        for scope in ("minority", "overall", "minority")
        for pair in [("SMOTE", "Imbalanced"), ("SMOTE", "CVAE"), ("Imbalanced", "SMOTE"), ("Imbalanced", "CVAE")]
    ]
    assert table["imbalance_ratio"].tolist() == [40] * 8 + [80] * 4
    smote, imbalanced = row(table[:4], "Imbalanced"), row(table[:4], "SMOTE", "Imbalanced")
    assert smote["difference"] == pytest.approx(-imbalanced["difference"]) == pytest.approx(-0.15)
    assert smote["low"] == pytest.approx(-imbalanced["high"])


@pytest.mark.parametrize("f1", [{"CVAE": [0.5, 0.6], "CGAN": [0.4, 0.7]}, {"SMOTE": [0.5, 0.6]}])
def test_nothing_to_compare_is_an_empty_table(f1):
    comparisons = compare(runs(f1))
    overall = compare_over_settings(comparisons)
    assert comparisons.empty
    assert overall.empty
    assert list(comparisons) == schemas.COMPARISON.names
    assert list(overall) == schemas.OVERALL_COMPARISON.names


def test_one_replicate_cannot_be_tested():
    found = row(compare(runs({"SMOTE": [[0.5, 0.6]], "CVAE": [[0.7, 0.9]]})), "CVAE")
    assert (found["replicates"], found["difference"]) == (1, pytest.approx(0.25))
    assert found[UNSURE].isna().all()


def test_equal_differences_cannot_be_tested_and_take_no_part_in_the_correction():
    table = compare(runs({"SMOTE": [0.5, 0.6, 0.7], "CGAN": [0.5, 0.6, 0.7], "CVAE": [0.6, 0.65, 0.9]}))
    same, other = row(table, "CGAN"), row(table, "CVAE")
    assert same[["difference", "low", "high", "standard_error"]].tolist() == [0, 0, 0, 0]
    assert same[["p_value", "holm_p"]].isna().all()
    assert other["holm_p"] == other["p_value"]


def test_differences_that_are_equal_but_for_rounding_cannot_be_tested():
    found = row(compare(runs({"SMOTE": [0.5, 0.6, 0.7], "CVAE": [0.6, 0.7, 0.8]})), "CVAE")
    assert found["difference"] == pytest.approx(0.1)
    assert found[["p_value", "holm_p"]].isna().all()


def test_methods_without_a_common_replicate_have_no_difference():
    found = row(compare(runs({"SMOTE": [0.5, 0.6], "CVAE": [None, None, 0.7]})), "CVAE")
    assert found["replicates"] == 0
    assert found[["difference", *UNSURE]].isna().all()


def sign_patterns_as_extreme(differences):
    """Share of all ways to sign the ranks whose sum is as far from its mean as the one that was found."""
    ranks = stats.rankdata(np.abs(differences))
    centre = ranks.sum() / 2
    observed = abs(ranks[np.asarray(differences) > 0].sum() - centre)
    sums = [ranks @ signs for signs in product((0, 1), repeat=len(ranks))]
    return np.mean([abs(each - centre) >= observed for each in sums])


@settings(max_examples=40)
@given(
    magnitudes=st.lists(st.integers(1, 200), min_size=6, max_size=6, unique=True),
    signs=st.lists(st.sampled_from((-1, 1)), min_size=6, max_size=6),
)
def test_wilcoxon_s_p_value_is_that_of_all_sign_patterns(magnitudes, signs):
    differences = np.array(magnitudes) * signs / 1000
    overall = compare_over_settings(compare(settings_of({"SMOTE": [0.5] * 6, "CVAE": list(0.5 + differences)})))
    found = row(overall, "CVAE")
    assert (found["settings"], found["settings_better"]) == (6, signs.count(1))
    assert found["difference"] == pytest.approx(differences.mean())
    assert found["wilcoxon_p"] == pytest.approx(sign_patterns_as_extreme(differences))


def test_holm_over_settings_by_hand():
    overall = compare_over_settings(
        compare(
            settings_of(
                {
                    "SMOTE": [0.5] * 7,
                    "CVAE": [0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57],
                    "CGAN": [0.51, 0.48, 0.53, 0.54, 0.55, 0.56, 0.57],
                    "ACGAN": [0.49, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57],
                }
            )
        )
    ).set_index("method")
    assert overall["wilcoxon_p"].to_dict() == pytest.approx({"CVAE": 2 / 128, "ACGAN": 4 / 128, "CGAN": 6 / 128})
    assert overall["holm_p"].to_dict() == pytest.approx({"CVAE": 3 * 2 / 128, "ACGAN": 2 * 4 / 128, "CGAN": 8 / 128})
    assert overall["settings_better"].to_dict() == {"CVAE": 7, "CGAN": 6, "ACGAN": 6}


@pytest.mark.parametrize("n_settings", range(2, 10))
@pytest.mark.parametrize("n_methods", [1, 2, 4, 12])
def test_only_what_can_become_significant_is_corrected(n_settings, n_methods):
    gains = 0.001 * np.arange(1, n_settings + 1)
    f1 = {f"method {number}": 0.5 + gains + 0.01 * number for number in range(n_methods)}
    overall = compare_over_settings(compare(settings_of({"SMOTE": [0.5] * n_settings} | f1)))
    smallest = n_methods * 2 / 2**n_settings
    assert overall["wilcoxon_p"].to_numpy() == pytest.approx(2 / 2**n_settings)
    if smallest >= 0.05:
        assert overall["holm_p"].isna().all()
    else:
        assert overall["holm_p"].to_numpy() == pytest.approx(smallest)


def test_a_method_of_few_settings_is_left_out_alone():
    everywhere = settings_of({"SMOTE": [0.5] * 8, "CVAE": 0.5 + 0.01 * np.arange(1, 9)})
    somewhere = settings_of({"SMOTE": [0.5] * 3, "CGAN": [0.51, 0.52, 0.53]})
    table = pd.concat([everywhere, somewhere[somewhere["method"] == "CGAN"]])
    overall = compare_over_settings(compare(table)).set_index("method")
    assert overall["settings"].to_dict() == {"CVAE": 8, "CGAN": 3}
    assert overall["holm_p"].to_dict() == pytest.approx({"CVAE": 2 * 2 / 256, "CGAN": math.nan}, nan_ok=True)


def test_methods_that_cannot_be_tested_do_not_count_as_many():
    equal = {f"same {number}": [0.5] * 6 for number in range(5)}
    overall = compare_over_settings(
        compare(settings_of({"SMOTE": [0.5] * 6, "CVAE": 0.51 + 0.01 * np.arange(6)} | equal))
    )
    assert row(overall, "CVAE")["holm_p"] == pytest.approx(2 / 64)


def test_settings_are_summed_up_for_each_classifier_protocol_and_scope():
    f1 = {"SMOTE": [0.5, 0.6], "CVAE": [0.6, 0.8]}
    table = pd.concat(
        [runs(f1), runs(f1, imbalance_ratio=80), runs(f1, protocol="leak_free"), runs(f1, classifier="forest")]
    )
    overall = compare_over_settings(compare(pd.concat([table, table.assign(scope="overall")])))
    assert overall.groupby(["classifier", "protocol", "scope"])["settings"].sum().to_dict() == {
        ("MLP", "paper", "minority"): 2,
        ("MLP", "paper", "overall"): 2,
        ("MLP", "leak_free", "minority"): 1,
        ("MLP", "leak_free", "overall"): 1,
        ("forest", "paper", "minority"): 1,
        ("forest", "paper", "overall"): 1,
    }


def test_one_setting_keeps_its_interval():
    comparisons = compare(runs({"SMOTE": [0.50, 0.60, 0.70], "CVAE": [0.60, 0.65, 0.90]}))
    one, overall = row(comparisons, "CVAE"), row(compare_over_settings(comparisons), "CVAE")
    bounds = ["difference", "low", "high"]
    assert overall[bounds].tolist() == pytest.approx(one[bounds].tolist())


def test_equally_sure_settings_pool_their_degrees_of_freedom():
    f1 = {"SMOTE": [0.5, 0.5, 0.5], "CVAE": [0.5, 0.6, 0.7]}
    overall = compare_over_settings(compare(pd.concat([runs(f1), runs(f1, imbalance_ratio=80)])))
    found = row(overall, "CVAE")
    half = 2.776445 * 0.1 / math.sqrt(3) / math.sqrt(2)
    assert found["difference"] == pytest.approx(0.1)
    assert [found["low"], found["high"]] == pytest.approx([0.1 - half, 0.1 + half], rel=1e-3)


def test_a_setting_of_one_replicate_leaves_the_interval_out():
    f1 = {"SMOTE": [0.5, 0.6], "CVAE": [0.6, 0.8]}
    lone = runs({"SMOTE": [0.5], "CVAE": [0.7]}, imbalance_ratio=80)
    found = row(compare_over_settings(compare(pd.concat([runs(f1), lone]))), "CVAE")
    assert (found["settings"], found["difference"]) == (2, pytest.approx((0.15 + 0.2) / 2))
    assert found[["low", "high"]].isna().all()


def test_a_setting_without_a_common_replicate_does_not_count():
    f1 = {"SMOTE": [0.50, 0.60, 0.70], "CVAE": [0.60, 0.65, 0.90]}
    apart = runs({"SMOTE": [0.5, None], "CVAE": [None, 0.7]}, imbalance_ratio=80)
    with_it = compare_over_settings(compare(pd.concat([runs(f1), apart])))
    pd.testing.assert_frame_equal(with_it, compare_over_settings(compare(runs(f1))))


def test_settings_without_any_difference_are_not_tested():
    found = row(compare_over_settings(compare(settings_of({"SMOTE": [0.5, 0.6], "CVAE": [0.5, 0.6]}))), "CVAE")
    assert (found["settings"], found["settings_better"], found["difference"]) == (2, 0, 0)
    assert found[["wilcoxon_p", "holm_p"]].isna().all()


@pytest.fixture(scope="module")
def without_effect():
    """Comparisons of methods that are all the same, each experiment a setting of its own."""
    methods = ["SMOTE", "CVAE", "CGAN", "ACGAN"]
    generator = np.random.default_rng(2021)
    of_replicate = 0.05 * generator.normal(size=(EXPERIMENTS, 1, 5, 1))
    of_method = 0.02 * generator.normal(size=(EXPERIMENTS, 4, 5, 1))
    f1 = 0.6 + of_replicate + of_method + 0.01 * generator.normal(size=(EXPERIMENTS, 4, 5, 3))
    experiment, method, replicate, seed = np.indices(f1.shape).reshape(4, -1)
    columns = {"imbalance_ratio": experiment, "replicate": replicate, "classifier_seed": seed, "f1": f1.ravel()}
    fixed = runs({"SMOTE": [0.5]}).iloc[0].to_dict()
    return compare(pd.DataFrame(fixed | columns | {"method": np.array(methods)[method]}))


def test_the_paired_interval_holds_the_true_difference_as_often_as_it_says(without_effect):
    assert len(without_effect) == 3 * EXPERIMENTS
    assert ((without_effect["low"] < 0) & (without_effect["high"] > 0)).mean() == pytest.approx(0.95, abs=0.02)


def test_holm_keeps_false_findings_below_five_percent(without_effect):
    smallest = without_effect.groupby("imbalance_ratio")[["p_value", "holm_p"]].min()
    noise = 3 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
    assert (smallest["holm_p"] < 0.05).mean() < 0.05 + noise
    assert (smallest["p_value"] < 0.05).mean() > 0.05 + noise


def test_the_interval_over_settings_holds_the_true_mean_as_often_as_it_says():
    generator = np.random.default_rng(2021)
    true = np.array([0.00, 0.02, 0.03, -0.01, 0.05, 0.10])
    spread = np.array([0.01, 0.01, 0.02, 0.03, 0.03, 0.06])
    differences = true + spread * generator.normal(size=(5, 1500, 6))
    experiment, setting = np.indices((1500, 6)).reshape(2, -1)
    comparisons = pd.DataFrame(
        {
            "classifier": experiment,
            "protocol": "paper",
            "scope": "minority",
            "reference": "SMOTE",
            "method": "CVAE",
            "imbalance_ratio": setting,
            "replicates": 5,
            "difference": differences.mean(axis=0).ravel(),
            "standard_error": differences.std(axis=0, ddof=1).ravel() / math.sqrt(5),
        }
    )
    overall = compare_over_settings(comparisons)
    assert len(overall) == 1500
    holds = (overall["low"] < true.mean()) & (overall["high"] > true.mean())
    assert holds.mean() == pytest.approx(0.95, abs=0.02)


def test_files_in_and_out(tmp_path):
    comparison = compare(runs({"Imbalanced": [0.3, 0.45], "SMOTE": [0.50, 0.60], "CVAE": [0.60, 0.65]}))
    tables = {
        "comparison": (comparison, schemas.COMPARISON),
        "comparison_over_settings": (compare_over_settings(comparison), schemas.OVERALL_COMPARISON),
    }
    for name, (table, schema) in tables.items():
        write_table(tmp_path / f"{name}.parquet", table, schema, Provenance(name))
        pd.testing.assert_frame_equal(
            read_frame(tmp_path / f"{name}.parquet", schema), table, check_dtype=False, check_exact=True
        )


@given(st.integers(0, 1000))
@settings(max_examples=5)
def test_holm_is_statsmodels_s(seed):
    generator = np.random.default_rng(seed)
    table = runs({method: generator.normal(0.5, 0.1, 5) for method in ("SMOTE", "A", "B", "C", "D", "E")})
    compared = compare(table)
    assert len(compared) == 5
    expected = multipletests(compared["p_value"], method="holm")[1]
    assert compared["holm_p"].to_numpy() == pytest.approx(expected)
