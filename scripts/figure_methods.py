"""Draw real images of a skewed set beside those of every method."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.images import all_methods_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.names import run_title
    from deep_oversampling.storage import read_images
    from deep_oversampling.tables.runs import minority_classes

    files, wildcards = snakemake.input, snakemake.wildcards
    figure = all_methods_figure(
        read_images(files.skewed),
        dict(zip(snakemake.params.methods, map(read_images, files.synthetic), strict=True)),
        wildcards.dataset,
        minority_classes(wildcards.minority),
        run_title(**wildcards),
    )
    save_figure(figure, snakemake.output[0])
