"""Training with this library's engine."""

import statistics

import numpy as np

from benchmarks.flops import training_flops
from benchmarks.images import labelled_images
from deep_oversampling.samplers.acgan import ACGAN
from deep_oversampling.samplers.bagan import BAGAN
from deep_oversampling.samplers.cgan import CGAN
from deep_oversampling.samplers.cvae import CVAE
from deep_oversampling.training.engine import shuffled_batches, train

SAMPLERS = {sampler.__name__: sampler for sampler in (ACGAN, BAGAN, CGAN, CVAE)}


def training(method: str, n_images: int, epochs: int) -> dict[str, float]:
    """Train the paper's network; the first epoch, which compiles, isn't counted."""
    images, labels = labelled_images(n_images)
    sampler = SAMPLERS[method](epochs=epochs + 1, random_state=0)
    model = sampler._build(10, seed=0)
    history = train(
        sampler._phases(model),
        model.variables,
        [images, labels],
        shuffled_batches(n_images, sampler.batch_size),
        seed=0,
        name=method,
    )
    speed = statistics.median(epoch.images / epoch.seconds for epoch in history[1:])
    return {"images_per_second": speed, "gigaflops": speed * training_flops(model) / 1e9}


def few_steps(method: str, n_images: int, steps: int) -> dict[str, float]:
    """Train for a few steps of every phase on a set of full size: as much memory as a whole training takes."""
    images, labels = labelled_images(n_images)
    sampler = SAMPLERS[method](epochs=1, random_state=0)
    if method == "BAGAN":
        sampler.set_params(autoencoder_epochs=1)
    model = sampler._build(10, seed=0)

    def draw(generator: np.random.Generator) -> np.ndarray:
        return shuffled_batches(n_images, sampler.batch_size)(generator)[:steps]

    train(sampler._phases(model), model.variables, [images, labels], draw, seed=0, name=method)
    return {}
