"""The training loop: epochs of shuffled index batches over arrays kept in memory."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
import pandas as pd

from deep_oversampling.errors import InputError
from deep_oversampling.training.backends import compile_epoch


class Trainable(Protocol):
    """What the engine trains: all the state, and one step over a batch."""

    @property
    def variables(self) -> list[keras.Variable]:
        """All state that training changes: weights, optimiser slots, noise seeds."""

    def step(self, *batch: Any) -> dict[str, Any]:
        """Take one optimiser step on a batch of every array; return the loss terms, scalars."""


@dataclass(frozen=True)
class Epoch:
    """What one epoch gave: its number from 1, mean loss terms, and wall time in seconds."""

    number: int
    terms: dict[str, float]
    seconds: float
    images: int


def shuffled_batches(n_images: int, batch_size: int) -> Callable[[np.random.Generator], np.ndarray]:
    """Return a drawer of one epoch's index batches: every image once, in a new order.

    The images left over after the last whole batch are skipped in that epoch, as in the public
    code the paper builds on; a set smaller than ``batch_size`` makes one batch.

    Parameters
    ----------
    n_images, batch_size : int

    Returns
    -------
    callable
        Takes a numpy Generator, returns an ndarray of shape (n_batches, batch_size), dtype int32.
    """
    batch_size = min(batch_size, n_images)
    used = n_images // batch_size * batch_size

    def draw(generator: np.random.Generator) -> np.ndarray:
        return generator.permutation(n_images)[:used].reshape(-1, batch_size).astype(np.int32)

    return draw


def train(
    model: Trainable,
    arrays: Sequence[np.ndarray],
    draw_batches: Callable[[np.random.Generator], np.ndarray],
    *,
    epochs: int,
    seed: int,
    name: str,
    report: Callable[[Epoch], None] | None = None,
) -> list[Epoch]:
    """Train for a number of epochs.

    Parameters
    ----------
    model : Trainable
        Changed in place.
    arrays : sequence of ndarray of shape (n_images, ...)
        Indexed by the batches along their first axis to give what ``model.step`` takes.
    draw_batches : callable
        Gives the index batches of one epoch, ndarray of shape (n_batches, ...), dtype int32;
        see :func:`shuffled_batches`.
    epochs : int
        At least 1.
    seed : int
        Of the orders.
    name : str
        What is trained, for messages.
    report : callable, optional
        Called with each finished :class:`Epoch`.

    Returns
    -------
    list of Epoch

    Raises
    ------
    InputError
        At the end of the first epoch with a loss term that isn't finite.
    """
    run_epoch = compile_epoch(model.step, arrays, model.variables)
    generator = np.random.default_rng(seed)
    history = []
    for number in range(1, epochs + 1):
        batches = draw_batches(generator)
        start = time.perf_counter()
        terms = run_epoch(batches)
        epoch = Epoch(number, terms, time.perf_counter() - start, batches.size)
        _check_finite(epoch, name)
        if report:
            report(epoch)
        history.append(epoch)
    return history


def history_frame(history: Sequence[Epoch], phase: str = "training") -> pd.DataFrame:
    """Return epochs as rows of :data:`deep_oversampling.schemas.HISTORY`, one for each loss term."""
    return pd.DataFrame(
        [
            {
                "phase": phase,
                "epoch": epoch.number,
                "term": term,
                "value": value,
                "seconds": epoch.seconds,
                "images_per_second": epoch.images / epoch.seconds,
            }
            for epoch in history
            for term, value in epoch.terms.items()
        ]
    )


def _check_finite(epoch: Epoch, name: str) -> None:
    for term, value in epoch.terms.items():
        if not math.isfinite(value):
            raise InputError(
                f"{name}: {term} became {value} in epoch {epoch.number}; try a lower learning rate or another seed"
            )
