from pathlib import Path

from deep_oversampling.plan import PlannedJob

RUN = {
    "dataset": "mnist",
    "minority": "3-4-5",
    "imbalance_ratio": 320,
    "replicate": 0,
    "majority_count": 3200,
}
"""A run of the paper: 7 × 3,200 + 3 × 10 images, of which balancing makes 32,000."""

REAL, ADDED = 22_430, 9_570
SMOTE = {"sampler": "imblearn.over_sampling.SMOTE"}
CVAE = "deep_oversampling.samplers.cvae.CVAE"
SEARCH = {"number": 10, "folds": 2, "repeats": {"paper": 1, "leak_free": 5}}


def job(rule, n_inputs=1, outputs=("out.parquet",), benchmark="out.tsv", takes_gpu=False, minutes=10, **settings):
    """A job of that run."""
    paths = tuple(map(Path, outputs))
    inputs = (Path("in.parquet"),) * n_inputs
    return PlannedJob(rule, {"settings": {**RUN, **settings}}, inputs, paths, Path(benchmark), 2, takes_gpu, minutes)


def score(definition, protocol="paper", classifier=None, seeds=3, **search):
    """The job that scores a method's classifiers."""
    return job(
        "score_classifiers",
        outputs=[f"{seed}.parquet" for seed in range(seeds)],
        definition=definition,
        protocol=protocol,
        classifier_definition=classifier or {"hidden": [512, 512], "epochs": 20},
        weight_search={**SEARCH, **search},
    )


def training(**parameters):
    """The definition of a small CVAE."""
    return {"generator": CVAE, "parameters": {"widths": [8, 8, 16], "latent_size": 4, "epochs": 3, **parameters}}
