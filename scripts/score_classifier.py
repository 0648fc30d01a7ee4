"""Tune, fit and score one classifier on a skewed set and its synthetic images."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.classifier.scoring import ScoringTask, score_row
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import SCORE
    from deep_oversampling.storage import read_images, write_rows

    settings, seed = snakemake.params.settings, snakemake.params.seed
    task = ScoringTask.from_settings(
        settings,
        seed,
        real=read_images(snakemake.input.skewed),
        synthetic=read_images(snakemake.input.synthetic),
        test=read_images(snakemake.input.test),
    )
    write_rows(snakemake.output[0], [score_row(task, settings, seed)], SCORE, Provenance("score", settings, seed))
