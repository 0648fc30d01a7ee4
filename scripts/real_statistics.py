"""Write the feature statistics of one class of real test images."""

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.fid.extractors import load_extractor
    from deep_oversampling.fid.frechet import FeatureStatistics, write_statistics
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.storage import read_images

    wildcards = snakemake.wildcards
    label = int(wildcards.class_label)
    test = read_images(snakemake.input.test)
    extractor = load_extractor(wildcards.extractor, snakemake.input.extractor)
    features = extractor.features(test.images[test.labels == label], dataset_named(wildcards.dataset).image_shape)
    statistics = FeatureStatistics.from_features(features)
    provenance = Provenance("feature statistics", snakemake.params.settings)
    write_statistics(snakemake.output[0], statistics, wildcards.dataset, label, wildcards.extractor, provenance)
