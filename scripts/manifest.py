"""List every skewed set with its counts, seed and checksums."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.manifest import manifest
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import MANIFEST
    from deep_oversampling.storage import write_csv, write_table

    rows = manifest(snakemake.input)
    write_table(snakemake.output.parquet, rows, MANIFEST, Provenance("manifest"))
    write_csv(snakemake.output.csv, rows)
