"""Gather the scores of all runs into a table, the paper's beside ours."""

from deep_oversampling.job import job

with job(snakemake):
    import pandas as pd

    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import CLASSIFIER_TABLE, SCORE
    from deep_oversampling.storage import read_frame, write_csv, write_table
    from deep_oversampling.tables.classifier import classifier_table

    scores = pd.concat([read_frame(path, SCORE) for path in snakemake.input], ignore_index=True)
    table = classifier_table(scores, snakemake.params.majority_count)
    provenance = Provenance("classifier table", dict(snakemake.params))
    write_table(snakemake.output.parquet, table, CLASSIFIER_TABLE, provenance)
    write_csv(snakemake.output.csv, table)
