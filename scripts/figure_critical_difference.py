"""Draw the methods' mean ranks over all settings."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.critical_difference import critical_difference_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.names import protocol_label
    from deep_oversampling.schemas import SCORE
    from deep_oversampling.statistics.ranks import f1_by_setting
    from deep_oversampling.storage import read_frame
    from deep_oversampling.tables.runs import metrics_by_run
    from deep_oversampling.tables.selection import select

    wildcards = snakemake.wildcards
    runs = metrics_by_run(select(read_frame(snakemake.input[0], SCORE), **wildcards))
    title = f"Minority F1 of the {wildcards.classifier}, {protocol_label(wildcards.protocol)}"
    f1 = f1_by_setting(runs[runs["scope"] == "minority"])
    save_figure(critical_difference_figure(f1, title), snakemake.output[0])
