"""Train the generator of one deep method on one skewed set."""

from deep_oversampling.job import job

with job(snakemake) as logger:
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.samplers.resolve import build_sampler
    from deep_oversampling.schemas import HISTORY
    from deep_oversampling.storage import read_images, write_table
    from deep_oversampling.training.engine import history_frame
    from deep_oversampling.training.progress import log_epochs

    provenance = Provenance("generator", snakemake.params.settings, snakemake.params.seed)
    sampler = build_sampler(snakemake.params.settings["definition"], snakemake.params.seed)
    skewed = read_images(snakemake.input[0])
    sampler.fit(skewed.scaled(), skewed.labels, log_epochs(logger, sampler.epochs))
    write_table(snakemake.output.history, history_frame(sampler.history_), HISTORY, provenance)
    sampler.save(snakemake.output.model, provenance)
