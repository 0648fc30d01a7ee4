"""Which jobs a change of the config or of the code makes Snakemake run again; writes docs/reruns.md as a program."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import deep_oversampling.planned_code
from deep_oversampling.fingerprint import code_files
from deep_oversampling.plan import PlannedJob, planned_jobs

ROOT = Path(__file__).resolve().parents[2]
SMOKE = ROOT / "presets" / "smoke.yaml"
PAGE = ROOT / "docs" / "reruns.md"

FOREST = {"estimator": "sklearn.ensemble.RandomForestClassifier", "parameters": {"n_estimators": 5}}
METHODS = ["Imbalanced", "SMOTE", "CVAE", "TunedLogitAdjustment"]
CHANGES = {
    "seed": {"seed": 7},
    "results_dir": {"results_dir": "elsewhere"},
    "data_dir": {"data_dir": str(ROOT)},
    "threads": {"threads": 2},
    "deterministic": {"deterministic": True},
    "checkpoint_epochs": {"checkpoint_epochs": 2},
    "temporary": {"temporary": ["skewed", "generators", "synthetic"]},
    "datasets, one more": {"datasets": ["mnist", "fashion-mnist"]},
    "minority_sets, one more": {"minority_sets": [[3, 4], [5]]},
    "ratios, one more": {"ratios": [10, 5]},
    "majority_count": {"majority_count": 200},
    "replicates, one more": {"replicates": [0, 1]},
    "methods, one more": {
        "methods": [*METHODS, "RANDOM"],
        "samplers": {"RANDOM": {"sampler": "imblearn.over_sampling.RandomOverSampler"}},
    },
    "methods, one less": {"methods": METHODS[:-1]},
    "methods, in another order": {"methods": METHODS[::-1]},
    "classifiers, one more": {"classifiers": ["MLP", "forest"], "estimators": {"forest": FOREST}},
    "protocols, one less": {"protocols": ["paper"]},
    "classifier_seeds, one of a new block": {"classifier_seeds": [0, 3]},
    "classifier_seeds, one of the same block": {"classifier_seeds": [0, 1]},
    "seeds_per_job": {"seeds_per_job": 1},
    "mlp.hidden": {"mlp": {"hidden": [16]}},
    "mlp.dropout": {"mlp": {"dropout": 0.1}},
    "mlp.learning_rate": {"mlp": {"learning_rate": 1e-2}},
    "mlp.epochs": {"mlp": {"epochs": 4}},
    "mlp.batch_size": {"mlp": {"batch_size": 64}},
    "weight_search.start": {"weight_search": {"start": 2}},
    "weight_search.stop": {"weight_search": {"stop": 40}},
    "weight_search.number": {"weight_search": {"number": 3}},
    "weight_search.folds": {"weight_search": {"folds": 3}},
    "weight_search.repeats.paper": {"weight_search": {"repeats": {"paper": 2}}},
    "weight_search.repeats.leak_free": {"weight_search": {"repeats": {"leak_free": 2}}},
    "weight_search.common_random_numbers": {"weight_search": {"common_random_numbers": False}},
    "estimators, one that no classifier names": {"estimators": {"forest": FOREST}},
    "fid.extractor": {"fid": {"extractor": "inception"}},
    "fid.maximum_images": {"fid": {"maximum_images": 40}},
    "timing_replicates": {"timing_replicates": 0},
    "lenet.epochs": {"lenet": {"epochs": 2}},
    "lenet.batch_size": {"lenet": {"batch_size": 128}},
    "lenet.learning_rate": {"lenet": {"learning_rate": 1e-3}},
    "samplers, one that methods doesn't name": {"samplers": {"ADASYN": {"sampler": "imblearn.over_sampling.ADASYN"}}},
    "samplers.SMOTE.sampler": {"samplers": {"SMOTE": {"sampler": "imblearn.over_sampling.SVMSMOTE"}}},
    "samplers.SMOTE.parameters": {"samplers": {"SMOTE": {"parameters": {"k_neighbors": 3}}}},
    "samplers.CVAE.generator": {"samplers": {"CVAE": {"generator": "deep_oversampling.samplers.cgan.CGAN"}}},
    "samplers.CVAE.parameters": {"samplers": {"CVAE": {"parameters": {"epochs": 3}}}},
    "samplers.TunedLogitAdjustment.images_of": {"samplers": {"TunedLogitAdjustment": {"images_of": "SMOTE"}}},
    "samplers.CVAE.refit_in_folds": {"samplers": {"CVAE": {"refit_in_folds": False}}},
    "samplers.TunedLogitAdjustment.class_weight": {"samplers": {"TunedLogitAdjustment": {"class_weight": "balanced"}}},
    "samplers.TunedLogitAdjustment.logit_adjustment": {"samplers": {"TunedLogitAdjustment": {"logit_adjustment": 1}}},
}
"""By what is changed: to what, in the smoke preset."""


EVERY_METHOD = ROOT / "config.yaml"
SETTINGS_TO_RANK_OVER = {"ratios": [20, 40]}


def jobs_of(changes: dict, config: Path = SMOKE) -> list[PlannedJob]:
    return planned_jobs(ROOT / "Snakefile", [config], changes)


def rerun(before: list[PlannedJob], after: list[PlannedJob]) -> Counter[str]:
    """Count the jobs of each rule that are new, have other params or inputs, or follow one that does."""
    known = {job.outputs: job for job in before}
    pending = [job for job in after if job.outputs not in known or _differs(job, known[job.outputs])]
    readers: dict[Path, list[PlannedJob]] = {}
    for job in after:
        for path in job.inputs:
            readers.setdefault(path, []).append(job)
    anew: dict[tuple, str] = {}
    while pending:
        job = pending.pop()
        if job.outputs not in anew:
            anew[job.outputs] = job.rule
            pending += [reader for path in job.outputs for reader in readers.get(path, [])]
    return Counter(anew.values())


def _differs(job: PlannedJob, other: PlannedJob) -> bool:
    return (job.params, job.inputs) != (other.params, other.inputs)


def modules_by_rule() -> dict[str, list[set[str]]]:
    """Return the project's files that each job's result depends on, by the job's rule."""
    named_fingerprint = deep_oversampling.planned_code.named_fingerprint
    deep_oversampling.planned_code.named_fingerprint = lambda *code: tuple(code_files(*code))
    try:
        jobs = jobs_of(SETTINGS_TO_RANK_OVER, EVERY_METHOD)
    finally:
        deep_oversampling.planned_code.named_fingerprint = named_fingerprint
    files = {"manifest": [_names(code_files("manifest"))]}
    for job in jobs:
        files.setdefault(job.rule, []).append(_names(job.params.get("code", ())))
    return files


