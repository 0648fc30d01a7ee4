import math

import pandas as pd
import pytest
from planned import SMOTE, job, training
from test_measured import measured

from deep_oversampling.costs.measured import MeasuredCosts
from deep_oversampling.costs.summary import TOTAL, costs_by_rule

COSTS = pd.concat(
    [
        measured((9570, 1800), kind="oversample, SMOTE", volume=9570, peak_mib=500),
        measured((1, 3600), kind="train_lenet", threads=2, peak_mib=1000),
    ]
)


def lenet(**named):
    return job("train_lenet", takes_gpu=True, epochs=1, **named)


def test_jobs_add_up_by_rule_and_in_all():
    jobs = [job("oversample", definition=SMOTE), job("oversample", definition=SMOTE), lenet(minutes=90)]
    table, unknown = costs_by_rule(jobs, MeasuredCosts(COSTS))
    assert unknown == []
    assert table.index.tolist() == ["train_lenet", "oversample", TOTAL]
    assert table["jobs"].tolist() == [1, 2, 3]
    assert table["core_hours"].tolist() == pytest.approx([2, 1, 3])
    assert table["longest_minutes"].tolist() == pytest.approx([60, 15, 60])
    assert table["limit_minutes"].tolist() == [90, 10, 90]
    assert table["peak_mib"].tolist() == [1000, 500, 1000]
    assert table["megabytes"].tolist() == pytest.approx([1, 2, 3])


def test_gpu_hours_are_missing_where_only_cpus_were_measured():
    table, _ = costs_by_rule([lenet(), job("oversample", definition=SMOTE)], MeasuredCosts(COSTS))
    assert math.isnan(table.loc["train_lenet", "gpu_hours"])
    assert math.isnan(table.loc[TOTAL, "gpu_hours"])
    assert table.loc["oversample", "gpu_hours"] == 0


def test_gpu_hours_are_hours_on_the_clock():
    on_gpu = COSTS.assign(gpu=COSTS["kind"] == "train_lenet")
    table, _ = costs_by_rule([lenet(), lenet()], MeasuredCosts(on_gpu))
    assert table.loc[TOTAL, "gpu_hours"] == pytest.approx(2)


def test_what_nobody_measured_is_named():
    jobs = [job("train_generator", definition=training()), job("oversample", definition=SMOTE)]
    table, unknown = costs_by_rule(jobs, MeasuredCosts(COSTS))
    assert unknown == ["train_generator, CVAE"]
    assert table.loc["train_generator", ["jobs", "core_hours"]].tolist() == [1, 0]
