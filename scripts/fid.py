"""Compare a synthetic set with the real test images, class by class."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.fid.collapse import collapse_rows
    from deep_oversampling.fid.extractors import load_extractor
    from deep_oversampling.fid.frechet import read_statistics
    from deep_oversampling.fid.score import fid_rows
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import FID
    from deep_oversampling.storage import read_images, write_rows

    settings, files = snakemake.params.settings, snakemake.input
    minority = [int(label) for label in settings["minority"].split("-")]
    maximum_images = settings["maximum_images"]
    synthetic = read_images(files.synthetic)
    rows = []
    if len(synthetic):
        statistics = dict(read_statistics(path, settings["extractor"]) for path in files.statistics)
        extractor = load_extractor(settings["extractor"], files.extractor)
        image_shape = dataset_named(settings["dataset"]).image_shape
        distances = fid_rows(synthetic, minority, statistics, extractor, image_shape, maximum_images)
        lenet = load_extractor("lenet", files.lenet)
        collapses = collapse_rows(synthetic, read_images(files.test), minority, lenet, maximum_images)
        named = {name: settings[name] for name in FID.names if name in settings}
        rows = [named | distance | collapse for distance, collapse in zip(distances, collapses, strict=True)]
    write_rows(snakemake.output[0], rows, FID, Provenance("fid", settings))
