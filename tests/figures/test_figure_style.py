import os
import subprocess
import sys

import matplotlib
import pytest
from figure_data import ALL_METHODS, PAPER_METHODS, PAPER_SETTINGS, cut_off, fids, runs, scores, smallest_text
from matplotlib.figure import Figure

from deep_oversampling.errors import InputError
from deep_oversampling.figures.confusion import confusion_figure
from deep_oversampling.figures.critical_difference import critical_difference_figure
from deep_oversampling.figures.fid_and_gain import fid_and_gain_figure
from deep_oversampling.figures.metric_by_method import fid_figure, minority_f1_figure
from deep_oversampling.figures.style import add_notes, blank_figure, house_style, save_figure
from deep_oversampling.figures.weights import weights_figure
from deep_oversampling.statistics.ranks import f1_by_setting

DRAW_AND_SAVE = """
import sys
sys.path.insert(0, sys.argv[1])
from figure_data import fids, runs
from deep_oversampling.figures.fid_and_gain import fid_and_gain_figure
from deep_oversampling.figures.style import save_figure
save_figure(fid_and_gain_figure(runs(), fids()), sys.argv[2])
"""


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_same_figure_gives_same_bytes(tmp_path, suffix):
    for name in ("first", "second"):
        save_figure(minority_f1_figure(runs(), 3200), tmp_path / f"{name}.{suffix}")
    first, second = (tmp_path / f"{name}.{suffix}" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_same_bytes_in_another_process(tmp_path):
    save_figure(fid_and_gain_figure(runs(), fids()), tmp_path / "here.svg")
    arguments = [sys.executable, "-c", DRAW_AND_SAVE, os.path.dirname(__file__), str(tmp_path / "there.svg")]
    subprocess.run(arguments, check=True, env={**os.environ, "PYTHONHASHSEED": "7", "MPLBACKEND": "pdf"})
    assert (tmp_path / "here.svg").read_bytes() == (tmp_path / "there.svg").read_bytes()


def test_saving_makes_folders_and_leaves_no_figure_behind(tmp_path):
    figure = minority_f1_figure(runs(), 3200)
    save_figure(figure, tmp_path / "new" / "folder" / "f1.svg")
    assert "<dc:date>" not in (tmp_path / "new" / "folder" / "f1.svg").read_text()
    assert not figure.axes


def test_figure_that_cannot_be_saved_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="supported formats"):
        save_figure(Figure(), tmp_path / "figure.bmpx")
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        save_figure(Figure(), tmp_path / "file" / "figure.svg")


def test_users_settings_neither_matter_nor_change(tmp_path):
    save_figure(minority_f1_figure(runs(), 3200), tmp_path / "plain.svg")
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": "other", "axes.facecolor": "red"}):
        save_figure(minority_f1_figure(runs(), 3200), tmp_path / "odd.svg")
        assert matplotlib.rcParams["font.size"] == 30
    assert (tmp_path / "odd.svg").read_bytes() == (tmp_path / "plain.svg").read_bytes()


def test_blank_figure_says_why():
    (text,) = blank_figure("There is nothing.").texts
    assert text.get_text() == "There is nothing."


def test_long_notes_are_wrapped_inside_the_figure():
    with house_style():
        figure = Figure(figsize=(4, 3))
        figure.subplots()
        add_notes(figure, ["A very long note that goes on and on. " * 5])
    assert not cut_off(figure)


PAPER_SIZED = {
    "f1": lambda: minority_f1_figure(runs(ALL_METHODS, PAPER_SETTINGS[6:], 2, 1), 3200),
    "fid": lambda: fid_figure(fids(PAPER_METHODS[1:], PAPER_SETTINGS[:6], 2), 3200),
    "weights": lambda: weights_figure(scores(ALL_METHODS, PAPER_SETTINGS[:6], 2, 1)),
    "fid and gain": lambda: fid_and_gain_figure(
        runs(ALL_METHODS, PAPER_SETTINGS, 1, 1), fids(PAPER_METHODS[1:], PAPER_SETTINGS, 1)
    ),
    "confusion": lambda: confusion_figure(scores(ALL_METHODS, PAPER_SETTINGS[6:7], 1, 1)),
    "ranks": lambda: critical_difference_figure(
        f1_by_setting(runs(ALL_METHODS, PAPER_SETTINGS, 1, 1).query("scope == 'minority'")), "Minority F1"
    ),
}


@pytest.mark.parametrize("draw", PAPER_SIZED.values(), ids=PAPER_SIZED)
def test_figures_of_the_papers_size_are_legible(draw):
    figure = draw()
    assert not cut_off(figure)
    assert smallest_text(figure) >= 8
    assert figure.get_figwidth() == 7
    assert figure.get_facecolor() == (1, 1, 1, 1)
