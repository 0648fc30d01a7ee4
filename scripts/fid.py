"""Compare a synthetic set with the real test images, class by class."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.fid.extractors import load_extractor
    from deep_oversampling.fid.frechet import read_statistics
    from deep_oversampling.fid.score import fid_rows
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import FID
    from deep_oversampling.storage import read_images, write_rows

    settings = snakemake.params.settings
    statistics = dict(read_statistics(path, settings["extractor"]) for path in snakemake.input.statistics)
    synthetic = read_images(snakemake.input.synthetic)
    extractor = load_extractor(settings["extractor"], snakemake.input.extractor) if len(synthetic) else None
    rows = fid_rows(
        synthetic,
        [int(label) for label in settings["minority"].split("-")],
        statistics,
        extractor,
        dataset_named(settings["dataset"]).image_shape,
        settings["maximum_images"],
    )
    named = {name: settings[name] for name in FID.names if name in settings}
    write_rows(snakemake.output[0], [{**named, **row} for row in rows], FID, Provenance("fid", settings))
