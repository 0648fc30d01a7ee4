"""What the conditional GANs share (paper, section 3.1, Eq. (1))."""

import keras
from keras import ops


def real_loss(logit: keras.KerasTensor) -> keras.KerasTensor:
    """Return the mean cross-entropy, in nats, of taking images of these logits for real ones.

    It is the discriminator's loss on real images and, on synthetic ones, the generator's non-saturating loss.
    """
    return ops.mean(ops.softplus(-logit))


def fake_loss(logit: keras.KerasTensor) -> keras.KerasTensor:
    """Return the mean cross-entropy, in nats, of taking images of these logits for synthetic ones."""
    return ops.mean(ops.softplus(logit))


def draw_uniform_noise(
    labels: keras.KerasTensor, latent_size: int, seed: keras.random.SeedGenerator
) -> keras.KerasTensor:
    """Draw a latent vector for each label from Uniform(−1, 1), shape (batch, latent_size)."""
    return keras.random.uniform((ops.shape(labels)[0], latent_size), -1, 1, seed=seed)
