"""What the jobs of an experiment spend on starting: Python and its imports."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).parents[1]


def overhead(config: str) -> dict[str, float]:
    """Run an experiment in a folder of its own, its data already fetched.

    Parameters
    ----------
    config : str
        The config's name, below the project.

    Returns
    -------
    dict
        ``percent``: seconds of all jobs, from Snakemake's start of each to its end, which are not work, over those
        that are; ``jobs_s`` and ``work_s``, both sums. What isn't work: starting Python and every import.
    """
    with tempfile.TemporaryDirectory() as folder:
        seconds, starting = _run(Path(folder), config)
    return {"percent": 100 * starting / (seconds - starting), "jobs_s": seconds, "work_s": seconds - starting}


def _run(folder: Path, config: str) -> tuple[float, float]:
    (_ROOT / "resources").mkdir(exist_ok=True)
    (folder / "resources").symlink_to(_ROOT / "resources")
    imports = folder / "import_seconds"
    imports.mkdir()
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", folder]
    experiment = ["--snakefile", _ROOT / "Snakefile", "--configfile", _ROOT / config]
    subprocess.run([*command, *experiment, "--", "fetched"], check=True, capture_output=True)
    timing = {"PYTHONPATH": str(_ROOT / "benchmarks" / "importing"), "IMPORT_SECONDS": str(imports)}
    snakemake = subprocess.Popen([*command, *experiment], env={**os.environ, **timing}, stderr=subprocess.DEVNULL)
    if snakemake.wait():
        raise subprocess.CalledProcessError(snakemake.returncode, snakemake.args)
    (imports / str(snakemake.pid)).unlink()
    jobs = _seconds_of_jobs(folder)
    interpreters = len(jobs) * _seconds_of_an_interpreter()
    return sum(jobs), interpreters + sum(float(path.read_text()) for path in imports.iterdir())


def _seconds_of_jobs(folder: Path) -> list[float]:
    metadata = (folder / ".snakemake" / "metadata").rglob("*")
    records = [json.loads(path.read_text()) for path in metadata if path.is_file()]
    by_log = {record["log"][0]: record["endtime"] - record["starttime"] for record in records if record["log"]}
    return list(by_log.values())


def _seconds_of_an_interpreter() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - start
