"""The grid of runs: file patterns, and what is in the grid."""

import os
import sys

from deep_oversampling.classifier import fold_trainings
from deep_oversampling.config import (
    check_config,
    minority_name,
    restore_types,
)
from deep_oversampling.config_file import check_config_file
from deep_oversampling.errors import InputError
from deep_oversampling.fingerprint import check_code
from deep_oversampling.planned_code import begin_planning
from deep_oversampling.results_folder import set_right
from deep_oversampling.results_place import check_place, results_name
from deep_oversampling.samplers.definitions import share_images
from deep_oversampling.samplers.preflight import check_samplers

begin_planning(again=not workflow.is_main_process)
try:
    if workflow.is_main_process:
        for path in workflow.configfiles:
            check_config_file(path)
    config.update(restore_types(config))
    check_config(config, workflow.source_path("../schemas/config.schema.yaml"))
    if workflow.is_main_process:
        check_code()
        from deep_oversampling.classifier.estimator import check_estimators

        check_place(results_name(config["results_dir"]))
        check_samplers(config)
        check_estimators(config["classifiers"], config.get("estimators", {}))
        for line in set_right(results_name(config["results_dir"])):
            print(line, file=sys.stderr)
except InputError as error:
    sys.exit(f"error: {error}")

# The library is found in environments that hold only its dependencies.
os.environ.update(
    PYTHONPATH=os.pathsep.join(
        filter(None, [workflow.basedir, os.getenv("PYTHONPATH")])
    )
)

DEFINITIONS = share_images(config["samplers"])
RESULTS = results_name(config["results_dir"])
RESOURCES = "resources"
EXTRACTOR = config["fid"]["extractor"]

RUN = "{dataset}/{minority}/{ratio}/{replicate}"
ORIGINAL = f"{RESULTS}/data/{{dataset}}/{{split}}.parquet"
TRAIN = f"{RESULTS}/data/{{dataset}}/train.parquet"
TEST = f"{RESULTS}/data/{{dataset}}/test.parquet"
SKEWED = f"{RESULTS}/skewed/{RUN}.parquet"
GENERATOR = f"{RESULTS}/generators/{RUN}/{{method}}/model.keras"
HISTORY = f"{RESULTS}/generators/{RUN}/{{method}}/history.parquet"
SYNTHETIC = f"{RESULTS}/synthetic/{RUN}/{{method}}.parquet"
SCORE = f"{RESULTS}/scores/{RUN}/{{method}}/{{classifier}}/{{protocol}}/{{classifier_seed}}.parquet"
LENET = f"{RESULTS}/extractors/lenet/{{dataset}}.keras"
LENET_HISTORY = f"{RESULTS}/extractors/lenet/{{dataset}}.history.parquet"
INCEPTION = f"{RESOURCES}/inception/default_1.pt"
STATISTICS = f"{RESULTS}/fid/{{extractor}}/real/{{dataset}}/{{class_label}}.parquet"
FID = f"{RESULTS}/fid/{{extractor}}/synthetic/{RUN}/{{method}}.parquet"
# What is timed, and the networks that take part, as in deep_oversampling/timing.py.
TIMED = {
    "SMOTE": [],
    "Tuned-SMOTE": ["deep_oversampling.classifier.mlp"],
    "CVAE": ["deep_oversampling.samplers.cvae"],
}
TIMING = f"{RESULTS}/timings/{RUN}/{{timed}}.parquet"


wildcard_constraints:
    dataset="|".join(config["datasets"]),
    split="train|test",
    minority=r"\d+(-\d+)*",
    ratio=r"[1-9]\d*",
    replicate=r"0|[1-9]\d*",
    method="|".join(config["samplers"]),
    classifier="|".join(["MLP", *config.get("estimators", {})]),
    protocol="paper|leak_free",
    classifier_seed=r"\d+",
    extractor="lenet|inception",
    class_label=r"\d+",


def kept(stage, pattern):
    """Mark the files of a stage that are deleted once no job needs them."""
    return temp(pattern) if stage in config["temporary"] else pattern


