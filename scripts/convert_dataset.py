"""Write one split of a data set as Parquet."""

from pathlib import Path

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.datasets.parquet import convert
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.storage import write_images

    dataset = dataset_named(snakemake.wildcards.dataset)
    images = convert(Path(snakemake.input[0]).parent, dataset, snakemake.wildcards.split)
    write_images(snakemake.output[0], images, Provenance("original", dict(snakemake.wildcards)))
