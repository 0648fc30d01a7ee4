"""Compute one method anew, from its training or its images on, and what follows from it: ``make method``."""

import argparse
import subprocess
import sys
from pathlib import Path

from deep_oversampling.errors import InputError
from deep_oversampling.plan import PlannedJob, add_experiment, planned_experiment

RULES = ("train_generator", "sample_generator", "oversample", "score_classifiers")


def files_of(method: str, jobs: list[PlannedJob]) -> list[Path]:
    """Return the files of an experiment that are computed by one method or with its images alone.

    Parameters
    ----------
    method : str
    jobs : list of PlannedJob
        Of the experiment.

    Returns
    -------
    list of Path
        Generators, histories, synthetic sets and scores.

    Raises
    ------
    InputError
        If the experiment has no such method.
    """
    by_method: dict[str, list[Path]] = {}
    for job in jobs:
        if job.rule in RULES:
            by_method.setdefault(job.settings["method"], []).extend(job.outputs)
    if method not in by_method:
        raise InputError(f"the experiment has no method {method!r}; it has {', '.join(by_method)}")
    return by_method[method]


def main() -> None:
    """Run Snakemake; an InputError is one line and status 1."""
    parser = argparse.ArgumentParser(prog="python -m deep_oversampling.anew", description=__doc__.partition(":")[0])
    parser.add_argument("method")
    add_experiment(parser)
    arguments, others = parser.parse_known_args()
    experiment = ["--configfile", *arguments.configfile] if arguments.configfile else []
    experiment += ["--config", *arguments.config] if arguments.config else []
    try:
        files = files_of(arguments.method, planned_experiment(arguments))
    except InputError as error:
        sys.exit(f"error: {error}")
    command = [sys.executable, "-m", "snakemake", *experiment, "--forcerun", *files, *others]
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
