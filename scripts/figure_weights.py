"""Draw the weights of synthetic images that were chosen on a data set."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.figures.weights import weights_figure
    from deep_oversampling.schemas import SCORE
    from deep_oversampling.storage import read_frame
    from deep_oversampling.tables.selection import select

    scores = select(read_frame(snakemake.input[0], SCORE), **snakemake.wildcards)
    save_figure(weights_figure(scores), snakemake.output[0])
