import os
import re
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

snakemake = SimpleNamespace(
    log=["job.log"], config={"threads": 3, "deterministic": DETERMINISTIC}, resources=RESOURCES, params=PARAMS
)
with job(snakemake) as logger:
"""


@pytest.fixture
def run_job(tmp_path):
    """Return a function that runs a block inside ``job`` in a process of its own, and the path of its log."""

    def run(block, after="", resources=None, params=None, *, deterministic=False, **environment):
        script = (
            SCRIPT.replace("RESOURCES", repr(resources or {}))
            .replace("DETERMINISTIC", str(deterministic))
            .replace("PARAMS", repr(params or {}))
            + "".join(f"    {line}\n" for line in block.splitlines())
            + after
        )
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


def test_an_input_error_is_one_line_though_the_log_s_disk_is_full(run_job):
    run, log = run_job
    log.symlink_to("/dev/full")
    finished = run('raise InputError("cannot write; free space")')
    assert (finished.returncode, finished.stderr) == (1, "error: cannot write; free space\n")


def test_a_disk_that_is_full_for_the_log_alone_is_one_line(run_job):
    run, log = run_job
    log.symlink_to("/dev/full")
    finished = run('print("an epoch", flush=True)')
    assert finished.returncode == 1
    assert finished.stderr == "error: No space left on device; free space for results, logs and temporary files\n"


def test_another_error_of_the_system_is_shown_whole(run_job):
    run, log = run_job
    finished = run('open("nothing")')
    assert finished.returncode == 1
    assert "FileNotFoundError" in finished.stderr + log.read_text()


def test_a_job_whose_code_isn_t_what_was_planned_does_nothing(run_job):
    run, log = run_job
    finished = run('print("began")', params={"code": "skew: 0123456789abcdef"}, DEEP_OVERSAMPLING_PLANNED_AT="0")
    assert finished.returncode == 1
    assert re.fullmatch(r"error: \S+\.py has changed since this run was planned; run again\n", finished.stderr)
    assert log.read_text() == finished.stderr


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


def test_the_process_ends_with_the_block_and_its_output_is_whole(run_job):
    run, log = run_job
    finished = run('print("inside" * 9999)\nimport atexit\natexit.register(time.sleep, 600)', 'print("outside")\n')
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert log.read_text() == "inside" * 9999 + "\n"


def test_output_after_an_error_is_the_terminals_again(run_job):
    run, log = run_job
    finished = run('print("inside")\nimport atexit\natexit.register(print, "outside")\nraise InputError("wrong")')
    assert (finished.returncode, finished.stdout, finished.stderr) == (1, "outside\n", "error: wrong\n")
    assert log.read_text() == "inside\nerror: wrong\n"


def test_an_earlier_log_is_replaced(run_job):
    run, log = run_job
    log.write_text("of the run before\n" * 9)
    run('print("new")')
    assert log.read_text() == "new\n"


def test_libraries_take_the_threads_of_the_config(run_job):
    run, log = run_job
    show = (
        "import numpy, sklearn.neighbors, tensorflow, threadpoolctl\n"
        "numpy.ones((2, 2)) @ numpy.ones((2, 2))\n"
        "print('pools', *sorted({each['num_threads'] for each in threadpoolctl.threadpool_info()}))\n"
        "print('TensorFlow', os.environ['TF_NUM_INTRAOP_THREADS'], os.environ['TF_NUM_INTEROP_THREADS'])"
    )
    names = ("OMP", "OPENBLAS", "MKL")
    granted = {f"{name}_NUM_THREADS": "1" for name in names} | {"TF_NUM_INTRAOP_THREADS": "7"}
    assert run(show, **granted).returncode == 0
    # OpenBLAS takes no more threads than there are cores.
    pools = sorted({3, min(3, os.cpu_count())})
    assert log.read_text().splitlines()[-2:] == [f"pools {' '.join(map(str, pools))}", "TensorFlow 3 3"]


def test_jax_takes_the_threads_of_the_config(run_job):
    pytest.importorskip("jax")
    run, log = run_job
    work = (
        "import jax\n"
        "product = jax.jit(lambda a: a @ a)(jax.numpy.ones((1500, 1500)))\n"
        "product.block_until_ready()\n"
        "import pathlib\n"
        "names = [path.read_text() for path in pathlib.Path('/proc/self/task').glob('*/comm')]\n"
        "print(sum('Eigen' in name for name in names))"
    )
    assert run(work, KERAS_BACKEND="jax").returncode == 0
    assert log.read_text().split()[-1] == "3"


@pytest.mark.parametrize(("resources", "shown"), [({"gpu": 1}, {"GPU-a", "GPU-b"}), ({}, {"GPU-a,GPU-b"})])
def test_a_job_that_takes_a_gpu_sees_no_other(run_job, tmp_path, monkeypatch, resources, shown):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    run, log = run_job
    show = 'print(os.environ["CUDA_VISIBLE_DEVICES"])'
    run(show, resources=resources, CUDA_VISIBLE_DEVICES="GPU-a,GPU-b", TMPDIR=str(tmp_path))
    assert log.read_text().strip() in shown


def test_the_log_level_of_the_environment_is_kept(run_job):
    run, log = run_job
    run('print(os.environ["TF_CPP_MIN_LOG_LEVEL"])', TF_CPP_MIN_LOG_LEVEL="0")
    assert log.read_text() == "0\n"


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


def test_keras_does_without_what_the_job_may_still_import(run_job):
    run, log = run_job
    names = "[name for name in ('matplotlib', 'sklearn') if name in sys.modules]"
    run(f"import keras\nprint({names})\nimport matplotlib, sklearn\nprint({names})")
    assert log.read_text().splitlines()[-2:] == ["[]", "['matplotlib', 'sklearn']"]


def test_jax_is_there_where_it_is_the_backend(run_job):
    run, log = run_job
    run('print("jax" in sys.modules)', KERAS_BACKEND="jax")
    assert log.read_text() == "False\n"


@pytest.mark.parametrize(
    ("wanted", "gpus", "asked"), [(True, "0", True), (True, "", False), (True, None, False), (False, "0", False)]
)
def test_determinism_is_asked_of_tensorflow_and_of_xla_where_they_run_on_a_gpu(run_job, wanted, gpus, asked):
    run, log = run_job
    finished = run(
        'print(os.environ.get("TF_DETERMINISTIC_OPS"), os.environ.get("XLA_FLAGS"))\n'
        "from deep_oversampling.provenance import conditions\n"
        "print(conditions())",
        resources={} if gpus is None else {"gpu": 1},
        deterministic=wanted,
        CUDA_VISIBLE_DEVICES=gpus or "",
        XLA_FLAGS="--xla_cpu_enable_fast_math=false",
    )
    assert finished.returncode == 0, finished.stderr
    flags = "--xla_cpu_enable_fast_math=false" + " --xla_gpu_deterministic_ops=true" * asked
    variable = "1" if asked else None
    assert log.read_text().splitlines() == [f"{variable} {flags}", str({"threads": 3, "deterministic": asked})]
