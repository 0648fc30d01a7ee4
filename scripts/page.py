"""Write the page that tells the results."""

import os
from pathlib import Path

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling import schemas
    from deep_oversampling.page.build import Results, write_page
    from deep_oversampling.storage import read_frame

    files, folder = snakemake.input, Path(snakemake.output[0]).parent
    results = Results(
        scores=read_frame(files.scores, schemas.SCORE),
        classifier=read_frame(files.classifier, schemas.CLASSIFIER_TABLE),
        comparison=read_frame(files.comparison, schemas.COMPARISON),
        overall=read_frame(files.overall, schemas.OVERALL_COMPARISON),
        ranks=read_frame(files.ranks, schemas.RANKS),
        timings=read_frame(files.timings, schemas.TIMING),
        fids=read_frame(files.fids[0], schemas.FID) if files.fids else None,
        fid=read_frame(files.fid[0], schemas.FID_TABLE) if files.fid else None,
        figures=[os.path.relpath(path, folder) for path in files.figures],
        adding=snakemake.params.adding,
        config=snakemake.params.experiment,
    )
    write_page(snakemake.output[0], results)
