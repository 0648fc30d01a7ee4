from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from figure_data import ALL_METHODS, ONE_SETTING, PAPER_METHODS, PAPER_SETTINGS, fids, labelled, panels, runs, words
from scipy import stats

from deep_oversampling.figures.fid_and_gain import fid_and_gain_figure
from deep_oversampling.figures.looks import method_look
from deep_oversampling.statistics.fid_and_gain import correlation_sentence, correlation_title, fid_and_gain, spearman


def mean_f1(frame, method, replicates=(0, 1, 2)):
    rows = frame[(frame["scope"] == "minority") & (frame["method"] == method) & frame["replicate"].isin(replicates)]
    return rows["f1"].mean()


def test_a_dot_is_mean_fid_and_gain_over_imbalanced():
    frame, distances = runs(), fids()
    figure = fid_and_gain_figure(frame, distances)
    (axes,) = panels(figure)
    dot = labelled(axes, "_CVAE m = {3, 4, 5}, ρ = 320")
    expected = [
        distances.loc[distances["method"] == "CVAE", "fid"].mean(),
        mean_f1(frame, "CVAE") - mean_f1(frame, "Imbalanced"),
    ]
    assert dot.get_xydata() == pytest.approx(np.array([expected]))
    assert dot.get_markerfacecolor() == method_look("CVAE").colour
    assert (axes.get_xscale(), axes.get_ylabel()) == ("log", "gain in minority F1 over Imbalanced")


def test_gain_is_over_smote_where_imbalanced_is_missing():
    frame = runs(["SMOTE", "CVAE"])
    figure = fid_and_gain_figure(frame, fids())
    (axes,) = panels(figure)
    assert axes.get_ylabel() == "gain in minority F1 over SMOTE"
    assert labelled(axes, "_CVAE m = {3, 4, 5}, ρ = 320").get_ydata() == pytest.approx(
        [mean_f1(frame, "CVAE") - mean_f1(frame, "SMOTE")]
    )
    assert not [line for line in axes.lines if "SMOTE" in line.get_label()]


def test_replicates_are_paired():
    frame = runs()
    lacking = frame[(frame["method"] != "Imbalanced") | (frame["replicate"] != 2)]
    dots = fid_and_gain(lacking, fids(), "Imbalanced").set_index("method")
    expected = mean_f1(frame, "CVAE", (0, 1)) - mean_f1(frame, "Imbalanced", (0, 1))
    assert dots.loc["CVAE", "gain"] == pytest.approx(expected)


def test_methods_without_images_have_no_dot():
    dots = fid_and_gain(runs(ALL_METHODS), fids(PAPER_METHODS[1:]), "Imbalanced")
    assert list(dots["method"]) == PAPER_METHODS[1:]


def test_settings_have_markers_of_their_own():
    figure = fid_and_gain_figure(runs(settings=PAPER_SETTINGS), fids(settings=PAPER_SETTINGS))
    (axes,) = panels(figure)
    dots = [line for line in axes.lines if line.get_label().startswith("_CVAE")]
    assert len({line.get_marker() for line in dots}) == len(PAPER_SETTINGS) == len(dots)


def test_correlation_is_scipys():
    generator = np.random.default_rng(3)
    dots = pd.DataFrame({"fid": generator.random(20), "gain": generator.random(20)})
    result = stats.spearmanr(dots["fid"], dots["gain"])
    said = correlation_title(dots)
    assert f"ρ = {result.statistic:.2f}".replace("-", "−") in said
    assert f"p = {result.pvalue:.3f}, not significant (20 dots)" in said


@pytest.mark.parametrize("second", [[3, 1, 2, 5, 4, 6], [1, 1, 2, 3, 3, 0], [6, 5, 4, 3, 2, 1]])
def test_p_of_few_values_is_over_all_orders(second):
    first = np.array([1.0, 2, 3, 4, 5, 6])
    rho, p_value = spearman(first, np.array(second))
    orders = [stats.spearmanr(order, second).statistic for order in permutations(first)]
    above, below = (np.mean([sign * other >= sign * rho - 1e-9 for other in orders]) for sign in (1, -1))
    assert rho == pytest.approx(stats.spearmanr(first, second).statistic)
    assert p_value == pytest.approx(min(2 * min(above, below), 1))


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ([9, 8, 7, 6, 5, 4, 3, 1, 2], "Spearman's ρ = −0.98, p < 0.001 (9 dots)"),
        ([1, 2, 3, 4, 6, 5], "Spearman's ρ = 0.94, p = 0.017 (6 dots)"),
        ([1, 2, 4, 3], "Spearman's ρ = 0.80, p = 0.333, not significant (4 dots)"),
        ([1, 2, 3, 4], "Spearman's ρ = 1.00, p = 0.083, not significant (4 dots)"),
        ([1, 2, 3], "3 dots, too few for a correlation"),
        ([1], "1 dot, too few for a correlation"),
        ([2, 2, 2, 2], "4 dots, all with the same FID or gain"),
    ],
)
def test_correlation_in_words(gains, said):
    assert correlation_title(pd.DataFrame({"fid": range(1, len(gains) + 1), "gain": gains})) == said


@pytest.mark.parametrize(
    ("methods", "distances", "said"),
    [
        (["RANDOM", "CVAE"], fids(), "neither Imbalanced nor SMOTE was run"),
        (["Imbalanced", "ClassWeights"], fids(settings=ONE_SETTING), "no method has both"),
        (["Imbalanced", "SMOTE"], fids().iloc[:0], "no method has both"),
    ],
)
def test_nothing_to_show_is_said(methods, distances, said):
    assert said in words(fid_and_gain_figure(runs(methods), distances))


def test_a_sentence_says_which_way_fid_and_gain_go_together(monkeypatch):
    frame, distances = runs(PAPER_METHODS), fids(PAPER_METHODS[1:])
    dots = fid_and_gain(frame, distances, "Imbalanced")
    assert correlation_sentence(frame, distances).endswith(f"gains being over Imbalanced: {correlation_title(dots)}.")
    monkeypatch.setattr("deep_oversampling.statistics.fid_and_gain.spearman", lambda *_: (-0.9, 0.01))
    assert correlation_sentence(frame, distances).startswith("A better FID goes with a better classifier")
    monkeypatch.setattr("deep_oversampling.statistics.fid_and_gain.spearman", lambda *_: (0.9, 0.01))
    assert correlation_sentence(frame, distances).startswith("A better FID goes with a worse classifier")
    monkeypatch.setattr("deep_oversampling.statistics.fid_and_gain.spearman", lambda *_: (-0.9, 0.05))
    assert correlation_sentence(frame, distances).startswith("No relation between FID and gain can be shown")


def test_no_sentence_without_a_reference_or_with_few_dots():
    frame, distances = runs(), fids()
    assert correlation_sentence(frame[~frame["method"].isin(["Imbalanced", "SMOTE"])], distances) == ""
    assert correlation_sentence(frame, distances[distances["method"] == "SMOTE"].iloc[:3]) == ""
