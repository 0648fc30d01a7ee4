from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from f1_runs import runs
from scipy import stats

from deep_oversampling.statistics.fid_and_gain import (
    Correlation,
    correlate,
    correlation_sentence,
    correlation_title,
    fid_and_gain,
    gain_reference,
)

SIMULATIONS = 200
METHODS = ["SMOTE", "CVAE", "CGAN", "ACGAN", "BAGAN", "RANDOM"]


def dots(fid, gain):
    """A dot for each method of a setting; a row of each array is a setting's."""
    fid, gain = np.atleast_2d(fid).astype(float), np.atleast_2d(gain).astype(float)
    setting, method = np.indices(fid.shape).reshape(2, -1)
    names = {"dataset": "mnist", "minority": "3-4-5", "imbalance_ratio": setting}
    return pd.DataFrame(names | {"method": [f"method {number}" for number in method]}).assign(
        fid=fid.ravel(), gain=gain.ravel()
    )


def fids_of(distances, ratio):
    """An FID of each class of each method's images, ``{"SMOTE": 20}``."""
    return pd.DataFrame(
        [("mnist", "3-4-5", ratio, method, 0, label, fid) for method, fid in distances.items() for label in (3, 4, 5)],
        columns=["dataset", "minority", "imbalance_ratio", "method", "replicate", "class", "fid"],
    )


def measured(fid, gain):
    """Runs and FIDs whose dots are those of :func:`dots`, with an F1 of 0.3 without added images."""
    f1 = [{"Imbalanced": [0.3]} | {m: [0.3 + g] for m, g in zip(METHODS, row, strict=False)} for row in gain]
    distances = [dict(zip(METHODS, row, strict=False)) for row in fid]
    return (
        pd.concat(runs(of_setting, imbalance_ratio=ratio) for ratio, of_setting in enumerate(f1)),
        pd.concat(fids_of(of_setting, ratio) for ratio, of_setting in enumerate(distances)),
    )


def mean_rho(fid, gain):
    return np.mean([stats.spearmanr(*pair).statistic for pair in zip(fid, gain, strict=True)])


def all_orders_p(fid, gain):
    """Share of the orders of the methods' gains whose mean ρ is as far from zero as that found."""
    orders = [list(order) for order in permutations(range(fid.shape[1]))]
    rhos = np.array([mean_rho(fid, gain[:, order]) for order in orders])
    return np.mean(np.abs(rhos) >= abs(mean_rho(fid, gain)) - 1e-9)


@pytest.mark.parametrize(
    "gain", [[3, 1, 2, 5, 4, 6], [1, 1, 2, 3, 3, 0], [6, 5, 4, 3, 2, 1], [1, 1, 1, 1, 1, 2], [2, 4, 1, 3]]
)
def test_one_setting_has_scipys_rho_and_the_p_of_all_orders(gain):
    fid = np.arange(1, len(gain) + 1)
    found = correlate(dots(fid, gain))
    assert found.rho == pytest.approx(stats.spearmanr(fid, gain).statistic)
    assert found.p_value == pytest.approx(all_orders_p(np.array([fid]), np.array([gain])))
    assert (found.methods, found.settings) == (len(gain), 1)


@pytest.mark.parametrize("methods", [4, 5])
def test_several_settings_have_the_mean_rho_and_whole_methods_change_places(methods):
    fid, gain = np.random.default_rng(methods).integers(0, 9, size=(2, 3, methods))
    found = correlate(dots(fid, gain))
    assert found.rho == pytest.approx(mean_rho(fid, gain))
    assert found.p_value == pytest.approx(all_orders_p(fid, gain))
    assert (found.methods, found.settings) == (methods, 3)


def test_seven_methods_are_put_in_every_order_and_eight_in_some():
    assert correlate(dots(range(7), range(7))).p_value == pytest.approx(2 / 5040)
    assert correlate(dots(range(9), range(9))).p_value == pytest.approx(1 / 10_000)
    noisy = dots(*np.random.default_rng(1).random((2, 1, 9)))
    assert correlate(noisy) == correlate(noisy)
    assert correlate(noisy).p_value == pytest.approx(stats.spearmanr(noisy["fid"], noisy["gain"]).pvalue, abs=0.02)


def test_settings_that_are_easier_do_not_turn_the_finding_round():
    setting, method = np.indices((4, 5))
    fid, gain = 100 * (setting + 1) + method, 0.1 * setting - 0.01 * method
    assert stats.spearmanr(fid.ravel(), gain.ravel()).statistic > 0.5
    assert correlate(dots(fid, gain)).rho == pytest.approx(-1)
    assert correlation_sentence(*measured(fid, gain)) == (
        "A better FID goes with a better classifier, gains being over Imbalanced:"
        " Spearman's ρ = −1.00, p = 0.0167 (5 methods, mean of 4 settings)."
    )


def test_methods_that_stay_as_they_are_in_every_setting_are_no_more_evidence():
    generator = np.random.default_rng(2021)
    found, pooled = [], []
    for _ in range(SIMULATIONS):
        fid, gain = generator.normal(size=(2, 1, 9)) + 0.1 * generator.normal(size=(2, 12, 9))
        found.append(correlate(dots(fid, gain), resamples=199).p_value)
        pooled.append(stats.spearmanr(fid.ravel(), gain.ravel()).pvalue)
    noise = 3 * np.sqrt(0.05 * 0.95 / SIMULATIONS)
    assert np.mean(np.array(found) < 0.05) < 0.05 + noise
    assert np.mean(np.array(pooled) < 0.05) > 0.5


