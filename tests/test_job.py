import os
import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, logging, os, sys, time
from types import SimpleNamespace

clock = [0.0]
time.monotonic = lambda: clock[0]

from deep_oversampling.errors import InputError
from deep_oversampling.job import job

snakemake = SimpleNamespace(log=["job.log"], config={"threads": 3})
with job(snakemake) as logger:
"""


@pytest.fixture
def run_job(tmp_path):
    """Return a function that runs a block inside ``job`` in a process of its own, and the path of its log."""

    def run(block, after="", **environment):
        script = SCRIPT + "".join(f"    {line}\n" for line in block.splitlines()) + after
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run, tmp_path / "job.log"


def test_all_output_goes_to_the_log(run_job):
    run, log = run_job
    finished = run(
        'print("from Python")\n'
        "sys.stdout.flush()\n"
        'print("to standard error", file=sys.stderr)\n'
        'ctypes.CDLL(None).puts(b"from C")\n'
        "ctypes.CDLL(None).fflush(None)\n"
        'logger.info("an epoch")\n'
        'logging.getLogger("deep_oversampling.training.checkpoint").info("going on")\n'
        'logger.debug("too small")\n'
        'logging.getLogger("keras").info("not ours")'
    )
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    lines = log.read_text().splitlines()
    assert set(lines[:3]) == {"from Python", "to standard error", "from C"}
    assert [line.split(" ", 2)[2] for line in lines[3:]] == ["an epoch", "going on"]


def test_the_terminal_gets_a_line_every_half_minute(run_job):
    run, log = run_job
    seconds = [0, 10, 29, 31, 40, 60, 62, 200, 201, 231]
    finished = run(f'for second in {seconds}:\n    clock[0] = second\n    logger.info("after %d s", second)')
    assert finished.returncode == 0
    assert finished.stderr.splitlines() == ["after 31 s", "after 62 s", "after 200 s", "after 231 s"]
    assert finished.stdout == ""
    assert [line.split(" ", 2)[2] for line in log.read_text().splitlines()] == [f"after {each} s" for each in seconds]


def test_an_input_error_is_one_line_in_both_places(run_job):
    run, log = run_job
    finished = run('print("before")\nraise InputError("no such class; add images of it")')
    assert finished.returncode == 1
    assert finished.stderr == "error: no such class; add images of it\n"
    assert finished.stdout == ""
    assert log.read_text() == "before\nerror: no such class; add images of it\n"


def test_another_error_shows_where_it_arose(run_job):
    run, _ = run_job
    finished = run("1 / 0")
    assert finished.returncode == 1
    assert "Traceback" in finished.stderr
    assert "ZeroDivisionError" in finished.stderr


def test_output_after_the_block_is_the_terminals_again(run_job):
    run, log = run_job
    finished = run('print("inside")', 'print("outside")\nprint("error outside", file=sys.stderr)\n')
    assert (finished.stdout, finished.stderr) == ("outside\n", "error outside\n")
    assert log.read_text() == "inside\n"


def test_an_earlier_log_is_replaced(run_job):
    run, log = run_job
    log.write_text("of the run before\n" * 9)
    run('print("new")')
    assert log.read_text() == "new\n"


def test_libraries_take_the_threads_of_the_config(run_job):
    run, log = run_job
    names = ["OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_CPP_MIN_LOG_LEVEL"]
    show = f"print(*(os.environ[name] for name in {names}))"
    environment = {"OMP_NUM_THREADS": "7", "TF_NUM_INTRAOP_THREADS": "7", "TF_NUM_INTEROP_THREADS": "7"}
    run(show, **environment, TF_CPP_MIN_LOG_LEVEL="0")
    assert log.read_text().split() == ["3", "3", "3", "0"]


def test_nothing_numerical_is_imported_before_the_block(run_job):
    run, log = run_job
    run('print([name for name in ("numpy", "keras", "tensorflow", "jax", "sklearn") if sys.modules.get(name)])')
    assert log.read_text() == "[]\n"


@pytest.mark.parametrize("backend", [{}, {"KERAS_BACKEND": "tensorflow"}], ids=["default", "named"])
def test_jax_is_left_out_for_tensorflow(run_job, monkeypatch, backend):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    run, log = run_job
    run('try:\n    import jax\nexcept ImportError:\n    print("no")', **backend)
    assert log.read_text() == "no\n"


def test_scipy_s_tests_run_without_jax(run_job):
    run, log = run_job
    run("from scipy.stats import friedmanchisquare\nprint(friedmanchisquare([1, 2], [2, 3], [3, 1]).statistic)")
    assert float(log.read_text()) == 1.0


def test_jax_is_there_where_it_is_the_backend(run_job):
    run, log = run_job
    run('print("jax" in sys.modules)', KERAS_BACKEND="jax")
    assert log.read_text() == "False\n"
