import math
import re

import numpy as np
import pandas as pd
import pytest
from f1_runs import runs, settings_of

from deep_oversampling.statistics.comparison import compare, compare_over_settings
from deep_oversampling.statistics.findings import findings
from deep_oversampling.statistics.ranks import rank

ADDING = ["SMOTE", "CVAE", "CGAN"]
SETTING = {"dataset": "mnist", "minority": "3-4-5", "imbalance_ratio": 40, "classifier": "MLP", "protocol": "paper"}


def ranks(mean_f1, friedman_p=math.nan, settings=1, scope="minority"):
    """A row for each method of ``mean_f1``, ``{"SMOTE": 0.5}``."""
    return pd.DataFrame(
        {
            "classifier": "MLP",
            "protocol": "paper",
            "scope": scope,
            "method": list(mean_f1),
            "settings": settings,
            "mean_f1": list(mean_f1.values()),
            "mean_rank": 1.0,
            "friedman_statistic": friedman_p,
            "friedman_p": friedman_p,
        }
    )


def compared(method, reference, **changed):
    """One comparison of one setting, and the same over all settings."""
    numbers = {"difference": 0.0125, "low": 0.0019, "high": 0.0231, "holm_p": 0.0312, "scope": "minority"} | changed
    own = {"replicates": 5, "standard_error": 0.004, "p_value": 0.02}
    over = {"settings": 1, "settings_better": 1, "wilcoxon_p": 1.0}
    names = {"method": method, "reference": reference}
    return pd.DataFrame([SETTING | names | own | numbers]), pd.DataFrame([SETTING | names | over | numbers])


def said(mean_f1, *pairs, adding=ADDING, **named):
    """The findings on methods and comparisons as :func:`compared` makes them."""
    nothing = compared("none", "none", scope="overall")
    comparisons, overall = (pd.concat(tables, ignore_index=True) for tables in zip(nothing, *pairs, strict=True))
    return findings(ranks(mean_f1, **named), comparisons, overall, adding)


def found_in(table, adding=ADDING):
    """The findings on runs."""
    comparisons = compare(table)
    return findings(rank(table), comparisons, compare_over_settings(comparisons), adding)


def test_the_best_and_the_next_are_named():
    assert said({"SMOTE": 0.7124, "CVAE": 0.7456, "CGAN": 0.3}) == [
        "CVAE has the best mean F1 of the minority classes, 0.746; SMOTE comes next with 0.712."
    ]


def test_methods_that_the_paper_lacks_are_marked():
    sentences = said(
        {"TunedLogitAdjustment": 0.8, "ADASYN": 0.7, "SMOTE": 0.6, "Imbalanced": 0.5},
        compared("ADASYN", "Imbalanced"),
        compared("ADASYN", "SMOTE"),
        compared("TunedLogitAdjustment", "Imbalanced"),
        adding=["SMOTE", "ADASYN"],
    )
    assert [sentence.partition(" †")[0].rpartition(" ")[2] for sentence in sentences] == [
        *("TunedLogitAdjustment", "ADASYN", "TunedLogitAdjustment", "ADASYN")
    ]
    assert "ADASYN † comes next" in sentences[0]


def test_numbers_are_those_of_the_tables_rounded():
    sentences = said(
        {"Imbalanced": 0.6, "CVAE": 0.7, "SMOTE": 0.69, "ClassWeights": 0.65},
        compared("CVAE", "Imbalanced", difference=0.10049, low=0.0506, high=0.15038),
        compared("CVAE", "SMOTE", difference=0.0125, low=-0.0019, high=0.0269, holm_p=0.07149),
        compared("ClassWeights", "Imbalanced", difference=-0.0504, low=-0.1, high=-0.0008, holm_p=0.0004),
    )
    assert sentences == [
        "CVAE has the best mean F1 of the minority classes, 0.700; SMOTE comes next with 0.690.",
        "Of the methods that add images, CVAE is best: its minority F1 is 0.100 above Imbalanced"
        " (95 % interval +0.051 to +0.150; significant, paired t-test, Holm-corrected, p = 0.0312).",
        "Of those that cost no synthetic image, ClassWeights † is best: its minority F1 is 0.050 below Imbalanced"
        " (95 % interval −0.100 to −0.001; significant, paired t-test, Holm-corrected, p < 0.001).",
        "The best other way to add images, CVAE, is 0.013 above SMOTE"
        " (95 % interval −0.002 to +0.027; not significant, paired t-test, Holm-corrected, p = 0.0715).",
    ]


