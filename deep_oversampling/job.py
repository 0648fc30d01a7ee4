"""What every script of the workflow runs inside: its log, its threads, its one line of error."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deep_oversampling.errors import InputError

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


@contextmanager
def job(snakemake: Any) -> Iterator[logging.Logger]:
    """Run a script's work with its output in the rule's log file.

    Numerical libraries take the config's number of threads whatever Snakemake grants, because
    another number rounds differently. They must be imported inside the block.

    Parameters
    ----------
    snakemake : object
        Given by Snakemake to every script; ``log`` and ``config`` are used.

    Yields
    ------
    logging.Logger
        Writes to the log file.

    Raises
    ------
    SystemExit
        With status 1 after an :class:`InputError`, whose one line also goes to standard error.
    """
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = str(snakemake.config["threads"])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _output_to(snakemake.log[0]) as terminal:
        logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(asctime)s %(message)s")
        logger = logging.getLogger("deep_oversampling")
        logger.setLevel(logging.INFO)
        try:
            yield logger
        except InputError as error:
            message = f"error: {error}"
            print(message, flush=True)
            os.write(terminal, f"{message}\n".encode())
            sys.exit(1)


@contextmanager
def _output_to(log_path: str) -> Iterator[int]:
    terminal = os.dup(2)
    with open(log_path, "w") as log_file:
        sys.stdout.flush()
        os.dup2(log_file.fileno(), 1)
        os.dup2(log_file.fileno(), 2)
        try:
            yield terminal
        finally:
            sys.stdout.flush()
            os.dup2(terminal, 1)
            os.dup2(terminal, 2)
