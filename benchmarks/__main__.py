"""Measure ours and the peers in turn, several rounds, and write the medians of each with their ratio.

Every measurement is a process of its own on two threads. Leave the machine otherwise idle.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from deep_oversampling.job import THREAD_VARIABLES
from deep_oversampling.provenance import Provenance, processor
from deep_oversampling.storage import replacing

THREADS = 2
BATCHED_IMAGES = 2048
LARGEST_SETS = {"CVAE": 32_000, "CGAN": 32_000, "ACGAN": 32_000, "BAGAN": 22_520}
"""Images of the paper's largest sets: balanced first, which BAGAN's never are, 10 × 3,200; else 7 × 3,200 + 3 × 40."""

MEMORY_LIMIT_MIB = 2048
SEARCH = {"n_images": 32_000, "epochs": 2}
"""The paper's set sizes and a tenth of its epochs."""

STEPS_PER_EXECUTION = (1, 64)
SEARCH_MEMORY_LIMIT_MIB = 3072
PAGE_LIMIT_MS = 1000
START_UP_LIMIT_PERCENT = 15
ONCE = ("few_steps", "overhead")
"""What is measured in the first round alone: memory, and a whole experiment."""

GENERATORS = ("CVAE", "CGAN", "ACGAN")


@dataclass(frozen=True)
class Task:
    """One call of a function of this package in a fresh process."""

    module: str
    function: str
    arguments: tuple[tuple[str, Any], ...]

    def run(self) -> dict[str, float]:
        """Return what it printed; raises CalledProcessError if it fails."""
        threads = dict.fromkeys(THREAD_VARIABLES, str(THREADS))
        finished = subprocess.run(
            [sys.executable, "-m", "benchmarks.measure", self.module, self.function, json.dumps(dict(self.arguments))],
            env={**os.environ, **threads, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(finished.stdout.splitlines()[-1])


@dataclass(frozen=True)
class Comparison:
    """A row of the result: one figure of ours beside the same one of a peer, or beside a limit."""

    name: str
    unit: str
    figure: str
    ours: Task
    peer: str
    peers: Task | float


def task(module: str, function: str = "training", **arguments: Any) -> Task:
    """Return a task that can be a key."""
    return Task(module, function, tuple(sorted(arguments.items())))


def comparisons(epochs: int) -> list[Comparison]:
    """Return everything there is to measure."""
    sgemm = task("sgemm", "product")
    rows = []
    for method in GENERATORS:
        sizes = {"method": method, "n_images": BATCHED_IMAGES, "epochs": epochs}
        ours = task("ours", **sizes)
        compare = partial(Comparison, f"{method} training", "images/s", "images_per_second", ours)
        rows.append(compare("PyTorch", task("pytorch", **sizes)))
        if method == "CVAE":
            rows.append(compare("Keras fit", task("keras_fit", **sizes)))
        rows.append(Comparison(f"{method} training", "GFLOP/s", "gigaflops", ours, "SGEMM by numpy", sgemm))
    # Equally many steps, since a machine that warms up slows down.
    small, large = (task("ours", method="CVAE", n_images=n, epochs=e) for n, e in ((4_000, 8), (32_000, 1)))
    rows.append(Comparison("CVAE, 32000 images", "images/s", "images_per_second", large, "4000 images", small))
    for method, n_images in LARGEST_SETS.items():
        steps = task("ours", "few_steps", method=method, n_images=n_images, steps=3)
        rows.append(Comparison(f"{method} peak memory", "MiB", "peak_mib", steps, "limit", MEMORY_LIMIT_MIB))
    start_up = task("start_up", "overhead", config="config.yaml")
    rows.append(
        Comparison("starting jobs, config.yaml", "% of work", "percent", start_up, "limit", START_UP_LIMIT_PERCENT)
    )
    return rows + _weight_search(sgemm) + _page()


def _weight_search(sgemm: Task) -> list[Comparison]:
    stacked = task("weight_search", "stacked", **SEARCH)
    compare = partial(Comparison, "weight search", "fits/s", "fits_per_second", stacked)
    return [
        *(
            compare(
                f"Keras fit, {steps} steps an execution",
                task("weight_search", "single_fits", steps_per_execution=steps, **SEARCH),
            )
            for steps in STEPS_PER_EXECUTION
        ),
        Comparison("weight search", "GFLOP/s", "gigaflops", stacked, "SGEMM by numpy", sgemm),
        Comparison("weight search peak memory", "MiB", "peak_mib", stacked, "limit", SEARCH_MEMORY_LIMIT_MIB),
    ]


def _page() -> list[Comparison]:
    page = task("page", "opening")
    return [
        Comparison(f"page of the paper's size {what}", "ms", f"{what}_ms", page, "limit", PAGE_LIMIT_MS)
        for what in ("opened", "filtered")
    ]


def measure(rows: list[Comparison], rounds: int) -> dict[Task, list[dict[str, float]]]:
    """Run every task, ours and the peers' in turn, so that a drift of the machine's speed meets both."""
    tasks = list(dict.fromkeys(each for row in rows for each in (row.ours, row.peers) if isinstance(each, Task)))
    measured: dict[Task, list[dict[str, float]]] = {each: [] for each in tasks}
    for number in range(1, rounds + 1):
        for each in tasks:
            if each.function in ONCE and number > 1:
                continue
            measured[each].append(each.run())
            print(f"round {number}: {each.module} {dict(each.arguments)} {measured[each][-1]}", flush=True)
    return measured


def table(rows: list[Comparison], measured: dict[Task, list[dict[str, float]]]) -> pd.DataFrame:
    """Return the medians and their ratios."""

    def median(row: Comparison, source: Task | float) -> float:
        if not isinstance(source, Task):
            return float(source)
        return statistics.median(values[row.figure] for values in measured[source])

    return pd.DataFrame(
        {
            "name": row.name,
            "value": median(row, row.ours),
            "unit": row.unit,
            "peer": row.peer,
            "peer_value": median(row, row.peers),
            "ratio": median(row, row.ours) / median(row, row.peers),
        }
        for row in rows
    )


def main() -> None:
    """Measure and write the CSV, with how it was made beside it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks.csv"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--only", default="", help="measure the rows alone whose name has this in it")
    arguments = parser.parse_args()
    rows = [row for row in comparisons(arguments.epochs) if arguments.only in row.name]
    measured = measure(rows, arguments.rounds)
    result = table(rows, measured)
    with replacing(arguments.output) as path:
        result.to_csv(path, index=False)
    settings = {
        "threads": THREADS,
        "rounds": arguments.rounds,
        "epochs": arguments.epochs,
        "processor": processor(),
        "measured": [
            {"module": each.module, "function": each.function, **dict(each.arguments), "values": values}
            for each, values in measured.items()
        ],
    }
    with replacing(arguments.output.with_suffix(".json")) as path:
        path.write_text(Provenance("benchmarks", settings).to_json())
    print(result.to_string(index=False, float_format="%.3g"))


if __name__ == "__main__":
    main()
