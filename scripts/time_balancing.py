"""Time the balancing of a skewed set."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.provenance import Provenance, processor
    from deep_oversampling.schemas import RUN_FIELDS, TIMING
    from deep_oversampling.storage import read_images, write_rows
    from deep_oversampling.timing import BalancingTask, balancing_seconds

    settings, seed = snakemake.params.settings, snakemake.params.seed
    task = BalancingTask(
        read_images(snakemake.input[0]),
        len(dataset_named(settings["dataset"]).classes),
        settings["mlp"],
        settings["cvae"],
        seed,
    )
    row = {
        **{field.name: settings[field.name] for field in RUN_FIELDS},
        "method": settings["timed"],
        "threads": settings["threads"],
        "processor": processor(),
        "seconds": balancing_seconds(settings["timed"], task),
    }
    write_rows(snakemake.output[0], [row], TIMING, Provenance("timing", settings, seed))
