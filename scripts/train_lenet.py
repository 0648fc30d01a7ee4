"""Train the LeNet whose features compare grey images, on the whole balanced training set."""

from deep_oversampling.job import job

with job(snakemake) as logger:
    from deep_oversampling.datasets.catalogue import dataset_named
    from deep_oversampling.fid.lenet import LeNetExtractor, LeNetSettings, train_lenet
    from deep_oversampling.network_archive import save_network
    from deep_oversampling.provenance import Provenance
    from deep_oversampling.schemas import HISTORY
    from deep_oversampling.storage import read_images, write_table
    from deep_oversampling.training.history import Epoch, history_frame
    from deep_oversampling.training.progress import log_epochs

    dataset = dataset_named(snakemake.wildcards.dataset)
    settings = LeNetSettings(**snakemake.params.settings)
    train, test = read_images(snakemake.input.train), read_images(snakemake.input.test)
    history: list[Epoch] = []
    log_epoch = log_epochs(logger, f"LeNet {dataset.name}")

    def report(epoch: Epoch) -> None:
        history.append(epoch)
        log_epoch(epoch)

    network = train_lenet(
        train.images,
        train.labels,
        dataset.image_shape,
        len(dataset.classes),
        settings,
        snakemake.params.seed,
        report,
    )
    accuracy = (LeNetExtractor(network).classify(test.images).argmax(axis=1) == test.labels).mean()
    logger.info("test accuracy %.4f", accuracy)
    provenance = Provenance(
        "extractor",
        {"dataset": dataset.name, **snakemake.params.settings, "test_accuracy": float(accuracy)},
        snakemake.params.seed,
    )
    write_table(snakemake.output.history, history_frame(history), HISTORY, provenance)
    save_network(snakemake.output.model, network, provenance)
