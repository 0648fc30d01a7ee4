"""How many floating-point operations a training needs for one image."""

import math

import keras

from deep_oversampling.generators.auxiliary_classifier_gan import AuxiliaryClassifierGAN
from deep_oversampling.generators.conditional_gan import ConditionalGAN
from deep_oversampling.generators.conditional_vae import ConditionalVAE


def forward_flops(network: keras.Model) -> int:
    """Return the operations of one image's pass through the dense and convolutional layers of a network."""
    return 2 * sum(_multiplications(layer) for layer in network.layers)


def _multiplications(layer: keras.layers.Layer) -> int:
    match layer:
        case keras.layers.Dense():
            return layer.kernel.shape[0] * layer.kernel.shape[1]
        case keras.layers.Conv2DTranspose():
            return math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:3])
        case keras.layers.Conv2D():
            return math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3])
    return 0


def training_flops(model: ConditionalVAE | ConditionalGAN | AuxiliaryClassifierGAN) -> int:
    """Return the operations that one step needs for each image of the batch.

    A pass back costs as much as one forward for the gradient of the weights, and as much again for that of the
    input. A generator's forward pass counts once while its weights stay the same.
    """
    generator = forward_flops(model.generator)
    match model:
        case ConditionalVAE():
            return 3 * (forward_flops(model.encoder) + generator)
        case ConditionalGAN():
            discriminator = forward_flops(model.discriminator)
            return 3 * generator + (6 + 2) * discriminator
        case AuxiliaryClassifierGAN():
            discriminator = forward_flops(model.discriminator)
            return 6 * generator + (6 + 2 + 6) * discriminator + 6 * forward_flops(model.classifier)
