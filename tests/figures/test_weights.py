import numpy as np
import pytest
from figure_data import CANDIDATES, PAPER_SETTINGS, panels, scores, tick_names, words

from deep_oversampling.figures.weights import candidate_weights, stack, weights_figure


def dots(axes, method):
    return np.vstack([line.get_xydata() for line in axes.lines if line.get_label() == f"_{method}"])


def test_every_tuned_run_is_a_dot_at_its_weight():
    frame = scores(replicates=4, seeds=3)
    (axes,) = panels(weights_figure(frame))
    assert tick_names(axes) == ["SMOTE", "CVAE"]
    for row, method in enumerate(["SMOTE", "CVAE"]):
        shown = dots(axes, method)
        chosen = frame.loc[frame["method"] == method, "chosen_weight"]
        assert np.sort(shown[:, 0]) == pytest.approx(np.sort(chosen), abs=1)
        assert abs(shown[:, 1] - row).max() < 0.5
        assert len(np.unique(shown, axis=0)) == len(chosen)


def test_candidates_are_lines():
    (axes,) = panels(weights_figure(scores()))
    lines = {line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 2 and line.get_ydata()[1] == 1}
    assert lines >= set(CANDIDATES)
    assert "10 candidates, 1 to 50" in words(weights_figure(scores()))


def test_weights_chosen_without_candidates_count_as_candidates():
    frame = scores(["SMOTE"], replicates=1, seeds=1, candidates=[], chosen_weight=7.0)
    assert candidate_weights(frame) == [7.0]
    assert dots(panels(weights_figure(frame))[0], "SMOTE") == pytest.approx(np.array([[7.0, 0.0]]))


@pytest.mark.parametrize("count", [1, 2, 5, 6, 15, 17])
def test_stack_has_distinct_places_around_the_middle(count):
    places = stack(count)
    assert len(np.unique(places, axis=0)) == count
    assert abs(places[:, 1]).max() <= 2
    assert (places[:, 0].min() + places[:, 0].max()) / 2 == pytest.approx(0)


def test_figure_without_tuned_weights_says_so():
    assert "No weights were tuned" in words(weights_figure(scores(["Imbalanced", "ClassWeights"])))


def test_untuned_methods_and_panels_are_named():
    figure = weights_figure(scores(settings=PAPER_SETTINGS[:2]))
    assert len(panels(figure)) == 2
    assert "Methods whose weight isn't tuned are left out." in words(figure)
