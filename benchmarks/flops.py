"""How many floating-point operations a training needs for one image."""

from deep_oversampling.costs.flops import forward_flops
from deep_oversampling.generators.auxiliary_classifier_gan import AuxiliaryClassifierGAN
from deep_oversampling.generators.conditional_gan import ConditionalGAN
from deep_oversampling.generators.conditional_vae import ConditionalVAE


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