@pytest.mark.parametrize(
    ("p_value", "verdict"),
    [(0.001, "significant"), (0.0499, "significant"), (0.05, "not significant"), (0.0501, "not significant")],
)
def test_what_is_significant_is_below_five_percent(p_value, verdict):
    several = compared("CVAE", "SMOTE", holm_p=p_value)
    several[1]["settings"] = 6
    assert f"; {verdict}, paired t-test" in said({"CVAE": 0.7}, compared("CVAE", "SMOTE", holm_p=p_value))[-1]
    assert f"; {verdict}, Wilcoxon" in said({"CVAE": 0.7}, several)[-1]
    differ = "differ" if verdict == "significant" else "do not differ measurably"
    of_ranks = said({"CVAE": 0.7, "SMOTE": 0.6, "CGAN": 0.5}, friedman_p=p_value, settings=6)[-1]
    assert of_ranks == f"Over 6 settings the ranks of the 3 methods {differ} ({verdict}, Friedman, p = {p_value:.3g})."


@pytest.mark.parametrize(("difference", "words"), [(0.02, "0.020 above"), (-0.02, "0.020 below")])
def test_above_and_below_are_told(difference, words):
    assert f" is {words} SMOTE (" in said({"CVAE": 0.7}, compared("CVAE", "SMOTE", difference=difference))[-1]


def test_one_replicate_of_one_setting_cannot_say_how_sure_it_is():
    sentences = found_in(runs({"Imbalanced": [0.5], "SMOTE": [0.6], "CVAE": [0.65]}))
    assert sentences == [
        "CVAE has the best mean F1 of the minority classes, 0.650; SMOTE comes next with 0.600.",
        "Of the methods that add images, CVAE is best: its minority F1 is 0.150 above Imbalanced, on one replicate,"
        " which cannot say how sure that is.",
        "The best other way to add images, CVAE, is 0.050 above SMOTE, on one replicate, which cannot say how sure"
        " that is.",
    ]


def test_one_setting_of_several_replicates_is_tested_by_t():
    table = runs({"SMOTE": [0.50, 0.60, 0.70], "CVAE": [0.60, 0.65, 0.90]})
    comparison = compare(table).iloc[0]
    low, high = (f"{comparison[bound]:+.3f}".replace("-", "−") for bound in ("low", "high"))
    assert found_in(table)[-1] == (
        f"The best other way to add images, CVAE, is {comparison['difference']:.3f} above SMOTE"
        f" (95 % interval {low} to {high}; not significant, paired t-test, Holm-corrected,"
        f" p = {comparison['p_value']:.3g})."
    )


def test_several_settings_of_one_replicate_are_tested_by_ranks():
    gains = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07]
    sentences = found_in(settings_of({"SMOTE": [0.5] * 7, "CVAE": [0.5 + g for g in gains], "CGAN": [0.4] * 7}))
    assert sentences[1] == (
        "The best other way to add images, CVAE, is 0.040 above SMOTE on average (better in 7 of 7 settings;"
        " significant, Wilcoxon, Holm-corrected, p = 0.0312)."
    )
    assert sentences[2] == "Over 7 settings the ranks of the 3 methods differ (significant, Friedman, p < 0.001)."


def test_too_few_settings_for_so_many_methods_are_not_tested():
    gains = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
    f1 = {"SMOTE": [0.5] * 6, "CVAE": [0.5 + gain for gain in gains]}
    assert "6 of 6 settings; significant, Wilcoxon" in found_in(settings_of(f1))[1]
    assert found_in(settings_of(f1 | {"CGAN": [0.4] * 6}))[1] == (
        "The best other way to add images, CVAE, is 0.035 above SMOTE on average (better in 6 of 6 settings,"
        " too few for a test)."
    )


def test_settings_without_any_difference_are_not_said_to_be_few():
    sentence = found_in(settings_of({"SMOTE": [0.5, 0.6], "CVAE": [0.5, 0.6]}))[1]
    assert sentence.endswith(
        "better in 0 of 2 settings; not significant: Wilcoxon, Holm-corrected has nothing to test)."
    )


