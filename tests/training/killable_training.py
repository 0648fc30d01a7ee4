"""Runs scripts/train_generator.py on a small CGAN; asked to, kills itself while a checkpoint is being written."""

import os
import runpy
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from snakemake.iocontainers import Params

from deep_oversampling.planned_code import begin_planning
from deep_oversampling.provenance import Provenance
from deep_oversampling.storage import ImageSet, write_images

EPOCHS, EVERY, SEED = 12, 2, 11
CHECKPOINT = "checkpoint.npz"
DEFINITION = {
    "generator": "deep_oversampling.samplers.cgan.CGAN",
    "parameters": {
        "image_shape": (8, 8, 1),
        "widths": (2, 4, 8),
        "latent_size": 3,
        "epochs": EPOCHS,
        "batch_size": 8,
    },
}


def image_set():
    generator = np.random.default_rng(0)
    return ImageSet(generator.integers(256, size=(28, 64), dtype=np.uint8), np.repeat([0, 1], [20, 8]).astype(np.uint8))


def run_rule(folder):
    """What Snakemake does for the rule, with files in ``folder``."""
    begin_planning(again=False)
    write_images(folder / "skewed.parquet", image_set(), Provenance("skewed", versions={}))
    names = {"model": str(folder / "generator.keras"), "history": str(folder / "history.parquet")}
    snakemake = SimpleNamespace(
        input=[str(folder / "skewed.parquet")],
        output=SimpleNamespace(**names),
        log=[str(folder / "log")],
        params=Params(fromdict={"seed": SEED, "settings": {"definition": DEFINITION}, "code": os.environ["CODE"]}),
        wildcards=("toy", "CGAN"),
        resources={"gpu": 1},
        config={"threads": 1, "deterministic": False, "checkpoint_epochs": EVERY},
    )
    script = Path(__file__).parents[2] / "scripts" / "train_generator.py"
    runpy.run_path(str(script), init_globals={"snakemake": snakemake})


def die_while_writing(number):
    """Die with half of the ``number``-th checkpoint written, before it takes the place of the one before."""
    replace, written = Path.replace, []

    def replace_or_die(temporary, target):
        written.extend([target] * (Path(target).name == CHECKPOINT))
        if len(written) == number:
            os.truncate(temporary, temporary.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(temporary, target)

    Path.replace = replace_or_die


if __name__ == "__main__":
    if len(sys.argv) > 2:
        die_while_writing(int(sys.argv[2]))
    run_rule(Path(sys.argv[1]))
