"""Train the generator of one deep method on one skewed set."""

from deep_oversampling.job import job

with job(snakemake) as logger:
    from pathlib import Path

    from deep_oversampling.provenance import Provenance
    from deep_oversampling.samplers.resolve import build_sampler
    from deep_oversampling.schemas import HISTORY
    from deep_oversampling.storage import read_images, write_table
    from deep_oversampling.training.checkpoint import Checkpoint
    from deep_oversampling.training.history import history_frame
    from deep_oversampling.training.progress import log_epochs

    seed, settings = snakemake.params.seed, snakemake.params.settings
    provenance = Provenance("generator", settings, seed)
    model_path = Path(snakemake.output.model)
    # Epochs of other code are of another training.
    under_way = Provenance("checkpoint", {**settings, "code": snakemake.params.code}, seed)
    checkpoint = Checkpoint(model_path.with_name("checkpoint.npz"), snakemake.config["checkpoint_epochs"], under_way)
    sampler = build_sampler(settings["definition"], seed)
    skewed = read_images(snakemake.input[0])
    name = "/".join(snakemake.wildcards)
    sampler.fit(skewed.scaled(), skewed.labels, log_epochs(logger, name), checkpoint)
    write_table(snakemake.output.history, history_frame(sampler.history_), HISTORY, provenance)
    sampler.save(model_path, provenance)
    checkpoint.discard()
