import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned import SMOTE, job, score, training

from deep_oversampling.costs.measured import COLUMNS, SHIPPED, MeasuredCosts, finished_jobs
from deep_oversampling.costs.work import Work
from deep_oversampling.errors import InputError

BENCHMARK = (
    "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    "{seconds}\t0:00:30\t{peak}\t1508.30\t95.02\t112.32\t0.04\t0.06\t36.43\t1.24\n"
)


def measured(*jobs, kind="skew", threads=1, gpu=False, **same):
    """Rows of measured jobs: (amount, seconds)."""
    same = {"volume": 1, "peak_mib": 100, "bytes": 1e6, "processor": "", "gpu": gpu} | same
    rows = [
        {"kind": kind, "amount": amount, "seconds": seconds, "threads": threads, **same} for amount, seconds in jobs
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@given(
    start=st.floats(0.1, 100),
    rate=st.floats(1e-3, 10),
    amounts=st.lists(st.integers(1, 10**5), min_size=2, max_size=5, unique=True),
    asked=st.integers(0, 10**6),
)
def test_times_are_a_start_and_a_rate(start, rate, amounts, asked):
    costs = MeasuredCosts(measured(*((amount, start + rate * amount) for amount in amounts)))
    assert costs.predict([Work("skew", asked)]).core_seconds == pytest.approx(start + rate * asked, rel=1e-3)


def test_one_measured_amount_is_taken_in_proportion():
    costs = MeasuredCosts(measured((10, 4), (10, 6)))
    assert 8 <= costs.predict([Work("skew", 20)]).core_seconds <= 12


@given(jobs=st.lists(st.tuples(st.integers(1, 1000), st.floats(0.1, 1000)), min_size=1, max_size=6))
def test_more_work_never_costs_less_nor_a_negative_time(jobs):
    costs = MeasuredCosts(measured(*jobs))
    some, more = (costs.predict([Work("skew", amount)]).core_seconds for amount in (5, 50))
    assert 0 <= some <= more


def test_core_seconds_count_every_core():
    costs = MeasuredCosts(measured((1, 30), threads=4))
    assert costs.predict([Work("skew")]).core_seconds == pytest.approx(120)


def test_parts_add_up():
    parts = [measured((1, 30)), measured((10, 600), kind="train", peak_mib=700)]
    cost = MeasuredCosts(pd.concat(parts)).predict([Work("skew", 1, 2), Work("train", 5, 0)])
    assert (cost.core_seconds, cost.peak_mib, cost.megabytes) == (pytest.approx(330), 700, 2)


def test_files_grow_with_their_volume():
    cost = MeasuredCosts(measured((1, 1), volume=4, bytes=8e6)).predict([Work("skew", volume=3)])
    assert cost.megabytes == pytest.approx(6)


@pytest.mark.parametrize(("gpu", "on_gpu"), [(True, True), (False, False)])
def test_where_a_kind_was_measured(gpu, on_gpu):
    costs = MeasuredCosts(measured((1, 1), gpu=gpu))
    assert costs.on_gpu(Work("skew")) is on_gpu
    assert costs.knows(Work("skew"))
    assert not costs.knows(Work("train"))


def test_a_file_of_something_else_is_refused():
    with pytest.raises(InputError, match="no column 'kind'; write the file anew with --write"):
        MeasuredCosts(pd.DataFrame({"rule": ["skew"]}))


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """Return a function that writes what a finished job leaves, and returns the job."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")

    def finish(name, rule="oversample", seconds=30, peak=1057.3, **settings):
        (tmp_path / f"{name}.tsv").write_text(BENCHMARK.format(seconds=seconds, peak=peak))
        (tmp_path / f"{name}.parquet").write_bytes(b"x" * 1234)
        files = {"outputs": [tmp_path / f"{name}.parquet"], "benchmark": tmp_path / f"{name}.tsv"}
        return job(rule, **files, **settings)

    return finish


def test_finished_jobs_are_read_from_their_benchmark_files(finished):
    done = finished("done", definition=SMOTE)
    frame = finished_jobs([done, job("fid_table"), score(training(), "leak_free")])
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["kind"], row["amount"], row["volume"]) == ("oversample, SMOTE", 9570, 9570)
    assert (row["seconds"], row["threads"], row["peak_mib"], row["bytes"]) == (30, 2, 1057.3, 1234)
    assert not row["gpu"]


def test_a_job_too_short_to_be_weighed_is_read(finished):
    assert finished_jobs([finished("short", seconds=0.4, peak="-", definition=SMOTE)])["peak_mib"].isna().all()


@pytest.mark.parametrize(("takes_gpu", "gpus", "gpu"), [(True, "0", True), (False, "0", False), (True, "", False)])
def test_a_gpu_counts_where_there_is_one_and_the_job_takes_it(finished, monkeypatch, takes_gpu, gpus, gpu):
    done = finished("done", definition=SMOTE, takes_gpu=takes_gpu)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", gpus)
    assert finished_jobs([done])["gpu"].tolist() == [gpu]


def test_a_job_whose_output_is_gone_isn_t_measured(finished):
    done = finished("done", definition=SMOTE)
    done.outputs[0].unlink()
    with pytest.raises(InputError, match="no job of this experiment has finished; run it first"):
        finished_jobs([done])


def test_the_shipped_costs_are_whole():
    shipped = pd.read_csv(SHIPPED)
    assert tuple(shipped.columns) == COLUMNS
    assert (shipped[["seconds", "amount", "threads"]] > 0).all(axis=None)
