import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.statistics.intervals import interval_table, mean_interval, replicate_means

T_975 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 9: 2.262, 14: 2.145}
"""Student's t at 97.5 %, by degrees of freedom, as in the back of a textbook."""

F1 = st.floats(0, 1).map(lambda value: round(value, 6))
SEVERAL = st.lists(F1, min_size=2, max_size=8)


def of_method(method, f1):
    """A run for each F1, ``f1[replicate][seed]``."""
    return pd.DataFrame(
        [
            {"method": method, "replicate": replicate, "f1": value}
            for replicate, seeds in enumerate(f1)
            for value in seeds
        ]
    )


@pytest.mark.parametrize(
    "values",
    [
        [0.5, 0.7],
        [0.61, 0.58, 0.66],
        [0.9, 0.8, 0.85, 0.99],
        [0.512, 0.498, 0.530, 0.505, 0.521],
        [-3.0, 4.0, 1.5, 0.0, 2.0, 7.0, -1.0, 3.0, 2.5, 1.0],
    ],
)
def test_the_interval_is_the_textbook_s(values):
    interval = mean_interval(values)
    half = T_975[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))
    assert interval.mean == pytest.approx(statistics.mean(values))
    assert (interval.mean - interval.low, interval.high - interval.mean) == pytest.approx((half, half), rel=2e-4)


def test_one_value_has_a_mean_and_no_bounds():
    interval = mean_interval([0.7])
    assert interval.mean == 0.7
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)


def test_no_value_has_no_mean():
    assert all(math.isnan(number) for number in vars(mean_interval([])).values())


def test_equal_values_leave_no_doubt():
    assert list(vars(mean_interval([0.25] * 5)).values()) == [0.25] * 3


@given(values=SEVERAL, shift=st.floats(-2, 2), scale=st.floats(-4, 4))
def test_the_interval_moves_and_stretches_with_the_values(values, shift, scale):
    interval = mean_interval(values)
    changed = mean_interval([scale * value + shift for value in values])
    bounds = sorted(scale * bound + shift for bound in (interval.low, interval.high))
    assert changed.mean == pytest.approx(scale * interval.mean + shift, abs=1e-9)
    assert [changed.low, changed.high] == pytest.approx(bounds, abs=1e-9)


@given(values=SEVERAL, data=st.data())
def test_the_order_of_the_values_does_not_matter(values, data):
    other = mean_interval(data.draw(st.permutations(values)))
    assert list(vars(other).values()) == pytest.approx(list(vars(mean_interval(values)).values()), abs=1e-12)


def test_seeds_on_a_replicate_are_averaged_first():
    runs = of_method("SMOTE", [[0.5, 0.6, 0.7], [0.8], [0.1, 0.3]])
    means = replicate_means(runs, ["method"], "f1")
    assert means.to_dict("list") == {
        "method": ["SMOTE"] * 3,
        "replicate": [0, 1, 2],
        "f1": pytest.approx([0.6, 0.8, 0.2]),
    }


def test_groups_keep_the_order_of_first_appearance():
    runs = pd.concat([of_method("SMOTE", [[0.5], [0.6]]).iloc[::-1], of_method("CVAE", [[0.7]])])
    assert replicate_means(runs, ["method"], "f1")["replicate"].tolist() == [1, 0, 0]
    assert interval_table(runs, ["method"], "f1")["method"].tolist() == ["SMOTE", "CVAE"]


def test_fifteen_runs_on_five_replicates_are_five_values():
    f1 = np.random.default_rng(0).uniform(0.4, 0.6, size=(5, 3))
    table = interval_table(of_method("SMOTE", f1), ["method"], "f1")
    means = f1.mean(axis=1)
    half = T_975[4] * np.std(means, ddof=1) / math.sqrt(5)
    assert table["replicates"].tolist() == [5]
    assert table[["mean", "low", "high"]].iloc[0].tolist() == pytest.approx(
        [means.mean(), means.mean() - half, means.mean() + half], rel=1e-4
    )


def test_more_seeds_on_one_replicate_do_not_count_more():
    once = interval_table(of_method("SMOTE", [[0.4, 0.6], [0.8], [0.9]]), ["method"], "f1")
    often = interval_table(of_method("SMOTE", [[0.4, 0.6] * 10, [0.8], [0.9]]), ["method"], "f1")
    pd.testing.assert_frame_equal(often, once)
    assert often["mean"].item() == pytest.approx((0.5 + 0.8 + 0.9) / 3)


def test_every_group_has_its_own_interval():
    runs = pd.concat(
        [of_method("SMOTE", [[0.4], [0.6]]), of_method("CVAE", [[0.7]]), of_method("CGAN", [[0.1], [0.2], [0.6]])]
    )
    table = interval_table(runs, ["method"], "f1").set_index("method")
    assert table["replicates"].to_dict() == {"SMOTE": 2, "CVAE": 1, "CGAN": 3}
    assert table["mean"].tolist() == pytest.approx([0.5, 0.7, 0.3])
    assert table["high"].isna().tolist() == [False, True, False]
    assert table.loc["SMOTE", "high"] == pytest.approx(0.5 + 12.706 * 0.1, rel=1e-4)


@pytest.fixture(scope="module")
def experiments():
    """F1 of 3 seeds on 5 replicates in 2500 experiments, the replicates' spread three times the seeds'."""
    generator = np.random.default_rng(2021)
    return 0.7 + 0.03 * generator.normal(size=(2500, 5, 1)) + 0.01 * generator.normal(size=(2500, 5, 3))


def test_the_interval_holds_the_true_mean_as_often_as_it_says(experiments):
    experiment, replicate, _ = np.indices(experiments.shape).reshape(3, -1)
    runs = pd.DataFrame({"experiment": experiment, "replicate": replicate, "f1": experiments.ravel()})
    table = interval_table(runs, ["experiment"], "f1")
    assert len(table) == 2500
    assert table["replicates"].eq(5).all()
    assert ((table["low"] < 0.7) & (table["high"] > 0.7)).mean() == pytest.approx(0.95, abs=0.02)


def test_runs_taken_for_independent_would_promise_too_much(experiments):
    flat = experiments.reshape(2500, 15)
    half = T_975[14] * flat.std(axis=1, ddof=1) / math.sqrt(15)
    assert (np.abs(flat.mean(axis=1) - 0.7) < half).mean() < 0.8
