"""Draw the confusion matrices of every method of a setting."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.confusion import confusion_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.schemas import SCORE
    from deep_oversampling.storage import read_frame
    from deep_oversampling.tables.selection import select

    scores = select(read_frame(snakemake.input[0], SCORE), **snakemake.wildcards)
    save_figure(confusion_figure(scores), snakemake.output[0])
