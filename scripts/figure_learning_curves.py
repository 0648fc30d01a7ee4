"""Draw the losses of a generator's training."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.learning_curves import learning_curves_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.names import method_label, run_title
    from deep_oversampling.schemas import HISTORY
    from deep_oversampling.storage import read_frame

    wildcards = snakemake.wildcards
    title = f"{method_label(wildcards.method)}: {run_title(**wildcards)}"
    save_figure(learning_curves_figure(read_frame(snakemake.input[0], HISTORY), title), snakemake.output[0])
