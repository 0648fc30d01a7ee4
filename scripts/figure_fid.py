"""Draw the FID of every method on a data set."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.metric_by_method import fid_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.schemas import FID
    from deep_oversampling.storage import read_frame
    from deep_oversampling.tables.selection import select

    fids = select(read_frame(snakemake.input[0], FID), **snakemake.wildcards)
    save_figure(fid_figure(fids, snakemake.params.majority_count), snakemake.output[0])
