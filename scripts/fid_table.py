"""Gather the FIDs of all runs into a table, the paper's beside ours."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import FID, FID_TABLE
    from deep_oversampling.storage import read_frame, write_csv, write_table
    from deep_oversampling.tables.fid import fid_table

    table = fid_table([read_frame(path, FID) for path in snakemake.input], snakemake.params.majority_count)
    write_table(snakemake.output.parquet, table, FID_TABLE, Provenance("fid table", dict(snakemake.params)))
    write_csv(snakemake.output.csv, table)
