"""A folder in which Snakemake has run the smoke preset, and may be hindered from running it again."""

import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from deep_oversampling.errors import InputError
from deep_oversampling.results_folder import records
from deep_oversampling.storage import content_digest

ROOT = Path(__file__).resolve().parents[1]
SMOKE = ROOT / "presets" / "smoke.yaml"
RESULTS = "results_smoke"
NOT_RESULTS = ("benchmarks", "logs")
# What is timed isn't the same twice.
UNTIMED = "timing_replicates=0"
_ATTEMPTS = 4
_TELLING = re.compile(
    "^error: |not as its job left it|from the future|cannot be locked|died with|older modification time"
)


@dataclass(frozen=True)
class Finished:
    """A run of Snakemake that has ended, one way or another.

    Attributes
    ----------
    status : int
    output : str
    """

    status: int
    output: str

    @property
    def message(self) -> str:
        """The line that says what happened; empty if nothing did."""
        lines = [line.strip() for line in self.output.splitlines()]
        told = [line for line in lines if _TELLING.search(line)]
        return (told or [line for line in lines if "rror" in line] or [""])[0]


@dataclass(frozen=True)
class Workspace:
    """A folder with results, Snakemake's records of them, and the downloaded data.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @property
    def results(self) -> Path:
        """The results folder."""
        return self.folder / RESULTS

    def copy_to(self, folder: Path) -> "Workspace":
        """Return a copy that has the same times of files; the downloaded data are shared."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Workspace(folder)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Snakemake in a session of its own."""
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "snakemake", "--cores", "2", "--directory", self.folder),
                *("--snakefile", ROOT / "Snakefile", "--configfile", SMOKE, "--config", UNTIMED),
                *arguments,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Finished:
        """Run Snakemake to its end."""
        return finish(self.start(*arguments))

    def recover(self) -> list[Finished]:
        """Run again as the messages ask for, until a run succeeds; return the runs."""
        runs = []
        for _ in range(_ATTEMPTS):
            self._wait_for_orphans()
            runs.append(self.run())
            if runs[-1].status == 0:
                break
            if "cannot be locked" in runs[-1].output:
                self.run("--unlock")
            for path in re.findall(r"error: (\S+) .*delete it and run again", runs[-1].output):
                (self.folder / path).unlink(missing_ok=True)
        return runs

    def _wait_for_orphans(self) -> None:
        orphans = [process for process in psutil.process_iter(["cmdline"]) if self._is_own_job(process)]
        psutil.wait_procs(orphans, timeout=300)

    def _is_own_job(self, process: psutil.Process) -> bool:
        return str(self.folder / ".snakemake" / "scripts") in " ".join(process.info["cmdline"] or [])

    def contents(self) -> dict[str, str | bytes]:
        """Return what is in every result file, damaged ones included, without what a clock measured."""
        files = (path for path in self.results.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.results)): _content(path)
            for path in files
            if path.relative_to(self.results).parts[0] not in NOT_RESULTS
        }

    def differing_from(self, expected: dict[str, str | bytes]) -> set[str]:
        """Return the result files that aren't as expected; a hidden one is what a killed job was writing, and none."""
        found = self.contents().items()
        return {name for name, content in found if Path(name).name[0] != "." and content != expected.get(name)}

    def records(self) -> dict[Path, dict]:
        """Return Snakemake's record of each output, by its path in the folder."""
        found = records(self.folder / ".snakemake" / "metadata")
        return {output: {"at": record, **json.loads(record.read_text())} for record, output in found}


def _content(path: Path) -> str | bytes:
    try:
        return content_digest(path) if path.suffix == ".parquet" else path.read_bytes()
    except InputError as error:
        return f"damaged: {error}"


def finish(process: subprocess.Popen[str]) -> Finished:
    """Wait for a run and return what it said."""
    output, _ = process.communicate()
    return Finished(process.returncode, output)


def jobs_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the scripts that a run of Snakemake has running."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
        return [child for child in children if ".snakemake/scripts" in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill Snakemake and whatever it started, at once."""
    processes = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for each in processes:
        try:
            each.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
