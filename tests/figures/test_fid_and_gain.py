from itertools import combinations

import numpy as np
import pytest
from figure_data import (
    ALL_METHODS,
    ONE_SETTING,
    PAPER_METHODS,
    PAPER_SETTINGS,
    cut_off,
    fids,
    labelled,
    panels,
    runs,
    words,
)

from deep_oversampling.figures.fid_and_gain import fid_and_gain_figure
from deep_oversampling.figures.looks import method_look
from deep_oversampling.names import method_label
from deep_oversampling.statistics.fid_and_gain import correlation_title, fid_and_gain
from deep_oversampling.tables.layout import format_number


def mean_f1(frame, method, replicates=(0, 1, 2)):
    rows = frame[(frame["scope"] == "minority") & (frame["method"] == method) & frame["replicate"].isin(replicates)]
    return rows["f1"].mean()


def test_a_dot_is_mean_fid_and_gain_over_imbalanced():
    frame, distances = runs(), fids()
    figure = fid_and_gain_figure(frame, distances)
    (axes,) = panels(figure)
    dot = labelled(axes, "CVAE")
    expected = [
        distances.loc[distances["method"] == "CVAE", "fid"].mean(),
        mean_f1(frame, "CVAE") - mean_f1(frame, "Imbalanced"),
    ]
    assert dot.get_xydata() == pytest.approx(np.array([expected]))
    assert (axes.get_xscale(), axes.get_ylabel()) == ("log", "gain in minority F1 over Imbalanced")


def test_gain_is_over_smote_where_imbalanced_is_missing():
    frame = runs(["SMOTE", "CVAE"])
    figure = fid_and_gain_figure(frame, fids())
    (axes,) = panels(figure)
    assert axes.get_ylabel() == "gain in minority F1 over SMOTE"
    assert labelled(axes, "CVAE").get_ydata() == pytest.approx([mean_f1(frame, "CVAE") - mean_f1(frame, "SMOTE")])
    assert not [line for line in axes.lines if line.get_label() == "SMOTE"]


def test_replicates_are_paired():
    frame = runs()
    lacking = frame[(frame["method"] != "Imbalanced") | (frame["replicate"] != 2)]
    dots = fid_and_gain(lacking, fids(), "Imbalanced").set_index("method")
    expected = mean_f1(frame, "CVAE", (0, 1)) - mean_f1(frame, "Imbalanced", (0, 1))
    assert dots.loc["CVAE", "gain"] == pytest.approx(expected)


def test_methods_without_images_have_no_dot():
    dots = fid_and_gain(runs(ALL_METHODS), fids(PAPER_METHODS[1:]), "Imbalanced")
    assert list(dots["method"]) == PAPER_METHODS[1:]


def test_what_methods_without_an_fid_gain_is_told():
    frame = runs(ALL_METHODS)
    told = words(fid_and_gain_figure(frame, fids(PAPER_METHODS[1:])))
    gains = {
        method: mean_f1(frame, method) - mean_f1(frame, "Imbalanced")
        for method in ALL_METHODS
        if method not in PAPER_METHODS
    }
    assert len(gains) > 1
    for method, gain in gains.items():
        assert f"{method_label(method)} {format_number(gain, 3, signed=True)}" in told
    assert "Without an FID, mean gain: " in told
    assert "† not in the paper" in told


def test_where_all_methods_have_an_fid_no_other_gain_is_told():
    assert "Without an FID" not in words(fid_and_gain_figure(runs(PAPER_METHODS), fids(PAPER_METHODS[1:])))


def drawn(settings=PAPER_SETTINGS, methods=ALL_METHODS):
    """A figure of made-up methods and settings, and its panel."""
    figure = fid_and_gain_figure(runs(methods, settings, 1, 1), fids(methods[1:], settings, 1))
    (axes,) = panels(figure)
    return figure, axes


def test_a_method_has_its_own_look_in_every_setting_and_in_the_key():
    figure, axes = drawn()
    for method in ALL_METHODS[1:]:
        dots, look = labelled(axes, method_label(method)), method_look(method)
        assert len(dots.get_xdata()) == len(PAPER_SETTINGS)
        assert (dots.get_marker(), dots.get_markeredgecolor()) == (look.marker, look.edge)
        assert dots.get_markerfacecolor() == (look.colour if look.filled else "#FFFFFF")
    key = [text.get_text() for text in figure.legends[0].get_texts()]
    assert key == [method_label(method) for method in ALL_METHODS[1:]]


def test_a_grey_line_joins_the_methods_of_a_setting_by_fid():
    figure, axes = drawn()
    dots = fid_and_gain(runs(ALL_METHODS, PAPER_SETTINGS, 1, 1), fids(ALL_METHODS[1:], PAPER_SETTINGS, 1), "Imbalanced")
    lines = [line for line in axes.lines if "ρ =" in line.get_label()]
    assert len({line.get_label() for line in lines}) == len(PAPER_SETTINGS) == len(lines)
    of_setting = dots.query("dataset == 'fashion-mnist' and minority == '3-4-5' and imbalance_ratio == 80")
    joined = labelled(axes, "_Fashion-MNIST, m = {3, 4, 5}, ρ = 80").get_xydata()
    assert joined == pytest.approx(of_setting.sort_values("fid")[["fid", "gain"]].to_numpy())
    assert "A line joins the methods of one setting." in words(figure)
    assert "A line" not in words(drawn(methods=["Imbalanced", "CVAE"])[0])


@pytest.mark.parametrize("settings", [ONE_SETTING, PAPER_SETTINGS[:4], PAPER_SETTINGS])
def test_nothing_overlaps_and_the_title_is_one_line(settings):
    figure, axes = drawn(settings)
    assert not cut_off(figure)
    assert "\n" not in figure.get_suptitle()
    boxes = [axes.get_tightbbox(), *(legend.get_window_extent() for legend in figure.legends)]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    labels = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert not any(one.overlaps(other) for one, other in combinations(labels, 2))


@pytest.mark.parametrize(
    ("low", "high"), [(100, 100), (98, 103), (98.2, 98.3), (50.5, 199), (31, 99), (201, 999), (2, 500), (1, 9e4)]
)
def test_the_axis_of_fids_has_at_least_three_labels(low, high):
    distances = fids(PAPER_METHODS[1:])
    distances["fid"] = distances["method"].map(dict(zip(PAPER_METHODS[1:], np.geomspace(low, high, 9), strict=True)))
    figure = fid_and_gain_figure(runs(PAPER_METHODS), distances)
    figure.draw_without_rendering()
    (axes,) = panels(figure)
    first, last = axes.get_xlim()
    shown = [label for label in axes.get_xticklabels() if first <= label.get_position()[0] <= last and label.get_text()]
    boxes = [label.get_window_extent() for label in shown]
    assert len({label.get_text() for label in shown}) == len(shown) >= 3
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert first < low <= high < last


def test_the_correlation_is_said_below():
    frame, distances = runs(PAPER_METHODS), fids(PAPER_METHODS[1:])
    said = correlation_title(fid_and_gain(frame, distances, "Imbalanced"))
    assert f"{said}." in words(fid_and_gain_figure(frame, distances))
    assert "Too few methods for a correlation." in words(fid_and_gain_figure(runs(), fids()))


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
