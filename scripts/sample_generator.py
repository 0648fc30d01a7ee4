"""Draw the images that balance a skewed set from a trained generator."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.samplers.resolve import build_sampler
    from deep_oversampling.samplers.synthesis import draw_missing
    from deep_oversampling.storage import read_images, write_images

    settings, seed = snakemake.params.settings, snakemake.params.seed
    sampler = build_sampler(settings["definition"], seed).load(snakemake.input.model)
    synthetic = draw_missing(sampler, read_images(snakemake.input.skewed), seed)
    write_images(snakemake.output[0], synthetic, Provenance("synthetic", settings, seed))
