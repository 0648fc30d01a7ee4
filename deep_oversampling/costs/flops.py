"""How many floating-point operations an image takes on its way through a network."""

import math

import keras


def forward_flops(*networks: keras.Model) -> int:
    """Return the operations of one image's pass through the dense and convolutional layers of networks.

    Layers that networks share count once.
    """
    layers = {id(layer): layer for network in networks for layer in network.layers}
    return 2 * sum(map(_multiplications, layers.values()))


def _multiplications(layer: keras.layers.Layer) -> int:
    match layer:
        case keras.layers.Dense():
            return layer.kernel.shape[0] * layer.kernel.shape[1]
        case keras.layers.Conv2DTranspose():
            return math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:3])
        case keras.layers.Conv2D():
            return math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3])
    return 0
