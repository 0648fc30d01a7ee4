"""Average the scores over their runs, the paper's beside ours."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import CLASSIFIER_TABLE, SCORE
    from deep_oversampling.storage import read_frame, read_provenance, write_csv, write_table
    from deep_oversampling.tables.classifier import classifier_table

    table = classifier_table(read_frame(snakemake.input[0], SCORE), snakemake.params.majority_count)
    provenance = Provenance("classifier table", read_provenance(snakemake.input[0]).settings)
    write_table(snakemake.output.parquet, table, CLASSIFIER_TABLE, provenance)
    write_csv(snakemake.output.csv, table)
