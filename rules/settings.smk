"""What fixes the result of a job: its settings, its seed, its code."""

from deep_oversampling.classifier.fold_trainings import (
    folds_real_images,
    tunes_adjustment,
)
from deep_oversampling.planned_code import named_fingerprint
from deep_oversampling.samplers.definitions import images_made_by
from deep_oversampling.seeds import seed_for


def seed_of(pattern):
    """Return a params function: the seed of a run, from the experiment's seed and the run's path."""
    return lambda wildcards: seed_for(config["seed"], pattern.format(**wildcards))


def code(script, imported=lambda wildcards: []):
    """Return a params function: what changes with the code that a script runs."""
    return lambda wildcards: named_fingerprint(script, imported(wildcards))


def method_classes(wildcards):
    """Return the dotted path of the class that makes a method's images, if one does."""
    definition = DEFINITIONS[wildcards.method]
    return [definition[kind] for kind in ("sampler", "generator") if kind in definition]


def scored_classes(wildcards):
    """Return the dotted paths of what a score runs: where real images are folded the method's class again."""
    definition = DEFINITIONS[wildcards.method]
    folded = folds_real_images(definition, wildcards.protocol)
    classes = method_classes(wildcards) if folded else []
    if wildcards.classifier != "MLP":
        classes.append(config["estimators"][wildcards.classifier]["estimator"])
    return classes


def timed_modules(wildcards):
    """Return the modules of the network that a timing trains."""
    return TIMED[wildcards.timed]


def skewing_settings(wildcards):
    """Return what fixes a skewed set."""
    return {
        "experiment_seed": config["seed"],
        "dataset": wildcards.dataset,
        "minority": wildcards.minority,
        "imbalance_ratio": int(wildcards.ratio),
        "replicate": int(wildcards.replicate),
        "majority_count": config["majority_count"],
    }


def method_settings(wildcards):
    """Return what fixes a trained generator and a synthetic set."""
    return {
        **skewing_settings(wildcards),
        "method": wildcards.method,
        "definition": images_made_by(config["samplers"][wildcards.method]),
    }


def score_settings(wildcards):
    """Return what fixes a score."""
    mlp = wildcards.classifier == "MLP"
    return {
        **skewing_settings(wildcards),
        "method": wildcards.method,
        "definition": DEFINITIONS[wildcards.method],
        "classifier": wildcards.classifier,
        "classifier_definition": (
            config["mlp"] if mlp else config["estimators"][wildcards.classifier]
        ),
        "protocol": wildcards.protocol,
        "weight_search": search_settings(wildcards),
    }


def search_settings(wildcards):
    """Return what of the weight search has a part in a score."""
    search, definition = config["weight_search"], DEFINITIONS[wildcards.method]
    weighs = adds_images(wildcards.method)
    adjusts = tunes_adjustment(definition)
    # A strength of logit adjustment is always tuned on held-out real images.
    protocols = [wildcards.protocol] * weighs + ["leak_free"] * adjusts
    names = ["start", "stop", "number"] * weighs + ["folds"] * (weighs or adjusts)
    if wildcards.classifier == "MLP" and weighs:
        names.append("common_random_numbers")
    return {
        **{name: search[name] for name in names if name in search},
        "repeats": {
            name: number
            for name, number in search.get("repeats", {}).items()
            if name in protocols
        },
    }


def timing_settings(wildcards):
    """Return what fixes a timing."""
    return {
        **skewing_settings(wildcards),
        "timed": wildcards.timed.replace("-", " "),
        "threads": config["threads"],
        "mlp": config["mlp"] if wildcards.timed == "Tuned-SMOTE" else {},
        "cvae": (
            config["samplers"].get("CVAE", {}).get("parameters", {})
            if wildcards.timed == "CVAE"
            else {}
        ),
    }


def extractor_settings(wildcards):
    """Return what fixes a feature extractor."""
    training = config["lenet"] if wildcards.extractor == "lenet" else {}
    return {"extractor": wildcards.extractor, **training}


def fid_settings(wildcards):
    """Return what fixes an FID."""
    return {
        **method_settings(wildcards),
        "extractor": wildcards.extractor,
        "maximum_images": config["fid"]["maximum_images"],
        "lenet": config["lenet"],
    }
