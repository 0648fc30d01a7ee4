"""Compare the methods: with the references setting by setting and over all settings, and by their ranks."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import COMPARISON, OVERALL_COMPARISON, RANKS, SCORE
    from deep_oversampling.statistics.comparison import compare, compare_over_settings
    from deep_oversampling.statistics.ranks import rank
    from deep_oversampling.storage import read_frame, read_provenance, write_csv, write_table
    from deep_oversampling.tables.runs import metrics_by_run

    runs = metrics_by_run(read_frame(snakemake.input[0], SCORE))
    comparison = compare(runs)
    tables = {
        "comparison": (comparison, COMPARISON),
        "overall": (compare_over_settings(comparison), OVERALL_COMPARISON),
        "ranks": (rank(runs), RANKS),
    }
    settings = read_provenance(snakemake.input[0]).settings
    for name, (table, schema) in tables.items():
        write_table(snakemake.output[name], table, schema, Provenance(name, settings))
        write_csv(snakemake.output[f"{name}_csv"], table)
