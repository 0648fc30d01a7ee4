"""Draw the losses of the trainings of a skewed set's generators."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.learning_curves import learning_curves_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.names import method_label, run_title
    from deep_oversampling.schemas import HISTORY
    from deep_oversampling.storage import read_frame

    run = run_title(**snakemake.wildcards)
    for method, history, path in zip(snakemake.params.methods, snakemake.input, snakemake.output, strict=True):
        title = f"{method_label(method)}: {run}"
        save_figure(learning_curves_figure(read_frame(history, HISTORY), title), path)
