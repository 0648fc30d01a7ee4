"""What finished jobs took, by the kind and amount of their work, and what others will take by that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from deep_oversampling.costs.work import Work, work_of
from deep_oversampling.errors import InputError
from deep_oversampling.machine import visible_gpus
from deep_oversampling.plan import PlannedJob
from deep_oversampling.provenance import processor

SHIPPED = Path(__file__).with_name("measured.csv")
"""Measured by the project; docs/costs.md says on what."""

COLUMNS = (
    *("kind", "amount", "volume", "seconds", "threads", "peak_mib", "bytes"),
    *("gpu", "processor"),
)


@dataclass(frozen=True)
class Cost:
    """What a job takes.

    Attributes
    ----------
    core_seconds : float
        Seconds on the clock times cores.
    peak_mib : float
        Most memory at a time.
    megabytes : float
        Of its files.
    """

    core_seconds: float
    peak_mib: float
    megabytes: float


def finished_jobs(jobs: Iterable[PlannedJob]) -> pd.DataFrame:
    """Collect what the finished jobs of an experiment took, from Snakemake's benchmark files.

    Jobs with several parts, whose times cannot be told apart, are left out.

    Parameters
    ----------
    jobs : iterable of PlannedJob

    Returns
    -------
    DataFrame
        With :data:`COLUMNS`, a row for each finished job.

    Raises
    ------
    InputError
        If no job has finished.
    """
    done = [(job, work_of(job)) for job in jobs if job.benchmark.exists() and all(p.exists() for p in job.outputs)]
    rows = [_row(job, parts[0]) for job, parts in done if len(parts) == 1]
    if not rows:
        raise InputError("no job of this experiment has finished; run it first")
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(job: PlannedJob, work: Work) -> dict[str, object]:
    measured = pd.read_csv(job.benchmark, sep="\t", na_values="-").iloc[-1]
    return {
        "kind": work.kind,
        "amount": work.amount,
        "volume": work.volume,
        "seconds": measured["s"],
        "threads": job.threads,
        "peak_mib": measured["max_rss"],
        "bytes": sum(path.stat().st_size for path in job.outputs),
        "gpu": bool(job.takes_gpu and visible_gpus()),
        "processor": processor(),
    }


class MeasuredCosts:
    """Predicts what work costs from what the same kind of work has cost.

    Parameters
    ----------
    measured : DataFrame
        With :data:`COLUMNS`.
    """

    def __init__(self, measured: pd.DataFrame) -> None:
        missing = [name for name in COLUMNS if name not in measured]
        if missing:
            raise InputError(f"the measured costs have no column {missing[0]!r}; write the file anew with --write")
        self._kinds = dict(iter(measured.groupby("kind")))
        self._lines = {kind: _line(rows) for kind, rows in self._kinds.items()}

    def knows(self, work: Work) -> bool:
        """Return whether work of this kind has been measured."""
        return work.kind in self._kinds

    def on_gpu(self, work: Work) -> bool:
        """Return whether this kind of work was measured on a GPU."""
        return bool(self._kinds[work.kind]["gpu"].all())

    def predict(self, parts: Sequence[Work]) -> Cost:
        """Predict the cost of a job.

        Parameters
        ----------
        parts : sequence of Work
            The parts of its work, each of a known kind.

        Returns
        -------
        Cost
            Times are a part that doesn't depend on the amount and one in proportion to it, as fitted to the measured
            jobs of the kind; in proportion alone, where only one amount was measured.
        """
        measured = [self._kinds[work.kind] for work in parts]
        return Cost(
            core_seconds=sum(map(self._core_seconds, parts)),
            peak_mib=max(each["peak_mib"].max() for each in measured),
            megabytes=sum(_megabytes(each, work) for each, work in zip(measured, parts, strict=True)),
        )

    def _core_seconds(self, work: Work) -> float:
        rate, start = self._lines[work.kind]
        return rate * work.amount + start


def _line(measured: pd.DataFrame) -> tuple[float, float]:
    """Fit core seconds to amounts: by how much one grows with the other, and from where.

    Relative errors count, so that short jobs say what starting costs.
    """
    times = (measured["seconds"] * measured["threads"]).to_numpy()
    amounts = measured["amount"].to_numpy()
    columns = amounts[:, None] if len(set(amounts)) == 1 else np.stack([amounts, np.ones_like(amounts)], axis=1)
    scale = amounts.max()
    columns = columns / [scale, 1][: columns.shape[1]]
    fitted, _ = nnls(columns / times[:, None], np.ones(len(times)))
    return fitted[0] / scale, fitted[1] if len(fitted) > 1 else 0.0


def _megabytes(measured: pd.DataFrame, work: Work) -> float:
    return float((measured["bytes"] / measured["volume"]).mean() * work.volume / 1e6)
