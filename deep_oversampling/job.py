"""What every script of the workflow runs inside: its log, its threads, its one line of error."""

import errno
import gc
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from typing import Any, NoReturn

from deep_oversampling.errors import InputError
from deep_oversampling.machine import take_gpu
from deep_oversampling.planned_code import refuse_other_code
from deep_oversampling.provenance import DETERMINISM_VARIABLE, THREADS_VARIABLE

_SECONDS_BETWEEN_LINES = 30
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
THREAD_VARIABLES = (
    *(THREADS_VARIABLE, "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    # XLA's, which is all that JAX heeds on a CPU.
    "NPROC",
)


def ask_for_determinism() -> None:
    """Have TensorFlow and XLA, which JAX runs on, take only operations that give the same bytes every time.

    Theirs on a CPU do in any case, and to ask for others would only give other bytes.
    """
    os.environ[DETERMINISM_VARIABLE] = "1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_gpu_deterministic_ops=true".strip()


def import_lightly() -> None:
    """Halve the time that imports take, of which a short job would otherwise spend most of its own.

    Libraries don't find what they import where it is installed and never use here: pytest, which imbalanced-learn
    looks for; JAX beside TensorFlow; Matplotlib and scikit-learn, which Keras can do without. The job's own imports
    of those two find them. Garbage is collected less often, for importing
    makes a million objects, and next to none of them is garbage.
    """
    gc.set_threshold(100_000, 50, 100)
    sys.meta_path.insert(0, _WithoutTheUnused())


class _WithoutTheUnused(MetaPathFinder):
    """``None`` in ``sys.modules`` would do for imports, but SciPy takes what is there for a module."""

    def find_spec(self, name: str, *_: object) -> None:
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        unused = (
            name == "pytest"
            or (name == "jax" and backend != "jax")
            or (name in ("matplotlib", "sklearn") and _is_being_imported("keras"))
        )
        if unused:
            raise ModuleNotFoundError(f"{name} is left out", name=name)


def _is_being_imported(name: str) -> bool:
    """Return whether a module's import has begun and not ended, by what CPython itself goes by."""
    return name in sys.modules and getattr(sys.modules[name].__spec__, "_initializing", False)


@contextmanager
def job(snakemake: Any) -> Iterator[logging.Logger]:
    """Run a script's work with its output in the rule's log file.

    Numerical libraries take the config's number of threads whatever Snakemake grants, because
    another number rounds differently. They must be imported inside the block. A job that takes a GPU
    gets one of its own. The process ends with the block.

    Parameters
    ----------
    snakemake : object
        Given by Snakemake to every script; ``log``, ``config``, ``params`` and ``resources`` are used.

    Yields
    ------
    logging.Logger
        Writes to the log file, and to the terminal a line every half minute.

    Raises
    ------
    SystemExit
        With status 1 after an :class:`InputError`, whose one line also goes to standard error, after the disk was
        full, or if the job's code isn't what the run was planned with.
    """
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(snakemake.config["threads"])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if snakemake.resources.get("gpu") and take_gpu() and snakemake.config["deterministic"]:
        ask_for_determinism()
    import_lightly()
    with _output_to(snakemake.log[0]) as terminal:
        logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(asctime)s %(message)s")
        logger = logging.getLogger("deep_oversampling")
        logger.setLevel(logging.INFO)
        logger.addHandler(_terminal_handler(terminal))
        try:
            if planned := snakemake.params.get("code"):
                refuse_other_code(planned)
            yield logger
        except InputError as error:
            _fail(f"error: {error}\n", terminal)
        except OSError as error:
            if error.errno not in _DISK_ERRORS:
                raise
            _fail(f"error: {error.strerror}; free space for results, logs and temporary files\n", terminal)
    # All is written, and taking TensorFlow down in good order takes a second.
    os._exit(0)


def _fail(message: str, terminal: int) -> NoReturn:
    os.write(terminal, message.encode())
    # The log's disk may be full.
    with suppress(OSError):
        sys.stdout.flush()
        os.write(1, message.encode())
    sys.exit(1)


def _terminal_handler(terminal: int) -> logging.Handler:
    shown = time.monotonic()

    def is_due(_: logging.LogRecord) -> bool:
        nonlocal shown
        due = time.monotonic() - shown >= _SECONDS_BETWEEN_LINES
        if due:
            shown = time.monotonic()
        return due

    handler = logging.StreamHandler(os.fdopen(os.dup(terminal), "w"))
    handler.addFilter(is_due)
    return handler


@contextmanager
def _output_to(log_path: str) -> Iterator[int]:
    output, terminal = os.dup(1), os.dup(2)
    with open(log_path, "w") as log_file:
        sys.stdout.flush()
        os.dup2(log_file.fileno(), 1)
        os.dup2(log_file.fileno(), 2)
        try:
            yield terminal
        finally:
            with suppress(OSError):
                sys.stdout.flush()
            os.dup2(output, 1)
            os.dup2(terminal, 2)
