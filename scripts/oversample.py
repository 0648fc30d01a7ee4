"""Balance a skewed set with a sampler that needs no training."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.samplers.resolve import build_sampler
    from deep_oversampling.samplers.synthesis import oversample
    from deep_oversampling.storage import read_images, write_images

    settings, seed = snakemake.params.settings, snakemake.params.seed
    sampler = build_sampler(settings["definition"], seed)
    synthetic = oversample(sampler, read_images(snakemake.input[0]), settings["method"])
    write_images(snakemake.output[0], synthetic, Provenance("synthetic", settings, seed))