@pytest.mark.parametrize("n_settings", [1, 2, 7])
@pytest.mark.parametrize("replicates", [1, 3])
@pytest.mark.parametrize(
    "methods", [["SMOTE"], ["Imbalanced", "SMOTE", "CVAE"], ["Imbalanced", *ADDING, "ClassWeights"]]
)
@pytest.mark.parametrize("spread", [0, 0.1])
def test_every_finding_is_a_sentence(n_settings, replicates, methods, spread):
    generator = np.random.default_rng(0)
    table = pd.concat(
        runs({method: 0.5 + spread * generator.random(replicates) for method in methods}, imbalance_ratio=ratio)
        for ratio in range(n_settings)
    )
    sentences = found_in(table)
    assert bool(sentences) == (len(methods) > 1)
    for sentence in sentences:
        assert re.fullmatch(r"[A-Z][^\n]*[^ .]\.", sentence)
        assert not re.search(r"  | [.,;)]|\( |\(\)|nan|−0\.0+\b(?!\d)", sentence)


def test_several_settings_of_several_replicates_have_an_interval():
    generator = np.random.default_rng(0)
    f1 = [{name: list(generator.uniform(0.5, 0.6, 3)) for name in ("SMOTE", "CVAE")} for _ in range(3)]
    table = pd.concat(runs(each, imbalance_ratio=ratio) for ratio, each in enumerate(f1))
    overall = compare_over_settings(compare(table)).iloc[0]
    low, high = (f"{overall[bound]:+.3f}".replace("-", "−") for bound in ("low", "high"))
    assert f"SMOTE on average (95 % interval {low} to {high}; better in " in found_in(table)[-1]


def test_equal_methods_leave_nothing_to_test():
    sentence = found_in(runs({"SMOTE": [0.5, 0.6], "CVAE": [0.5, 0.6]}))[-1]
    assert sentence.endswith("not significant: paired t-test, Holm-corrected has nothing to test).")


def test_sentences_without_their_reference_are_left_out():
    assert found_in(runs({"CVAE": [0.5, 0.6]})) == []
    assert len(found_in(runs({"CVAE": [0.5, 0.6], "CGAN": [0.4, 0.5]}))) == 1
    without_smote = found_in(runs({"Imbalanced": [0.4, 0.5], "CVAE": [0.5, 0.7], "ClassWeights": [0.4, 0.6]}))
    assert len(without_smote) == 3
    assert not any("SMOTE" in sentence for sentence in without_smote)
    without_imbalanced = found_in(runs({"SMOTE": [0.4, 0.5], "CVAE": [0.5, 0.7], "ClassWeights": [0.4, 0.6]}))
    assert len(without_imbalanced) == 2
    assert not any("Imbalanced" in sentence for sentence in without_imbalanced)


def test_smote_may_be_the_best_way_to_add_images_but_is_not_held_against_itself():
    sentences = found_in(runs({"Imbalanced": [0.4, 0.5], "SMOTE": [0.6, 0.8], "CVAE": [0.5, 0.6]}))
    assert sentences[1].startswith("Of the methods that add images, SMOTE is best: its minority F1 is 0.250 above")
    assert sentences[2].startswith("The best other way to add images, CVAE, is 0.150 below SMOTE (")
    assert len(found_in(runs({"SMOTE": [0.5, 0.6], "Imbalanced": [0.4, 0.5]}))) == 2


def test_other_scopes_say_nothing():
    f1 = {"Imbalanced": [0.4, 0.5], "SMOTE": [0.6, 0.8], "CVAE": [0.5, 0.6]}
    assert found_in(runs(f1, scope="overall")) == []
    reverse = {name: [1 - value for value in values] for name, values in f1.items()}
    assert found_in(pd.concat([runs(reverse, scope="overall"), runs(f1)])) == found_in(runs(f1))


def test_methods_without_a_common_setting_say_nothing():
    assert found_in(pd.concat([runs({"SMOTE": [0.5]}), runs({"CVAE": [0.6]}, imbalance_ratio=80)])) == []


def test_methods_without_a_common_replicate_are_not_compared():
    sentences = found_in(runs({"SMOTE": [0.5, None], "CVAE": [None, 0.6]}))
    assert sentences == ["CVAE has the best mean F1 of the minority classes, 0.600; SMOTE comes next with 0.500."]


def test_a_setting_without_a_common_replicate_does_not_hide_the_other():
    f1 = {"SMOTE": [0.50, 0.60, 0.70], "CVAE": [0.60, 0.65, 0.90]}
    apart = runs({"SMOTE": [0.5, None], "CVAE": [None, 0.7]}, imbalance_ratio=80)
    assert found_in(pd.concat([apart, runs(f1)]))[-1] == found_in(runs(f1))[-1]
