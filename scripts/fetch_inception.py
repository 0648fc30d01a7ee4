"""Put the weights of the 2015 Inception network in place, verified."""

from pathlib import Path

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.fid.inception_weights import fetch_weights

    fetch_weights(Path(snakemake.output[0]))
