import numpy as np
import pandas as pd
import pytest
from figure_data import ONE_SETTING, PAPER_SETTINGS, fids, labelled, panels, runs, tick_names, words
from scipy import stats

from deep_oversampling.errors import InputError
from deep_oversampling.figures.looks import method_look
from deep_oversampling.figures.metric_by_method import fid_figure, minority_f1_figure
from deep_oversampling.paper import paper_fid


def replicate_values(frame, method, column):
    """Means within a replicate, written down otherwise than the library does."""
    rows = frame[frame["method"] == method]
    return [rows.loc[rows["replicate"] == replicate, column].mean() for replicate in sorted(set(rows["replicate"]))]


def test_markers_bars_and_dots_are_means_intervals_and_replicates():
    frame = runs()
    (axes,) = panels(minority_f1_figure(frame, 3200))
    minority = frame[frame["scope"] == "minority"]
    for row, method in enumerate(["Imbalanced", "SMOTE", "CVAE"]):
        values = replicate_values(minority, method, "f1")
        interval = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
        mean = labelled(axes, f"_mean {method}")
        assert mean.get_xydata() == pytest.approx(np.array([[np.mean(values), row]]))
        assert mean.get_marker() == method_look(method).marker
        assert labelled(axes, f"_{method}").get_xydata() == pytest.approx(np.array([[x, row] for x in interval]))
        dots = labelled(axes, f"_replicates {method}")
        assert dots.get_xdata() == pytest.approx(values)
        assert all(row < y < row + 0.5 for y in dots.get_ydata())


def test_first_method_is_at_the_top_with_a_name():
    (axes,) = panels(minority_f1_figure(runs(["CVAE", "ClassWeights", "SMOTE"]), 3200))
    assert tick_names(axes) == ["CVAE", "ClassWeights †", "SMOTE"]
    low, high = axes.get_ylim()
    assert low > high


def test_a_panel_for_each_setting_of_the_data_set():
    figure = minority_f1_figure(runs(settings=PAPER_SETTINGS[:6], replicates=1, seeds=1), 3200)
    assert [axes.get_title() for axes in panels(figure)] == [
        f"m = {{{', '.join(minority.split('-'))}}}, ρ = {ratio}" for _, minority, ratio in PAPER_SETTINGS[:6]
    ]


def test_all_panels_have_one_scale():
    figure = minority_f1_figure(runs(settings=PAPER_SETTINGS[:6], replicates=1, seeds=1), 3200)
    assert len({axes.get_xlim() for axes in panels(figure)}) == 1


def test_paper_stands_beside_its_methods():
    (axes,) = panels(minority_f1_figure(runs(["ClassWeights", "SMOTE", "CVAE"]), 3200))
    assert labelled(axes, "_paper").get_xydata() == pytest.approx(np.array([[0.533, 1], [0.668, 2]]))


@pytest.mark.parametrize(
    ("changed", "majority_count"), [({}, 320), ({"classifier": "forest"}, 3200), ({"imbalance_ratio": 40}, 3200)]
)
def test_paper_is_left_out_beside_what_it_has_not_measured(changed, majority_count):
    figure = minority_f1_figure(runs(**changed), majority_count)
    (axes,) = panels(figure)
    assert len(labelled(axes, "_paper").get_xdata()) == 0
    assert "the paper's mean" not in words(figure)


def test_one_replicate_has_no_interval():
    figure = minority_f1_figure(runs(replicates=1), 3200)
    (axes,) = panels(figure)
    assert np.isnan(labelled(axes, "_SMOTE").get_xdata()).all()
    assert np.isfinite(labelled(axes, "_mean SMOTE").get_xdata()).all()
    assert "One replicate: no interval." in words(figure)


def test_some_methods_with_one_replicate():
    frame = runs()
    figure = minority_f1_figure(frame[(frame["method"] != "CVAE") | (frame["replicate"] == 0)], 3200)
    assert "A marker without a bar is of one replicate: no interval." in words(figure)


def test_method_missing_from_a_setting_leaves_its_row_empty():
    frame = runs(settings=PAPER_SETTINGS[:2])
    figure = minority_f1_figure(frame[(frame["method"] != "CVAE") | (frame["imbalance_ratio"] == 80)], 3200)
    without, beside = panels(figure)
    assert not [line for line in without.lines if "CVAE" in line.get_label()]
    assert labelled(beside, "_mean CVAE").get_ydata() == [2]
    assert "Empty row: there is no result of that method." in words(figure)


def test_intervals_do_not_stretch_the_axis_beyond_the_metric():
    frame = pd.concat([runs(["SMOTE"], replicates=2)]).assign(f1=lambda table: 0.1 + 0.8 * table["replicate"])
    (axes,) = panels(minority_f1_figure(frame, 320))
    low, high = axes.get_xlim()
    assert -0.05 < low < 0
    assert 1 < high < 1.05


def test_fid_is_the_mean_over_the_classes_of_a_replicate():
    frame = fids()
    (axes,) = panels(fid_figure(frame, 3200))
    values = replicate_values(frame, "CVAE", "fid")
    assert labelled(axes, "_replicates CVAE").get_xdata() == pytest.approx(values)
    assert labelled(axes, "_mean CVAE").get_xydata() == pytest.approx(np.array([[np.mean(values), 1]]))
    assert "lower is better" in axes.get_xlabel()


def test_papers_fid_is_shown_beside_inception_alone():
    (axes,) = panels(fid_figure(fids(), 3200))
    published = paper_fid().query("dataset == 'mnist' and minority == '3-4-5' and imbalance_ratio == 320")
    expected = [published.loc[published["method"] == method, "fid"].mean() for method in ("SMOTE", "CVAE")]
    assert labelled(axes, "_paper").get_xdata() == pytest.approx(expected)
    (axes,) = panels(fid_figure(fids(extractor="lenet"), 3200))
    assert len(labelled(axes, "_paper").get_xdata()) == 0


@pytest.mark.parametrize("missing", ["row", "number"])
def test_set_without_the_fid_of_every_class_is_left_out(missing):
    frame = fids()
    row = frame.query("method == 'CVAE' and replicate == 1 and `class` == 4").index
    lacking = frame.drop(row) if missing == "row" else frame.assign(fid=frame["fid"].mask(frame.index.isin(row)))
    figure = fid_figure(lacking, 3200)
    (axes,) = panels(figure)
    assert len(labelled(axes, "_replicates CVAE").get_xdata()) == 2
    assert "1 synthetic sets without an FID for every class are left out." in words(figure)


def test_nothing_to_show_is_said():
    assert "There are no FIDs to show" in words(fid_figure(fids().iloc[:0], 3200))
    assert "There are no scores to show" in words(minority_f1_figure(runs().iloc[:0], 3200))


def test_what_cannot_be_compared_is_not_mixed():
    with pytest.raises(InputError, match="one protocol"):
        minority_f1_figure(pd.concat([runs(), runs(protocol="leak_free")]), 3200)
    with pytest.raises(InputError, match="one extractor"):
        fid_figure(pd.concat([fids(), fids(["RANDOM"], extractor="lenet")]), 3200)
    with pytest.raises(InputError, match="one dataset"):
        fid_figure(fids(settings=[*ONE_SETTING, PAPER_SETTINGS[-1]]), 3200)
