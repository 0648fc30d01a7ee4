"""What jobs need of a machine: the peaks of docs/cluster.md with headroom, growing with the attempt."""

from deep_oversampling.classifier.fold_trainings import (
    fits_in_folds,
    trainings_in_folds,
)
from deep_oversampling.classifier.weight_search import SearchSettings


include: "limits.smk"


# Measured: 1,260 MiB for sets of 400 images a class, 1,950 for the paper's of 3,200.
NETWORK_MB = 1150 + config["majority_count"] * 7 // 20
# Each thread but the first trains another stack of networks, up to a third (classifier/stacks.py); measured with two.
SCORING_MB = NETWORK_MB + 500 * (min(config["threads"], 3) - 1)
EXTRACTOR_MB = 1400 if EXTRACTOR == "inception" else 800
# Snakemake runs twice beside a job on a cluster, in 280 MiB each.
SNAKEMAKE_MB = 600
TRAINING_MINUTES = 240
MINUTES_OF_A_FIT = 1


def memory(peak):
    """Return a resource function: a peak and a quarter more, times the attempt."""
    return lambda wildcards, attempt: (peak * 5 // 4 + SNAKEMAKE_MB) * attempt


def minutes(longest):
    """Return a resource function: a time, times the attempt."""
    return lambda wildcards, attempt: longest * attempt


def gathering_minutes(wildcards, input, attempt):
    """Return the minutes of reading many small files."""
    return (2 + len(input) // 1000) * attempt


def scoring_minutes(wildcards, attempt):
    """Return the minutes of the classifiers of a block of seeds, and of the generators trained in its folds."""
    search = SearchSettings(**config["weight_search"])
    settings = (DEFINITIONS[wildcards.method], wildcards.protocol, search)
    fits = (fits_in_folds(*settings) + 1) * config["seeds_per_job"]
    trainings = trainings_in_folds(*settings)
    return (10 + MINUTES_OF_A_FIT * fits + TRAINING_MINUTES * trainings) * attempt


def gpus_to_score(wildcards):
    """Return the GPUs that a score takes: none where no network is trained."""
    networks = (
        wildcards.classifier == "MLP" or "generator" in DEFINITIONS[wildcards.method]
    )
    return int(networks)
