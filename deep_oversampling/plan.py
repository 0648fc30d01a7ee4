"""Which jobs an experiment has: Snakemake is asked."""

import argparse
import io
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snakemake.api import SnakemakeApi
from snakemake.cli import parse_config
from snakemake.settings.types import ConfigSettings, DAGSettings, ExecutionSettings, OutputSettings, ResourceSettings

from deep_oversampling.errors import InputError

_PLENTY = 2**10
"""Cores; more than any job takes by itself."""


@dataclass(frozen=True)
class PlannedJob:
    """A job of an experiment, whether it has run or not.

    Attributes
    ----------
    rule : str
        Its rule, without the number of the block of seeds.
    params : dict
        What fixes its result; see :attr:`settings`.
    inputs : tuple of Path
    outputs : tuple of Path
    benchmark : Path
        Where Snakemake writes its time and memory once it has run.
    threads : int
        That its work is spread over, though it may reserve more.
    takes_gpu : bool
    minutes : int
        Its first time limit.
    """

    rule: str
    params: dict[str, Any]
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]
    benchmark: Path
    threads: int
    takes_gpu: bool
    minutes: int

    @property
    def settings(self) -> dict[str, Any]:
        """The run, its method and their settings, for rules that say them."""
        return self.params.get("settings", {})


def add_experiment(parser: argparse.ArgumentParser) -> None:
    """Add Snakemake's options that say which experiment is meant."""
    parser.add_argument("--configfile", type=Path, nargs="+", default=[], help="as Snakemake's; default: config.yaml")
    parser.add_argument("--config", nargs="+", metavar="KEY=VALUE", help="as Snakemake's")


def planned_experiment(arguments: argparse.Namespace) -> list[PlannedJob]:
    """Return the jobs of the experiment that the options of :func:`add_experiment` name; raises as the next does."""
    try:
        overrides = parse_config(arguments.config)
    except ValueError as error:
        raise InputError(f"--config: {error}") from error
    return planned_jobs(Path("Snakefile"), arguments.configfile, overrides)


def planned_jobs(snakefile: Path, configfiles: Sequence[Path], overrides: Mapping[str, Any]) -> list[PlannedJob]:
    """Return all jobs of an experiment, finished ones included.

    Parameters
    ----------
    snakefile : Path
    configfiles : sequence of Path
        As Snakemake's ``--configfile``; none for the default experiment.
    overrides : mapping
        As Snakemake's ``--config``.

    Returns
    -------
    list of PlannedJob
        But for targets, which do nothing themselves.

    Raises
    ------
    InputError
        If Snakemake cannot plan the experiment.
    """
    # In a thread of its own, for Snakemake refuses to run inside an event loop, such as a notebook's.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_planned_jobs, snakefile, configfiles, overrides).result()


def _planned_jobs(snakefile: Path, configfiles: Sequence[Path], overrides: Mapping[str, Any]) -> list[PlannedJob]:
    said = io.StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said), SnakemakeApi(OutputSettings(dryrun=True)) as api:
            workflow = api.workflow(
                resource_settings=ResourceSettings(cores=_PLENTY),
                config_settings=ConfigSettings(config=dict(overrides), configfiles=list(configfiles)),
                snakefile=snakefile,
            )
            dag = workflow.dag(DAGSettings(forceall=True))
            dag.execute_workflow("dryrun", execution_settings=ExecutionSettings(lock=False))
            # Its summary has no params.
            planned = workflow._workflow
            threads = planned.globals["config"]["threads"]
            return [_job(job, threads) for job in planned.dag.jobs if job.benchmark]
    except (Exception, SystemExit) as error:
        last_line = (f"{error}" or said.getvalue()).strip().splitlines()[-1]
        raise InputError(f"the experiment cannot be planned: {last_line.removeprefix('error: ')}") from error


def _job(job: Any, threads: int) -> PlannedJob:
    return PlannedJob(
        rule=re.sub(r"_\d+$", "", job.rule.name),
        params=dict(job.params.items()),
        inputs=tuple(Path(path) for path in job.input),
        outputs=tuple(Path(path) for path in job.output),
        benchmark=Path(job.benchmark),
        threads=threads if job.threads == _PLENTY else job.threads,
        takes_gpu=bool(job.resources.get("gpu")),
        minutes=int(job.resources.get("runtime", 0)),
    )
