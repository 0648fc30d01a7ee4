"""Results to draw: small ones whose numbers are known, and some of the paper's size."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deep_oversampling.schemas import FID, HISTORY, SCORE
from deep_oversampling.tables.runs import metrics_by_run

PAPER_METHODS = ["Imbalanced", "SMOTE", "RANDOM", "ACGAN", "BAGAN", "CGAN", "CVAE", "R-ACGAN", "R-CGAN", "R-CVAE"]
BASELINES = ["ClassWeights", "LogitAdjustment", "TunedLogitAdjustment"]
ALL_METHODS = [*PAPER_METHODS, *BASELINES]
PAPER_SETTINGS = list(product(["mnist", "fashion-mnist"], ["0-1-2-3-4-5-9", "1-2-3-4-5", "3-4-5"], [320, 80]))
ONE_SETTING = [("mnist", "3-4-5", 320)]
CANDIDATES = np.linspace(1, 50, 10)


def confusion(minority: str, recall: float, classes: int = 10, images: int = 100) -> list[np.ndarray]:
    """A matrix whose minority classes have a recall and whose errors all go to the last class."""
    matrix = np.diag([images] * classes)
    for label in map(int, minority.split("-")):
        matrix[label, label] = round(images * recall)
        matrix[label, (label + 1) % classes] += images - round(images * recall)
    return list(matrix)


def scores(
    methods: Sequence[str] = ("Imbalanced", "SMOTE", "CVAE"),
    settings: Sequence[tuple[str, str, int]] = ONE_SETTING,
    replicates: int = 3,
    seeds: int = 2,
    **changed: Any,
) -> pd.DataFrame:
    """A run of every method, replicate and seed; recalls are random, but the same in every call."""
    generator = np.random.default_rng(0)
    rows = []
    for (dataset, minority, ratio), replicate, method, seed in product(
        settings, range(replicates), methods, range(seeds)
    ):
        adds_images = method in PAPER_METHODS[1:]
        tried = [{"weight": weight, "fold": 0, "minority_f1": 0.5} for weight in CANDIDATES]
        rows.append(
            {
                "dataset": dataset,
                "minority": minority,
                "imbalance_ratio": ratio,
                "replicate": replicate,
                "method": method,
                "classifier": "MLP",
                "protocol": "paper",
                "classifier_seed": seed,
                "confusion": confusion(minority, generator.uniform(0.2, 0.9)),
                "log_loss": np.ones(10),
                "roc_auc": np.ones(10),
                "average_precision": np.ones(10),
                "calibration_error": 0.1,
                "candidates": tried if adds_images else [],
                "chosen_weight": generator.choice(CANDIDATES) if adds_images else np.nan,
                "logit_adjustments": [],
                "logit_adjustment": np.nan,
                "refitted_in_folds": None,
                "notes": [],
                "search_seconds": 1.0,
                "fit_seconds": 1.0,
            }
            | changed
        )
    return pd.DataFrame(rows, columns=SCORE.names)


def runs(*arguments: Any, **changed: Any) -> pd.DataFrame:
    """The metrics of :func:`scores`."""
    return metrics_by_run(scores(*arguments, **changed))


def fids(
    methods: Sequence[str] = ("SMOTE", "CVAE"),
    settings: Sequence[tuple[str, str, int]] = ONE_SETTING,
    replicates: int = 3,
    extractor: str = "inception",
) -> pd.DataFrame:
    """An FID of every minority class of every synthetic set; random, but the same in every call."""
    generator = np.random.default_rng(1)
    rows = [
        (dataset, minority, ratio, replicate, method, int(label), extractor, 1000, 3190, generator.uniform(20, 300))
        for (dataset, minority, ratio), replicate, method in product(settings, range(replicates), methods)
        for label in minority.split("-")
    ]
    return pd.DataFrame(rows, columns=FID.names[:-2]).assign(diversity=0.5, asked_class_share=0.9)


def history(phases: dict[str, Sequence[str]], epochs: int = 5) -> pd.DataFrame:
    """The losses of a training: terms by phase."""
    generator = np.random.default_rng(2)
    rows = [
        (phase, epoch, term, generator.random(), 1.0, 1.0)
        for phase, terms in phases.items()
        for epoch in range(1, epochs + 1)
        for term in terms
    ]
    return pd.DataFrame(rows, columns=HISTORY.names)


def panels(figure: Figure) -> list[Axes]:
    """The visible panels of a figure."""
    return [axes for axes in figure.axes if axes.get_visible()]


def labelled(axes: Axes, label: str) -> Line2D:
    """The one line of a label."""
    (line,) = [line for line in axes.lines if line.get_label() == label]
    return line


def tick_names(axes: Axes) -> list[str]:
    """What stands at the rows of a panel."""
    return [text.get_text() for text in axes.get_yticklabels()]


def words(figure: Figure) -> str:
    """All text of a figure, in one line."""
    texts = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return " ".join(" ".join(text.get_text() for text in texts).split())


def cut_off(figure: Figure) -> bool:
    """Whether anything lies outside the figure."""
    figure.draw_without_rendering()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    slack = 0.02
    return bool(drawn.x0 < -slack or drawn.y0 < -slack or drawn.x1 > width + slack or drawn.y1 > height + slack)


def smallest_text(figure: Figure) -> float:
    """Size of the smallest text in points."""
    texts: list[Any] = figure.findobj(lambda artist: hasattr(artist, "get_fontsize") and artist.get_text())
    return min(text.get_fontsize() for text in texts)
