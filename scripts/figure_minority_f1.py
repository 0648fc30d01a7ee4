"""Draw the minority F1 of every method on a data set."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.metric_by_method import minority_f1_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.schemas import SCORE
    from deep_oversampling.storage import read_frame
    from deep_oversampling.tables.runs import metrics_by_run
    from deep_oversampling.tables.selection import select

    runs = metrics_by_run(select(read_frame(snakemake.input[0], SCORE), **snakemake.wildcards))
    save_figure(minority_f1_figure(runs, snakemake.params.majority_count), snakemake.output[0])
