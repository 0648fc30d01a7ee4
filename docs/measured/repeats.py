"""How many repeats of the cross-validation settle the weight: the table of docs/results.md from the scores of ten.

``python docs/measured/repeats.py SCORE.parquet`` writes the scores to the CSV beside this file first.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import friedmanchisquare

from deep_oversampling.storage import read_frame

SCORES = Path(__file__).with_name("mnist_3-4-5_320_repeats.csv")
REPEATS, FOLDS, DRAWS = 10, 2, 4000


def write(score: str) -> None:
    """Keep the candidates of a run's first row: weight, fold, minority_f1."""
    pd.DataFrame(list(read_frame(score)["candidates"].iloc[0])).to_csv(SCORES, index=False)


def tell() -> None:
    """Print what each repeat chose, what all do, and how often so many drawn with replacement do the same."""
    scores = pd.read_csv(SCORES).pivot(index="weight", columns="fold", values="minority_f1")
    folds = scores.to_numpy().reshape(len(scores), REPEATS, FOLDS)
    of_repeats = folds.mean(axis=2)
    means = of_repeats.mean(axis=1)
    best = means.argmax()
    print("chosen by single repeats:", of_repeats.argmax(axis=0).tolist())
    print(f"by all: {best} ({scores.index[best]:.1f}), means {means.min():.3f} to {means.max():.3f}")
    print(f"Friedman's test: p = {friedmanchisquare(*of_repeats).pvalue:.3g}")
    print(f"two folds of a repeat differ by {np.abs(np.diff(folds)).mean():.3f} on average")
    generator = np.random.default_rng(0)
    for number in (1, 2, 3, 5, 10, 20, 40):
        drawn = generator.integers(REPEATS, size=(DRAWS, number))
        chosen = of_repeats[:, drawn].mean(axis=2).argmax(axis=0)
        print(f"| {number} | {(chosen == best).mean():.2f} | {(means[best] - means[chosen]).mean():.3f} |")


if __name__ == "__main__":
    for path in sys.argv[1:]:
        write(path)
    tell()
