"""What jobs need of a machine: measured peaks (docs/cluster.md) and a third more, growing with the attempt."""

# A network's job on a set: 1.3 GB for sets of 400 images a class, 2.1 GB for the paper's of 3,200.
NETWORK_MB = 1500 + config["majority_count"] * 2 // 5
EXTRACTOR_MB = 2500 if EXTRACTOR == "inception" else 1200
TRAINING_MINUTES = 240
MINUTES_OF_A_FIT = 1

if workflow.remote_exec:
    # Snakemake passes no limits to the jobs of a group, which would share its GPU and more cores than it has.
    for limit, variable in (
        ("_cores", "SLURM_CPUS_PER_TASK"),
        ("gpu", "SLURM_GPUS_ON_NODE"),
    ):
        if variable in os.environ:
            workflow.register_resource(limit, int(os.environ[variable]))


def growing(amount):
    """Return a resource function: an amount, times the attempt."""
    return lambda wildcards, attempt: amount * attempt


def scoring_minutes(wildcards, attempt):
    """Return the minutes of the classifiers of a block of seeds, and of the generators trained in its folds."""
    search = config["weight_search"]
    folds = search["folds"] * search["repeats"][wildcards.protocol]
    definition = config["samplers"][wildcards.method]
    fits = folds * (search["number"] if adds_images(wildcards.method) else 1) + 1
    minutes = 10 + MINUTES_OF_A_FIT * fits * config["seeds_per_job"]
    if wildcards.protocol == "leak_free" and "generator" in definition:
        minutes += TRAINING_MINUTES * folds * definition.get("refit_in_folds", True)
    return minutes * attempt


def gpus_to_score(wildcards):
    """Return the GPUs that a score takes: none where no network is trained."""
    networks = (
        wildcards.classifier == "MLP"
        or "generator" in config["samplers"][wildcards.method]
    )
    return int(networks)
