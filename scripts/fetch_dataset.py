"""Put the original files of a data set into its folder, verified."""

from pathlib import Path

from deep_oversampling.job import job

with job(snakemake) as logger:
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.datasets.fetch import fetch

    dataset = dataset_named(snakemake.wildcards.dataset)
    origins = fetch(dataset, Path(snakemake.output[0]).parent, snakemake.config["data_dir"])
    for file_name, origin in origins.items():
        logger.info("%s: %s", file_name, origin)
