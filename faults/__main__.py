"""Inject faults into the smoke preset at random moments and files, and see whether the next runs set all right.

Every fault strikes a copy of one finished run. It has recovered if a run succeeds within a few attempts, doing what the
messages ask for, and every result file is then the same, byte for byte (tables by their content). Before that, no
file but those that were altered on purpose may be other than whole.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from faults.injections import DISK_KINDS, FILE_KINDS, PROCESS_KINDS, NotInjectedError
from faults.workspace import ROOT, Finished, Workspace

Injection = Callable[[Workspace, np.random.Generator], tuple[str, Finished]]


@dataclass(frozen=True)
class Fault:
    """What was injected, and what became of it.

    Attributes
    ----------
    seed : int
        Of the moment, the file and the byte.
    kind, what : str
    message : str
        What the run into it said, or else the next.
    runs : int
        That followed, the successful one included.
    whole, recovered : bool
    seconds : float
    """

    seed: int
    kind: str
    what: str
    message: str
    runs: int
    whole: bool
    recovered: bool
    seconds: float


def inject(finished: Workspace, folder: Path, kind: str, injection: Injection, seed: int) -> Fault:
    """Injure a copy of a finished workspace and have it recover; raises NotInjectedError if the run was over first."""
    start = time.monotonic()
    workspace = finished.copy_to(folder)
    expected = finished.contents()
    what, struck = injection(workspace, np.random.default_rng(seed))
    torn = workspace.differing_from(expected)
    runs = workspace.recover()
    recovered = runs[-1].status == 0 and workspace.contents() == expected
    return Fault(
        seed=seed,
        kind=kind,
        what=what,
        message=struck.message or runs[0].message,
        runs=len(runs),
        whole=not torn or kind in FILE_KINDS,
        recovered=recovered,
        seconds=round(time.monotonic() - start, 1),
    )


def prepare(folder: Path) -> Workspace:
    """Run the smoke preset in a folder; its data are the project's."""
    (ROOT / "resources").mkdir(exist_ok=True)
    folder.mkdir()
    (folder / "resources").symlink_to(ROOT / "resources")
    workspace = Workspace(folder)
    finished = workspace.run()
    if finished.status:
        sys.exit(finished.output)
    return workspace


def kinds() -> dict[str, Injection]:
    """Return the kinds of fault that can be injected here."""
    if os.geteuid() == 0 and sys.platform == "linux":
        return PROCESS_KINDS | FILE_KINDS | DISK_KINDS
    print(f"left out, for it takes root: {', '.join(DISK_KINDS)}", flush=True)
    return PROCESS_KINDS | FILE_KINDS


def main() -> None:
    """Inject the faults and end with how many recovered; status 1 if not all did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=120, help="faults, spread evenly over the kinds")
    parser.add_argument("--seed", type=int, default=0, help="of the first fault; the next has the next")
    names = [*PROCESS_KINDS, *FILE_KINDS, *DISK_KINDS]
    parser.add_argument(
        "--kinds", nargs="+", choices=names, default=names, help="with a fault's seed and --number 1: that fault again"
    )
    parser.add_argument("--output", type=Path, default=Path("results_faults"), help="folder for the tables")
    arguments = parser.parse_args()
    arguments.output.mkdir(exist_ok=True)
    faults: list[Fault] = []
    with tempfile.TemporaryDirectory() as folder:
        finished = prepare(Path(folder, "finished"))
        by_name = {name: kind for name, kind in kinds().items() if name in arguments.kinds}
        seed = arguments.seed
        while len(faults) < arguments.number:
            kind = [*by_name][len(faults) % len(by_name)]
            try:
                fault = inject(finished, Path(folder, f"{seed}"), kind, by_name[kind], seed)
            except NotInjectedError:
                shutil.rmtree(Path(folder, f"{seed}"))
                continue
            finally:
                seed += 1
            _clear(Path(folder, f"{fault.seed}"), None if _is_good(fault) else arguments.output / f"{fault.seed}")
            faults.append(fault)
            print(f"{len(faults)}: {kind}: {fault.what}: {fault.message[:150]}: {_verdict(fault)}", flush=True)
            write(faults, arguments.output)
    good = sum(map(_is_good, faults))
    print(f"faults: {len(faults)} injected, {good} recovered")
    sys.exit(good < len(faults))


def _is_good(fault: Fault) -> bool:
    return fault.whole and fault.recovered


def _clear(workspace: Path, kept: Path | None) -> None:
    """Make room; a workspace that didn't recover is kept to be looked at."""
    if kept:
        shutil.copytree(workspace, kept, symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(workspace)


def _verdict(fault: Fault) -> str:
    if not fault.whole:
        return "LEFT A HALF-WRITTEN FILE"
    return f"recovered after {fault.runs}" if fault.recovered else "NOT RECOVERED"


def write(faults: list[Fault], folder: Path) -> None:
    """Write a row for each fault, and a table by kind."""
    table = pd.DataFrame([asdict(fault) for fault in faults])
    table.to_csv(folder / "faults.csv", index=False)
    by_kind = table.groupby("kind", sort=False).agg(
        injected=("seed", "size"),
        recovered=("recovered", "sum"),
        whole=("whole", "sum"),
        runs=("runs", "max"),
        seconds=("seconds", "median"),
    )
    (folder / "by_kind.md").write_text(by_kind.to_markdown() + "\n")


if __name__ == "__main__":
    main()
