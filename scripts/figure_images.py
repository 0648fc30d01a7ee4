"""Draw real images of a skewed set beside those that a method added."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.images import method_images_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.names import run_title
    from deep_oversampling.storage import read_images
    from deep_oversampling.tables.runs import minority_classes

    files, wildcards = snakemake.input, snakemake.wildcards
    figure = method_images_figure(
        read_images(files.skewed),
        read_images(files.synthetic),
        wildcards.dataset,
        minority_classes(wildcards.minority),
        wildcards.method,
        run_title(**wildcards),
    )
    save_figure(figure, snakemake.output[0])
