"""Draw the gain of every method against its FID."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.figures.fid_and_gain import fid_and_gain_figure
    from deep_oversampling.figures.style import save_figure
    from deep_oversampling.schemas import FID, SCORE
    from deep_oversampling.storage import read_frame
    from deep_oversampling.tables.runs import metrics_by_run
    from deep_oversampling.tables.selection import select

    files, wildcards = snakemake.input, snakemake.wildcards
    scores = read_frame(files.scores, SCORE)
    chosen = select(scores, classifier=wildcards.classifier, protocol=wildcards.protocol)
    fids = select(read_frame(files.fids, FID), extractor=wildcards.extractor)
    save_figure(fid_and_gain_figure(metrics_by_run(chosen), fids), snakemake.output[0])
