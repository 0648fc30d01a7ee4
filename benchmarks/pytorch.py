"""The same networks and steps in plain PyTorch."""

import os
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from benchmarks.images import labelled_images

LATENT, CLASSES, BATCH = 62, 10, 64


def _features(channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, 64, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, 4, 2, 1),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(6272, 1024),
        nn.BatchNorm1d(1024),
        nn.LeakyReLU(0.2),
    )


def _generator() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(LATENT + CLASSES, 1024),
        nn.BatchNorm1d(1024),
        nn.ReLU(),
        nn.Linear(1024, 6272),
        nn.BatchNorm1d(6272),
        nn.ReLU(),
        nn.Unflatten(1, (128, 7, 7)),
        nn.ConvTranspose2d(128, 64, 4, 2, 1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 4, 2, 1),
    )


def _labelled(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return torch.cat([images, labels[:, :, None, None].expand(-1, -1, 28, 28)], dim=1)


def _adam(rate: float, *networks: nn.Module) -> torch.optim.Adam:
    return torch.optim.Adam([each for network in networks for each in network.parameters()], rate, betas=(0.5, 0.999))


def _noise(labels: torch.Tensor) -> torch.Tensor:
    return torch.cat([torch.rand(len(labels), LATENT) * 2 - 1, labels], dim=1)


def _taken_for(real: bool, logit: torch.Tensor) -> torch.Tensor:
    return functional.softplus(-logit if real else logit).mean()


def _descend(optimizer: torch.optim.Adam, loss: torch.Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _cvae() -> Callable[[torch.Tensor, torch.Tensor], None]:
    encoder = nn.Sequential(*_features(1 + CLASSES), nn.Linear(1024, 2 * LATENT))
    decoder = _generator()
    optimizer = _adam(1e-3, encoder, decoder)

    def step(images: torch.Tensor, labels: torch.Tensor) -> None:
        mean, deviation = encoder(_labelled(images, labels)).chunk(2, dim=1)
        deviation = functional.softplus(deviation) + 1e-6
        latent = mean + deviation * torch.randn_like(mean)
        logit = decoder(torch.cat([latent, labels], dim=1))
        reconstruction = functional.binary_cross_entropy_with_logits(logit, images, reduction="sum") / len(images)
        divergence = 0.5 * (mean**2 + deviation**2 - 2 * deviation.log() - 1).sum(dim=1).mean()
        _descend(optimizer, reconstruction + divergence)

    return step


def _cgan() -> Callable[[torch.Tensor, torch.Tensor], None]:
    generator, discriminator = _generator(), nn.Sequential(*_features(1 + CLASSES), nn.Linear(1024, 1))
    generator_optimizer, discriminator_optimizer = _adam(2e-4, generator), _adam(1e-3, discriminator)

    def step(images: torch.Tensor, labels: torch.Tensor) -> None:
        fake = generator(_noise(labels)).sigmoid()
        real_loss = _taken_for(True, discriminator(_labelled(images, labels)))
        fake_loss = _taken_for(False, discriminator(_labelled(fake.detach(), labels)))
        _descend(discriminator_optimizer, real_loss + fake_loss)
        discriminator.requires_grad_(False)
        _descend(generator_optimizer, _taken_for(True, discriminator(_labelled(fake, labels))))
        discriminator.requires_grad_(True)

    return step


def _acgan() -> Callable[[torch.Tensor, torch.Tensor], None]:
    generator, features, head = _generator(), _features(1), nn.Linear(1024, 1)
    classifier = nn.Sequential(nn.Linear(1024, 128), nn.BatchNorm1d(128), nn.LeakyReLU(0.2), nn.Linear(128, CLASSES))
    generator_optimizer, discriminator_optimizer = _adam(2e-4, generator), _adam(1e-3, features, head)
    classifier_optimizer = _adam(1e-3, generator, features, classifier)

    def step(images: torch.Tensor, labels: torch.Tensor) -> None:
        noise = _noise(labels)
        fake = generator(noise).sigmoid()
        real_loss = _taken_for(True, head(features(images)))
        fake_loss = _taken_for(False, head(features(fake.detach())))
        _descend(discriminator_optimizer, real_loss + fake_loss)
        for network in (features, head):
            network.requires_grad_(False)
        _descend(generator_optimizer, _taken_for(True, head(features(fake))))
        for network in (features, head):
            network.requires_grad_(True)
        classes = labels.argmax(dim=1)
        real_entropy = functional.cross_entropy(classifier(features(images)), classes)
        fake_entropy = functional.cross_entropy(classifier(features(generator(noise).sigmoid())), classes)
        _descend(classifier_optimizer, real_entropy + fake_entropy)

    return step


STEPS = {"CVAE": _cvae, "CGAN": _cgan, "ACGAN": _acgan}


def training(method: str, n_images: int, epochs: int) -> dict[str, float]:
    """Train the paper's network from tensors in memory; a first epoch, to warm up, isn't counted."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    images, labels = (torch.from_numpy(array) for array in labelled_images(n_images))
    images = images.permute(0, 3, 1, 2).contiguous()
    step, seconds = STEPS[method](), []
    for _ in range(epochs + 1):
        start = time.perf_counter()
        for batch in torch.randperm(n_images)[: n_images // BATCH * BATCH].view(-1, BATCH):
            step(images[batch], labels[batch])
        seconds.append(time.perf_counter() - start)
    return {"images_per_second": n_images // BATCH * BATCH / statistics.median(seconds[1:])}
