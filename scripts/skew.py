"""Draw one skewed training set."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.skewing import class_counts, skew
    from deep_oversampling.storage import read_images, write_images

    settings = snakemake.params.settings
    counts = class_counts(
        {int(label) for label in settings["minority"].split("-")},
        len(dataset_named(settings["dataset"]).classes),
        settings["imbalance_ratio"],
        settings["majority_count"],
    )
    skewed = skew(read_images(snakemake.input[0]), counts, snakemake.params.seed)
    write_images(snakemake.output[0], skewed, Provenance("skewed", settings, snakemake.params.seed))
