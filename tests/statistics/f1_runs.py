"""Runs as the statistics take them, made of their F1 alone."""

import pandas as pd

from deep_oversampling.tables.runs import METHOD

COLUMNS = [*METHOD, "replicate", "classifier_seed", "scope", "f1"]


def runs(f1, **changed):
    """A run for each F1 of each method, ``{"SMOTE": [0.5, 0.6]}``, a replicate each; a list holds its seeds' F1."""
    rows = [
        {
            "dataset": "mnist",
            "minority": "3-4-5",
            "imbalance_ratio": 40,
            "classifier": "MLP",
            "protocol": "paper",
            "method": method,
            "replicate": replicate,
            "classifier_seed": seed,
            "scope": "minority",
            "f1": value,
        }
        | changed
        for method, of_method in f1.items()
        for replicate, of_replicate in enumerate(of_method)
        for seed, value in enumerate(of_replicate if isinstance(of_replicate, list) else [of_replicate])
        if value is not None
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def settings_of(f1):
    """One replicate of every method in as many settings as F1s are given."""
    ratios = range(len(next(iter(f1.values()))))
    return pd.concat(
        runs({method: [values[ratio]] for method, values in f1.items()}, imbalance_ratio=ratio) for ratio in ratios
    )
