from typing import NamedTuple

import numpy as np
import pytest
from deep_toys import TINY, eagerly, toy

from deep_oversampling.samplers import deep


class Training(NamedTuple):
    images: np.ndarray
    labels: np.ndarray
    seed: int
    name: str


@pytest.fixture
def untrained(monkeypatch):
    """Leaves the network as it was built; records what it would be trained on."""
    seen = []

    def record(phases, variables, arrays, draw_batches, *, seed, name, **_):
        seen.append(Training(*arrays, seed, name))
        return []

    monkeypatch.setattr(deep, "train", record)
    return seen


@pytest.fixture(scope="session", params=TINY, ids=lambda sampler_class: sampler_class.__name__)
def resampled(request):
    """What a sampler hardly trained gives, and the sampler; of each class."""
    with eagerly():
        sampler = request.param(**TINY[request.param], random_state=0)
        return *sampler.fit_resample(*toy()), sampler


@pytest.fixture(scope="session")
def sampler(resampled):
    return resampled[-1]