def over_settings(pattern, **axes):
    """Expand a pattern over every data set, minority set and ratio, and over further axes."""
    return expand(
        pattern,
        dataset=config["datasets"],
        minority=[minority_name(minority) for minority in config["minority_sets"]],
        ratio=config["ratios"],
        **axes,
    )


def over_runs(pattern, **axes):
    """Expand a pattern over every skewed set, and over further axes."""
    return over_settings(pattern, replicate=config["replicates"], **axes)


def adds_images(method):
    """Return whether a method adds synthetic images, its own or another's."""
    return fold_trainings.adds_images(DEFINITIONS[method])


def image_methods():
    """Return the methods that make synthetic images of their own; without any there are no FIDs."""
    return [
        method
        for method in config["methods"]
        if fold_trainings.adds_images(config["samplers"][method])
    ]


def trained_methods():
    """Return the methods that train a generator."""
    return [
        name for name in config["methods"] if "generator" in config["samplers"][name]
    ]


def over_synthetic(pattern):
    """Expand a pattern over every skewed set and every method that makes synthetic images."""
    return over_runs(pattern, method=image_methods(), extractor=EXTRACTOR)


def over_timings():
    """Return the timings of the replicates that are timed."""
    replicates = config["replicates"][: config["timing_replicates"]]
    return over_settings(TIMING, replicate=replicates, timed=list(TIMED))


def over_scores(pattern):
    """Expand a pattern over every skewed set, method, classifier, protocol and classifier seed."""
    return over_runs(
        pattern,
        method=config["methods"],
        classifier=config["classifiers"],
        protocol=config["protocols"],
        classifier_seed=config["classifier_seeds"],
    )


def stage_files():
    """Return the files of all stages but the temporary; were they not asked for, one that is lost would stay so."""
    trained = trained_methods()
    may_be_temporary = {
        "skewed": over_runs(SKEWED),
        "generators": over_runs(GENERATOR, method=trained),
        "synthetic": over_synthetic(SYNTHETIC),
    }
    stages = [
        files
        for stage, files in may_be_temporary.items()
        if stage not in config["temporary"]
    ]
    stages += [over_runs(HISTORY, method=trained), over_synthetic(FID), over_timings()]
    stages += [expand(ORIGINAL, dataset=config["datasets"], split=["train", "test"])]
    if image_methods():
        classes = {label for minority in config["minority_sets"] for label in minority}
        compared = {"extractor": EXTRACTOR, "dataset": config["datasets"]}
        stages += [expand([LENET, LENET_HISTORY], dataset=config["datasets"])]
        stages += [expand(STATISTICS, class_label=sorted(classes), **compared)]
    return sum(stages, over_scores(SCORE))


def seed_blocks():
    """Return the classifier seeds that are trained in one job, by the number of their block.

    A seed's block depends on nothing but itself, so that a new seed leaves other blocks alone.
    """
    blocks = {}
    for seed in sorted(config["classifier_seeds"]):
        blocks.setdefault(seed // config["seeds_per_job"], []).append(seed)
    return blocks


def synthetic_if_any(wildcards):
    """Return the synthetic set of a method that adds images, its own or another's."""
    source = DEFINITIONS[wildcards.method].get("images_of", wildcards.method)
    return (
        SYNTHETIC.replace("{method}", source) if adds_images(wildcards.method) else []
    )


def methods_with(kind):
    """Return a regular expression of the methods that are defined by a sampler or by a generator."""
    names = [
        name for name, definition in config["samplers"].items() if kind in definition
    ]
    return "|".join(names) or "no-method"


def extractor_file(wildcards):
    """Return the weights of a feature extractor."""
    return INCEPTION if wildcards.extractor == "inception" else LENET


def minority_statistics(wildcards):
    """Return the real-image statistics of every minority class of a run."""
    return expand(
        STATISTICS, **{**wildcards, "class_label": wildcards.minority.split("-")}
    )