def _names(paths: Iterable[Path]) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in paths}


def package_files() -> list[str]:
    """Return every module and data file of the package."""
    files = (ROOT / "deep_oversampling").rglob("*")
    return sorted(_names(path for path in files if path.is_file() and path.suffix != ".pyc"))


def config_table() -> list[tuple[str, str]]:
    before = jobs_of({})
    totals = Counter(job.rule for job in before)
    return [(f"`{name}`", _in_words(rerun(before, jobs_of(changes)), totals)) for name, changes in CHANGES.items()]


def module_table() -> list[tuple[str, str]]:
    by_rule = modules_by_rule()
    totals = Counter({rule: len(jobs) for rule, jobs in by_rule.items() if any(jobs)})
    counts = {
        name: Counter({rule: sum(name in files for files in jobs) for rule, jobs in by_rule.items()})
        for name in package_files()
    }
    return [
        (f"`{name.removeprefix('deep_oversampling/')}`", _in_words(+count, totals)) for name, count in counts.items()
    ]


def _in_words(counts: Counter[str], totals: Counter[str]) -> str:
    if not counts:
        return "none"
    if counts.keys() >= totals.keys() and all(counts[rule] >= total for rule, total in totals.items()):
        return "all"
    parts = [rule if counts[rule] == totals[rule] else f"{rule} ({counts[rule]})" for rule in sorted(counts)]
    return ", ".join(parts)


_TEXT = """\
# What runs again

Snakemake runs a job again when its inputs, its settings or its code changed. A job's code is its script and every
module of this project that the script imports, at whatever remove, and the class that the config names; comments,
docstrings and formatting don't count. What reads a job's files runs after it.

A new seed of a block that has run already (`seeds_per_job`) trains the whole block again, to the same scores: its
classifiers are one job's. Where `temporary` has deleted a file that a new method or seed needs, it is made again, and
what was made from it runs again too. So does what was made from a file that has another time and the same content, as
after `touch` or a copy that keeps no times, unless it is small.

Other versions of libraries make nothing run again (but under `--sdm conda`, where Snakemake looks at environments), nor
do `threads`, timings excepted, and `deterministic`, which may change the last digits: each result file says in its
provenance which they were. Snakemake knows what a job ran with from its records in `.snakemake/`. Without them, as
where results were copied from elsewhere, it takes whatever is there for done: `snakemake --forceall` computes it anew.

The files that are fetched are checked against their checksums, so the code that fetches them has no part in them.

Both tables are written by `python tests/workflow/reruns.py`; a test compares them with what Snakemake plans. Where not
all jobs of a rule run, their number stands behind it.

## A change of the config

Of `presets/smoke.yaml`.

| Key | Rules that run again |
| --- | --- |
{config}

## A change of the code

Of `config.yaml` with two ratios. What reads these rules' files runs after them: after `skew`, everything.

| Module or data file, in `deep_oversampling/` | Rules whose code it is part of |
| --- | --- |
{modules}
"""


def render() -> str:
    tables = {"config": config_table(), "modules": module_table()}
    lines = {name: "\n".join(f"| {key} | {rules} |" for key, rules in table) for name, table in tables.items()}
    return _TEXT.format(**lines)


if __name__ == "__main__":
    PAGE.write_text(render())
