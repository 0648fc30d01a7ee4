"""Draw real images of a skewed set beside those that each method added, method by method and all together."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.images import all_methods_figure, method_images_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.names import run_title
    from deep_oversampling.storage import read_images
    from deep_oversampling.tables.runs import minority_classes

    files, methods, wildcards = snakemake.input, snakemake.params.methods, snakemake.wildcards
    real = read_images(files.skewed)
    synthetic = dict(zip(methods, map(read_images, files.synthetic), strict=True))
    shown = (wildcards.dataset, minority_classes(wildcards.minority))
    title = run_title(**wildcards)
    for method, path in zip(methods, snakemake.output.by_method, strict=True):
        save_figure(method_images_figure(real, synthetic[method], *shown, method, title), path)
    save_figure(all_methods_figure(real, synthetic, *shown, title), snakemake.output.together)