def test_only_methods_of_every_setting_count():
    fid, gain = np.random.default_rng(5).random((2, 3, 6))
    table = dots(fid, gain)
    lacking = table[(table["imbalance_ratio"] != 1) | (table["method"] != "method 5")]
    assert correlate(lacking) == correlate(dots(fid[:, :5], gain[:, :5]))
    of_three = table[(table["imbalance_ratio"] != 1) | table["method"].isin(["method 0", "method 1", "method 2"])]
    assert correlate(of_three) == correlate(dots(fid[[0, 2]], gain[[0, 2]]))


def test_a_setting_without_any_differences_is_left_out():
    fid, gain = np.random.default_rng(5).random((2, 3, 6))
    fid[1], gain[2] = 20, 0.1
    assert correlate(dots(fid, gain)) == correlate(dots(fid[:1], gain[:1]))
    nothing = correlate(dots(fid[1:], gain[1:]))
    assert (nothing.methods, nothing.settings, np.isnan([nothing.rho, nothing.p_value]).all()) == (6, 0, True)


def test_too_few_common_methods_have_no_correlation():
    table = dots(*np.random.default_rng(5).random((2, 2, 7)))
    assert correlate(table[table["method"] < "method 3"]) is None
    one_in_common = (table["method"] <= "method 3") == (table["imbalance_ratio"] == 0)
    assert correlate(table[one_in_common | (table["method"] == "method 3")]) is None
    assert correlate(table.iloc[:0]) is None


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ([9, 8, 7, 6, 5, 4, 3, 1, 2], "Spearman's ρ = −0.98, p < 0.001 (9 methods, 1 setting)"),
        ([1, 2, 3, 4, 6, 5], "Spearman's ρ = 0.94, p = 0.0167 (6 methods, 1 setting)"),
        ([1, 2, 3, 4], "Spearman's ρ = 1.00, p = 0.0833, not significant (4 methods, 1 setting)"),
        ([1, 2, 3], "too few methods for a correlation"),
        ([1], "too few methods for a correlation"),
        ([2, 2, 2, 2], "no correlation, as all methods have the same FID or gain"),
    ],
)
def test_a_correlation_in_words(gains, said):
    assert correlation_title(dots(range(1, len(gains) + 1), gains)) == said


@pytest.mark.parametrize("rho", [-0.004, -1e-17, 0.0, 0.004])
def test_no_correlation_is_zero_without_a_sign(rho, monkeypatch):
    found = Correlation(rho, 0.9, 6, 12)
    monkeypatch.setattr("deep_oversampling.statistics.fid_and_gain.correlate", lambda *_: found)
    assert correlation_title(None) == "Spearman's ρ = 0.00, p = 0.9, not significant (6 methods, mean of 12 settings)"


@pytest.mark.parametrize(
    ("rho", "p_value", "said"),
    [
        (-0.9, 0.049, "A better FID goes with a better classifier, gains being over Imbalanced: Spearman's ρ = −0.90"),
        (0.9, 0.049, "A better FID goes with a worse classifier, gains being over Imbalanced: Spearman's ρ = 0.90"),
        (
            -0.9,
            0.05,
            "No relation between FID and gain can be shown, gains being over Imbalanced: Spearman's ρ = −0.90",
        ),
    ],
)
def test_a_sentence_says_which_way_fid_and_gain_go_together(rho, p_value, said, monkeypatch):
    found = Correlation(rho, p_value, 6, 12)
    monkeypatch.setattr("deep_oversampling.statistics.fid_and_gain.correlate", lambda *_: found)
    sentence = correlation_sentence(*measured([[1, 2, 3, 4]], [[1, 2, 3, 4]]))
    assert sentence.startswith(said)
    assert sentence.endswith("(6 methods, mean of 12 settings).")
    assert "  " not in sentence


def test_no_sentence_without_a_reference_enough_methods_or_any_difference():
    frame, distances = measured([[1, 2, 3, 4]], [[1, 2, 3, 4]])
    assert correlation_sentence(frame, distances) != ""
    assert correlation_sentence(frame[~frame["method"].isin(["Imbalanced", "SMOTE"])], distances) == ""
    assert correlation_sentence(frame, distances[distances["method"] != "CVAE"]) == ""
    assert correlation_sentence(frame, distances.iloc[:0]) == ""
    assert correlation_sentence(frame, distances.assign(fid=20.0)) == ""


def test_smote_is_the_reference_where_imbalanced_was_not_run():
    frame, distances = measured([[1, 2, 3, 4, 5]], [[1, 2, 3, 4, 5]])
    assert gain_reference(frame) == "Imbalanced"
    without = frame[frame["method"] != "Imbalanced"]
    assert gain_reference(without) == "SMOTE"
    assert fid_and_gain(without, distances, "SMOTE")["gain"].tolist() == pytest.approx([1, 2, 3, 4])
    assert "gains being over SMOTE: Spearman's ρ = 1.00" in correlation_sentence(without, distances)
