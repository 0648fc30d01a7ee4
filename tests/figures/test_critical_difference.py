import numpy as np
import pandas as pd
import pytest
from figure_data import labelled, panels, words

from deep_oversampling.errors import InputError
from deep_oversampling.figures.critical_difference import critical_difference, critical_difference_figure, mean_ranks
from deep_oversampling.statistics.findings import p_value_in_words
from deep_oversampling.statistics.ranks import friedman

METRIC = pd.DataFrame(
    {"SMOTE": [0.9, 0.8, 0.7, 0.6, 0.5], "CVAE": [0.8, 0.7, 0.6, 0.5, 0.6], "ClassWeights": [0.1, 0.2, 0.3, 0.4, 0.5]}
)


def test_markers_are_at_the_mean_ranks():
    (axes,) = panels(critical_difference_figure(METRIC, "Minority F1"))
    assert labelled(axes, "_SMOTE").get_xdata() == pytest.approx([(1 + 1 + 1 + 1 + 2.5) / 5])
    assert labelled(axes, "_CVAE").get_xdata() == pytest.approx([(2 + 2 + 2 + 2 + 1) / 5])
    assert labelled(axes, "_ClassWeights").get_xdata() == pytest.approx([(3 + 3 + 3 + 3 + 2.5) / 5])
    assert mean_ranks(METRIC).sum() == pytest.approx(6)


def test_critical_difference_of_demsars_example():
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)


def test_bars_join_what_the_critical_difference_does_not_separate():
    metric = pd.DataFrame([[0.9, 0.8, 0.1, 0.0]] * 12, columns=list("ABCD")) + np.arange(12)[:, None] / 1000
    (axes,) = panels(critical_difference_figure(metric, "Minority F1"))
    bars = {
        (round(line.get_xdata().min(), 3), round(line.get_xdata().max(), 3))
        for line in axes.lines
        if line.get_linewidth() == 3
    }
    assert 1 < critical_difference(4, 12) < 2
    assert bars == {(1, 2), (2, 3), (3, 4)}


def test_critical_difference_longer_than_the_axis_is_a_number_alone():
    assert "critical difference 2.34, longer than the axis" in words(critical_difference_figure(METRIC[:2], "F1"))


def test_friedmans_p_and_the_dagger_are_said():
    said = words(critical_difference_figure(METRIC, "Minority F1"))
    assert p_value_in_words(friedman(METRIC)[1]) in said
    assert "ClassWeights †" in said
    assert "Minority F1: mean ranks over 5 settings" in said


def test_methods_that_are_all_equal_share_a_rank():
    (axes,) = panels(critical_difference_figure(METRIC * 0, "Minority F1"))
    assert labelled(axes, "_SMOTE").get_xdata() == [2]


@pytest.mark.parametrize("metric", [METRIC.iloc[:1], METRIC[["SMOTE", "CVAE"]], METRIC.iloc[:0]])
def test_too_little_to_rank_is_refused(metric):
    with pytest.raises(InputError, match="ranks need 2 settings and 3 methods"):
        critical_difference_figure(metric, "Minority F1")
