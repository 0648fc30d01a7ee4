"""Simulated results of the paper's size. No number here was measured."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from deep_oversampling.page.build import Results
from deep_oversampling.schemas import FID, SCORE
from deep_oversampling.statistics.comparison import compare, compare_over_settings
from deep_oversampling.statistics.ranks import rank
from deep_oversampling.tables.classifier import classifier_table
from deep_oversampling.tables.fid import fid_table
from deep_oversampling.tables.runs import metrics_by_run

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "presets" / "paper.yaml").read_text()) | {
    "protocols": ["paper", "leak_free"]
}
WITHOUT_IMAGES = {"Imbalanced", "ClassWeights", "LogitAdjustment", "TunedLogitAdjustment"}
ADDING = [method for method in CONFIG["methods"] if method not in WITHOUT_IMAGES]
MINORITIES = ["-".join(map(str, classes)) for classes in CONFIG["minority_sets"]]


def simulated_results() -> Results:
    scores, fids = simulated_scores(), simulated_fids()
    runs = metrics_by_run(scores)
    comparison = compare(runs)
    return Results(
        scores=scores,
        classifier=classifier_table(scores, 3200),
        comparison=comparison,
        overall=compare_over_settings(comparison),
        ranks=rank(runs),
        timings=simulated_timings(),
        fids=fids,
        fid=fid_table(fids, 3200),
        figures=["figures/minority_f1/mnist/MLP/paper.svg", "figures/fid/inception/fashion-mnist.svg"],
        adding=ADDING,
        config=CONFIG,
    )


def simulated_scores() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    axes = product(
        *(CONFIG["datasets"], MINORITIES, CONFIG["ratios"], CONFIG["replicates"], CONFIG["methods"]),
        *(CONFIG["protocols"], CONFIG["classifier_seeds"]),
    )
    rows = [
        {
            **dict(zip(SCORE.names[:4], run, strict=True)),
            "method": method,
            "classifier": "MLP",
            "protocol": protocol,
            "classifier_seed": seed,
            "confusion": _confusion(generator, run[1]),
            "log_loss": generator.uniform(0, 1, 10).tolist(),
            "roc_auc": generator.uniform(0.9, 1, 10).tolist(),
            "average_precision": generator.uniform(0.7, 1, 10).tolist(),
            "calibration_error": generator.uniform(0, 0.2),
            "candidates": [],
            "chosen_weight": generator.uniform(1, 50) if method in ADDING else None,
            "logit_adjustments": [],
            "logit_adjustment": None,
            "refitted_in_folds": method != "R-CVAE" if protocol == "leak_free" and method in ADDING else None,
            "notes": [],
            "search_seconds": 0.0,
            "fit_seconds": 0.0,
        }
        for *run, method, protocol, seed in axes
    ]
    return pd.DataFrame(rows)[SCORE.names]


def _confusion(generator: np.random.Generator, minority: str) -> list[list[int]]:
    counts = np.zeros((10, 10), dtype=int)
    for label in range(10):
        low, high = (200, 800) if str(label) in minority.split("-") else (900, 1000)
        found = generator.integers(low, high)
        counts[label, label], counts[label, (label + 1) % 10] = found, 1000 - found
    return counts.tolist()


def simulated_fids() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    axes = product(CONFIG["datasets"], MINORITIES, CONFIG["ratios"], CONFIG["replicates"], ADDING)
    rows = [
        {
            **dict(zip(FID.names[:4], run, strict=True)),
            "method": method,
            "class": int(label),
            "extractor": "inception",
            "real_count": 1000,
            "synthetic_count": 1000,
            "fid": generator.uniform(30, 300),
            "diversity": generator.uniform(0, 1),
            "asked_class_share": generator.uniform(0, 1),
        }
        for *run, method in axes
        for label in run[1].split("-")
    ]
    return pd.DataFrame(rows)[FID.names]


def simulated_timings() -> pd.DataFrame:
    generator = np.random.default_rng(2)
    axes = product(CONFIG["datasets"], MINORITIES, CONFIG["ratios"], ["SMOTE", "Tuned SMOTE", "CVAE"])
    rows = [
        {
            **dict(zip(FID.names[:3], setting, strict=True)),
            "replicate": 0,
            "method": method,
            "threads": 2,
            "processor": "simulated",
            "seconds": generator.uniform(0, 1000),
        }
        for *setting, method in axes
    ]
    return pd.DataFrame(rows)
