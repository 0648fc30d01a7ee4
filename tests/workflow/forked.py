"""Snakemake's command line in a fresh copy of a process that has imported it, for it takes a second to start."""

import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path

from smoke_run import ROOT, Outcome

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    ["snakemake.cli", "deep_oversampling.storage", "imblearn.over_sampling", "sklearn.ensemble"]
)


def run_forked(folder: Path, arguments: Sequence[str]) -> Outcome:
    """Run the workflow in a folder of one's own; its standard output and error come together."""
    said = folder.with_suffix(".said")
    command = ["--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder), "--cores", "2", *arguments]
    process = _FORKING.Process(target=_main, args=(said, command))
    process.start()
    process.join()
    return Outcome(process.exitcode, said.read_text())


def _main(said: Path, command: list[str]) -> None:
    with said.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(ROOT)

    from snakemake.cli import main

    main(command)
