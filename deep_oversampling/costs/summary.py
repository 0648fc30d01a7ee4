"""What an experiment costs, rule by rule and in all."""

import math
from collections.abc import Iterable

import pandas as pd

from deep_oversampling.costs.measured import MeasuredCosts
from deep_oversampling.costs.work import work_of
from deep_oversampling.plan import PlannedJob

TOTAL = "all"


def costs_by_rule(jobs: Iterable[PlannedJob], costs: MeasuredCosts) -> tuple[pd.DataFrame, list[str]]:
    """Add up what the jobs of an experiment take.

    Parameters
    ----------
    jobs : iterable of PlannedJob
    costs : MeasuredCosts

    Returns
    -------
    table : DataFrame
        A row for each rule, the dearest first, and their total: jobs, core hours, GPU hours (missing where a job that
        takes a GPU was measured without), minutes of the longest job and its first limit, peak memory in MiB,
        files in MB.
    unknown : list of str
        Kinds of work that nobody measured, which the table counts as nothing.
    """
    rows, unknown = [], set()
    for job in jobs:
        parts = work_of(job)
        unknown |= {work.kind for work in parts if not costs.knows(work)}
        known = [work for work in parts if costs.knows(work)]
        rows.append({"rule": job.rule, "limit": job.minutes, **_costs(job, known, costs)})
    frame = pd.DataFrame(rows)
    table = frame.groupby("rule").agg(**_SUMS)
    table = table.sort_values("core_hours", ascending=False)
    table.loc[TOTAL] = frame.assign(rule=TOTAL).groupby("rule").agg(**_SUMS).loc[TOTAL]
    return table.astype({"jobs": int}), sorted(unknown)


def _sum_if_whole(hours: pd.Series) -> float:
    return hours.sum(skipna=False)


_SUMS = {
    "jobs": ("rule", "size"),
    "core_hours": ("core_hours", "sum"),
    "gpu_hours": ("gpu_hours", _sum_if_whole),
    "longest_minutes": ("minutes", "max"),
    "limit_minutes": ("limit", "max"),
    "peak_mib": ("peak_mib", "max"),
    "megabytes": ("megabytes", "sum"),
}


def _costs(job: PlannedJob, known: list, costs: MeasuredCosts) -> dict[str, float]:
    if not known:
        return dict.fromkeys(("core_hours", "gpu_hours", "minutes", "peak_mib", "megabytes"), 0.0)
    cost = costs.predict(known)
    on_gpu = all(map(costs.on_gpu, known))
    hours = cost.core_seconds / 3600
    gpu_hours = (hours / job.threads if on_gpu else math.nan) if job.takes_gpu else 0.0
    return {
        "core_hours": hours,
        "gpu_hours": gpu_hours,
        "minutes": hours / job.threads * 60,
        "peak_mib": cost.peak_mib,
        "megabytes": cost.megabytes,
    }
