from itertools import pairwise
from pathlib import Path


def assert_one_at_a_time(folder: Path) -> None:
    """Check the times that the jobs of tests/slurm/Snakefile wrote: one ended before the next began."""
    times = sorted(tuple(path.read_text().splitlines()[:2]) for path in (folder / "gpu").rglob("*.txt"))
    assert len(times) == 8
    assert all(end <= start for (_, end), (start, _) in pairwise(times))
