"""Put the rows of many files into one."""

from deep_oversampling.job import job

with job(snakemake):
    import pandas as pd

    from deep_oversampling import schemas
    from deep_oversampling.provenance import Provenance, shared_settings
    from deep_oversampling.storage import read_frame, read_provenance, write_table

    schema = getattr(schemas, snakemake.params.schema)
    frames = [read_frame(path, schema) for path in snakemake.input]
    rows = pd.concat(frames, ignore_index=True) if frames else schema.empty_table().to_pandas()
    settings = shared_settings(map(read_provenance, snakemake.input))
    provenance = Provenance(f"gathered {snakemake.params.schema}", {**settings, "files": len(snakemake.input)})
    write_table(snakemake.output[0], rows, schema, provenance)
