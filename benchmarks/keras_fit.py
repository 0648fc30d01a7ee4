"""The CVAE's networks trained by plain ``keras.Model.fit``, everything else at its default."""

import statistics
import time

import keras
import tensorflow as tf
from keras import ops

from benchmarks.images import labelled_images
from deep_oversampling.generators.conditional_vae import ConditionalVAE, CVAESettings


class FittedCVAE(keras.Model):
    """The networks with a training step as in Keras's own example of a variational autoencoder."""

    def __init__(self, networks: ConditionalVAE) -> None:
        super().__init__()
        self.encoder, self.decoder = networks.encoder, networks.decoder
        self.noise = keras.random.SeedGenerator(0)

    def train_step(self, data: tuple) -> dict:
        """Take one optimiser step on ((images, labels),)."""
        images, labels = data[0]
        with tf.GradientTape() as tape:
            mean, deviation = ops.split(self.encoder([images, labels], training=True), 2, axis=-1)
            deviation = ops.softplus(deviation) + 1e-6
            latent = mean + deviation * keras.random.normal(ops.shape(mean), seed=self.noise)
            drawn = self.decoder([latent, labels], training=True)
            reconstruction = ops.sum(keras.losses.binary_crossentropy(images, drawn), axis=(1, 2)) * images.shape[-1]
            divergence = 0.5 * ops.sum(mean**2 + deviation**2 - 2 * ops.log(deviation) - 1, axis=-1)
            loss = ops.mean(reconstruction + divergence)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return {"loss": loss}


class _Stopwatch(keras.callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:  # noqa: ARG002
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:  # noqa: ARG002
        self.seconds.append(time.perf_counter() - self.start)


def training(method: str, n_images: int, epochs: int) -> dict[str, float]:
    """Train the paper's CVAE; the first epoch, which traces, isn't counted."""
    assert method == "CVAE"
    model = FittedCVAE(ConditionalVAE(CVAESettings(), seed=0))
    model.compile(optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5))
    stopwatch = _Stopwatch()
    images, labels = labelled_images(n_images)
    model.fit((images, labels), batch_size=64, epochs=epochs + 1, verbose=0, callbacks=[stopwatch])
    return {"images_per_second": n_images / statistics.median(stopwatch.seconds[1:])}
