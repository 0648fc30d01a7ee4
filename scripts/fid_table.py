"""Average the FIDs over their replicates, the paper's beside ours."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import FID, FID_TABLE
    from deep_oversampling.storage import read_frame, read_provenance, write_csv, write_table
    from deep_oversampling.tables.fid import fid_table

    table = fid_table(read_frame(snakemake.input[0], FID), snakemake.params.majority_count)
    provenance = Provenance("fid table", read_provenance(snakemake.input[0]).settings)
    write_table(snakemake.output.parquet, table, FID_TABLE, provenance)
    write_csv(snakemake.output.csv, table)
