"""Say what an experiment will cost, before it runs; or write down what the finished jobs of one have cost."""

import argparse
import os
import sys
from io import StringIO
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from deep_oversampling.costs.measured import SHIPPED, MeasuredCosts, finished_jobs
from deep_oversampling.costs.summary import TOTAL, costs_by_rule
from deep_oversampling.errors import InputError
from deep_oversampling.plan import PlannedJob, add_experiment, planned_experiment
from deep_oversampling.storage import replacing


def main() -> None:
    """Run the command; an InputError is one line and status 1."""
    parser = argparse.ArgumentParser(prog="python -m deep_oversampling.costs", description=__doc__)
    add_experiment(parser)
    parser.add_argument("--measured", type=Path, default=SHIPPED, help="measured costs; default: the project's")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="add the costs of finished jobs to this file instead"
    )
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        jobs = planned_experiment(arguments)
        if arguments.write:
            _write(jobs, arguments.write)
        else:
            _show(jobs, _read(arguments.measured))
    except InputError as error:
        sys.exit(f"error: {error}")


def _read(path: Path) -> MeasuredCosts:
    if not path.exists():
        raise InputError(f"there is no {path}; write it with --write once jobs have finished")
    try:
        return MeasuredCosts(pd.read_csv(path))
    except ValueError as error:
        raise InputError(
            f"{path} is no table of costs: {' '.join(str(error).split())}; write one with --write"
        ) from error


def _write(jobs: list[PlannedJob], path: Path) -> None:
    measured = finished_jobs(jobs)
    earlier = [pd.read_csv(path)] if path.exists() else []
    rounded = StringIO(measured.to_csv(index=False, float_format="%.6g"))
    rows = pd.concat([*earlier, pd.read_csv(rounded)]).drop_duplicates()
    with replacing(path) as new:
        rows.to_csv(new, index=False)
    print(f"{len(rows) - sum(map(len, earlier))} jobs added to {path}")


def _show(jobs: list[PlannedJob], costs: MeasuredCosts) -> None:
    table, unknown = costs_by_rule(jobs, costs)
    shown = Table("rule", *(title for title, _ in _SHOWN.values()), box=None)
    for column in shown.columns[1:]:
        column.justify = "right"
    for rule, row in table.iterrows():
        style = "bold" if rule == TOTAL else None
        shown.add_row(rule, *(_cell(row[name], form) for name, (_, form) in _SHOWN.items()), style=style)
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(shown)
    if pd.isna(table.loc[TOTAL, "gpu_hours"]):
        console.print("GPU hours: not measured; core hours are those of a run without GPUs.")
    for rule, row in table.drop(TOTAL).iterrows():
        if row["longest_minutes"] > row["limit_minutes"] > 0:
            console.print(
                f"{rule}: the longest job exceeds its first limit on a cluster; raise it in rules/resources.smk."
            )
    if unknown:
        console.print(f"Counted as nothing, for nobody measured it: {', '.join(unknown)}.")


_SHOWN = {
    "jobs": ("jobs", "{:,.0f}"),
    "core_hours": ("core hours", "{:,.2f}"),
    "gpu_hours": ("GPU hours", "{:,.2f}"),
    "longest_minutes": ("longest, min", "{:,.1f}"),
    "limit_minutes": ("limit, min", "{:,.0f}"),
    "peak_mib": ("peak, MiB", "{:,.0f}"),
    "megabytes": ("files, MB", "{:,.0f}"),
}


def _cell(value: float, form: str) -> str:
    return "–" if pd.isna(value) else form.format(value)


if __name__ == "__main__":
    main()
