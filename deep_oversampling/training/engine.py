"""The training loop: epochs of shuffled index batches over arrays kept in memory."""

import gc
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import keras
import numpy as np

from deep_oversampling.errors import InputError
from deep_oversampling.training.backends import compile_epoch
from deep_oversampling.training.checkpoint import Checkpoint
from deep_oversampling.training.history import Epoch

_trained = Event()

DrawBatches = Callable[[np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Phase:
    """A part of a training with a step of its own.

    Parameters
    ----------
    name : str
        For the history, for example ``"adversarial"``.
    step : callable
        Takes a batch of every array, takes one optimiser step, returns the loss terms, scalars.
    epochs : int
        At least 1.
    prepare : callable, optional
        Called with all arrays before the first epoch.
    """

    name: str
    step: Callable[..., dict[str, Any]]
    epochs: int
    prepare: Callable[..., None] | None = None


def shuffled_batches(n_images: int, batch_size: int) -> DrawBatches:
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


def forget_earlier_trainings() -> None:
    """Free the memory of models that were trained in this process and are no longer used.

    Call it before a model is built. Their graphs refer to themselves, and a job collects garbage rarely. Without an
    earlier training it does nothing, for to collect takes a fifth of a second.
    """
    if _trained.is_set():
        gc.collect()


def train(
    phases: Sequence[Phase],
    variables: Sequence[keras.Variable],
    arrays: Sequence[np.ndarray],
    draw_batches: DrawBatches,
    *,
    seed: int,
    name: str,
    report: Callable[[Epoch], None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> list[Epoch]:
    """Train, one phase after the other.

    Parameters
    ----------
    phases : sequence of Phase
    variables : sequence of keras.Variable
        All state that training changes: weights, optimiser slots, noise seeds. Changed in place.
    arrays : sequence of ndarray of shape (n_images, ...)
        Indexed by the batches along their first axis to give what a step takes.
    draw_batches : callable
        Gives the index batches of one epoch, ndarray of shape (n_batches, ...), dtype int32;
        see :func:`shuffled_batches`.
    seed : int
        Of the orders.
    name : str
        What is trained, for messages.
    report : callable, optional
        Called with each finished :class:`~deep_oversampling.training.history.Epoch`.
    checkpoint : Checkpoint, optional
        The training goes on from its state, if it has one, and keeps its own there. The caller
        discards it once the result is kept.

    Returns
    -------
    list of Epoch
        With those before the checkpoint it went on from.

    Raises
    ------
    InputError
        At the end of the first epoch with a loss term that isn't finite.
    """
    _trained.set()
    history = checkpoint.restore(variables) if checkpoint else []
    finished = len(history)
    generator = np.random.default_rng(seed)
    # Once, so that the phases share one copy.
    on_device = [keras.ops.convert_to_tensor(array) for array in arrays]
    for phase in phases:
        run_epoch = None
        for number in range(1, phase.epochs + 1):
            batches = draw_batches(generator)
            if finished:
                finished -= 1
                continue
            if number == 1 and phase.prepare:
                phase.prepare(*arrays)
            run_epoch = run_epoch or compile_epoch(phase.step, on_device, variables)
            start = time.perf_counter()
            terms = run_epoch(batches)
            epoch = Epoch(phase.name, number, phase.epochs, terms, time.perf_counter() - start, batches.size)
            _check_finite(epoch, name)
            history.append(epoch)
            if report:
                report(epoch)
            if checkpoint and len(history) % checkpoint.every == 0:
                checkpoint.save(variables, history)
    return history


def _check_finite(epoch: Epoch, name: str) -> None:
    for term, value in epoch.terms.items():
        if not math.isfinite(value):
            raise InputError(
                f"{name}: {term} became {value} in epoch {epoch.number}; try a lower learning rate or another seed"
            )
