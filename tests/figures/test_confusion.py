import numpy as np
import pandas as pd
import pytest
from figure_data import ALL_METHODS, PAPER_SETTINGS, panels, scores, words

from deep_oversampling.errors import InputError
from deep_oversampling.figures.confusion import class_shares, confusion_figure


def matrices(figure):
    return [axes for axes in panels(figure) if axes.images]


def test_rows_are_shares_of_the_sum_over_runs():
    confusions = pd.Series([[np.array([3, 1]), np.array([0, 2])], [[1, 5], [0, 0]]])
    assert class_shares(confusions) == pytest.approx(np.array([[0.4, 0.6], [0.0, 1.0]]))


def test_class_without_images_has_no_shares():
    assert np.isnan(class_shares(pd.Series([[[2, 0], [0, 0]]]))[1]).all()
    frame = scores(["SMOTE"], minority="1", confusion=[[2, 0], [0, 0]])
    (axes,) = matrices(confusion_figure(frame))
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["100"]


def test_a_panel_for_each_method_in_order_on_one_scale():
    frame = scores(["CVAE", "SMOTE", "ClassWeights"])
    axes = matrices(confusion_figure(frame))
    assert [panel.get_title() for panel in axes] == ["CVAE", "SMOTE", "ClassWeights †"]
    assert {panel.images[0].get_clim() for panel in axes} == {(0, 1)}
    total = sum(np.vstack(matrix) for matrix in frame.loc[frame["method"] == "CVAE", "confusion"])
    shown = np.asarray(axes[0].images[0].get_array())
    assert shown == pytest.approx(total / total.sum(axis=1, keepdims=True))


def test_minority_classes_are_marked():
    (axes,) = matrices(confusion_figure(scores(["SMOTE"])))
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["0", "1", "2", "3*", "4*", "5*", "6", "7", "8", "9"]
    assert [text.get_text().replace("\n", "") for text in axes.get_xticklabels()] == names
    assert [text.get_fontweight() == "bold" for text in axes.get_yticklabels()] == ["*" in name for name in names]


@pytest.mark.parametrize(("methods", "numbers"), [(4, 13), (12, 10), (13, 0)])
def test_more_panels_have_fewer_numbers(methods, numbers):
    for axes in matrices(confusion_figure(scores(ALL_METHODS[:methods], replicates=1, seeds=1))):
        assert len([text for text in axes.texts if text.get_text()]) == numbers


def test_named_classes_are_listed():
    figure = confusion_figure(scores(["SMOTE"], [PAPER_SETTINGS[-1]]))
    assert "Dress (3)" in words(figure)
    assert "Numbers are percentages" in words(figure)


def test_settings_are_not_mixed():
    with pytest.raises(InputError, match="one imbalance_ratio"):
        confusion_figure(scores(settings=PAPER_SETTINGS[:2]))
    assert "no scores" in words(confusion_figure(scores().iloc[:0]))
