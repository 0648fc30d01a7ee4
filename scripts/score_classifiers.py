"""Tune, fit and score the classifiers of several seeds on a skewed set and its synthetic images."""

from pathlib import Path

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.classifier.scoring import score_rows
    from deep_oversampling.classifier.task import ScoringTask
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import SCORE
    from deep_oversampling.seeds import seed_for
    from deep_oversampling.storage import read_images, write_rows

    settings, root = snakemake.params.settings, snakemake.params.seed
    paths = {int(Path(path).stem): path for path in snakemake.output}
    seeds = {number: seed_for(root, f"{number}") for number in paths}
    task = ScoringTask.from_settings(
        settings,
        snakemake.params.fold_seed,
        real=read_images(snakemake.input.skewed),
        synthetic=read_images(snakemake.input.synthetic) if snakemake.input.synthetic else None,
        test=read_images(snakemake.input.test),
    )
    for row in score_rows(task, settings, seeds):
        number = row["classifier_seed"]
        write_rows(paths[number], [row], SCORE, Provenance("score", settings, seeds[number]))
