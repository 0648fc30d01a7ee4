import numpy as np
import pytest
from figure_data import cut_off, history, panels, words

from deep_oversampling.figures.learning_curves import learning_curves_figure

ADVERSARIAL = ["discriminator_real", "discriminator_fake", "generator"]


def values(frame, phase, term):
    rows = frame[(frame["phase"] == phase) & (frame["term"] == term)].sort_values("epoch")
    return rows[["epoch", "value"]].to_numpy()


def test_terms_of_a_network_share_a_panel():
    frame = history({"training": ADVERSARIAL})
    discriminator, generator = panels(learning_curves_figure(frame, "CGAN"))
    assert [line.get_label() for line in discriminator.lines] == ["real", "fake"]
    assert discriminator.lines[1].get_xydata() == pytest.approx(values(frame, "training", "discriminator_fake"))
    assert generator.lines[0].get_xydata() == pytest.approx(values(frame, "training", "generator"))
    assert (discriminator.get_title(), generator.get_title()) == ("discriminator", "generator")
    assert discriminator.lines[0].get_linestyle() != discriminator.lines[1].get_linestyle()


def test_phases_have_rows_of_their_own():
    frame = history({"autoencoder": ["reconstruction"], "adversarial": ADVERSARIAL})
    figure = learning_curves_figure(frame, "BAGAN")
    titles = [axes.get_title() for axes in panels(figure)]
    assert titles == ["autoencoder: reconstruction", "adversarial: discriminator", "adversarial: generator"]
    assert [axes.get_subplotspec().rowspan.start for axes in panels(figure)] == [0, 1, 1]
    assert not cut_off(figure)


def test_value_that_is_not_finite_is_a_gap():
    frame = history({"training": ["loss"]})
    frame.loc[2, "value"] = np.nan
    (axes,) = panels(learning_curves_figure(frame, "CVAE"))
    assert np.isnan(axes.lines[0].get_ydata()).tolist() == [False, False, True, False, False]


def test_one_epoch_is_a_point():
    figure = learning_curves_figure(history({"training": ["loss"]}, epochs=1), "CVAE")
    (axes,) = panels(figure)
    assert axes.lines[0].get_marker() == "."
    assert "One epoch: a point and no curve." in words(figure)


def test_no_epoch_is_said():
    assert "CVAE: the generator was trained for no epoch." in words(
        learning_curves_figure(history({"training": ["loss"]}, epochs=0), "CVAE")
    )
