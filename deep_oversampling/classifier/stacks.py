"""How networks are divided into stacks, and stacks trained side by side."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import NamedTuple, TypeVar

import keras
import numpy as np

from deep_oversampling.provenance import conditions
from deep_oversampling.training.history import Epoch

_NETWORKS_AT_ONCE = 60
_NETWORKS_OF_A_STACK = 20

Stack = TypeVar("Stack")
Result = TypeVar("Result")


class Limits(NamedTuple):
    """How large stacks get, and how many train at the same time.

    Attributes
    ----------
    networks : int
        Most networks of one stack.
    stacks : int
        Most stacks at the same time.
    """

    networks: int
    stacks: int


def limits() -> Limits:
    """Return this machine's limits, with at most 60 networks in training.

    A GPU trains one stack of 60. A CPU trains stacks of 20, one to a thread, up to three. Two threads that share one
    stack wait for each other after every matrix product. The weights of smaller stacks stay in the caches more often.
    This was measured with TensorFlow on two cores; three threads, JAX and GPUs were not.

    Returns
    -------
    Limits
    """
    if not keras.distribution.list_devices()[0].startswith("cpu"):
        return Limits(_NETWORKS_AT_ONCE, 1)
    threads = conditions()["threads"] or os.cpu_count() or 1
    return Limits(_NETWORKS_OF_A_STACK, min(threads, _NETWORKS_AT_ONCE // _NETWORKS_OF_A_STACK))


def divide(batch_counts: Sequence[int], networks: int, most: Limits) -> Iterator[list[int]]:
    """Divide groups of networks into stacks.

    Parameters
    ----------
    batch_counts : sequence of int
        The batches of each group's epoch. A stack's groups have equally many, so that none waits for another.
    networks : int
        In each group; no more than a stack may hold.
    most : Limits

    Yields
    ------
    list of int
        The positions of a stack's groups. Of those with equally many batches, stacks are about equally large, and
        their number keeps all threads busy where there are groups enough.
    """
    groups_at_once = most.networks // networks * most.stacks
    for count in sorted(set(batch_counts)):
        alike = [position for position, each in enumerate(batch_counts) if each == count]
        rounds = -(-len(alike) // groups_at_once)
        yield from (part.tolist() for part in np.array_split(alike, min(len(alike), rounds * most.stacks)))


@dataclass(frozen=True)
class Turn:
    """A stack's place among those that train side by side.

    Attributes
    ----------
    number, total : int
        Which stack it is, from 1, and of how many.
    stopped : threading.Event
        Set when another stack has failed, or the wait for all was interrupted.
    """

    number: int
    total: int
    stopped: Event

    def name(self, what: str) -> str:
        """Return what is trained and, where there are several stacks, which."""
        return what if self.total == 1 else f"{what}, stack {self.number} of {self.total}"

    def unless_stopped(self, report: Callable[[Epoch], None]) -> Callable[[Epoch], None]:
        """Return a reporter of epochs that raises CancelledError once the stack is to stop."""

        def report_or_stop(epoch: Epoch) -> None:
            report(epoch)
            if self.stopped.is_set():
                raise CancelledError

        return report_or_stop


def side_by_side(
    function: Callable[[Stack, Turn], Result], stacks: Sequence[Stack], at_once: int
) -> list[tuple[Stack, Result]]:
    """Call a function of every stack, of several at the same time.

    Parameters
    ----------
    function : callable
        Takes a stack and its :class:`Turn`.
    stacks : sequence
    at_once : int

    Returns
    -------
    list of tuple
        Each stack and what the function returned.

    Raises
    ------
    Exception
        The first that the function raised. No further stack begins, and those that heed their turn stop.
    """
    stopped = Event()

    def begin(stack: Stack, turn: Turn) -> Result:
        if stopped.is_set():
            raise CancelledError
        try:
            return function(stack, turn)
        except BaseException:
            # Here, for this thread would begin its next stack before the main one noticed.
            stopped.set()
            raise

    with ThreadPoolExecutor(at_once) as executor:
        futures = [
            executor.submit(begin, stack, Turn(number, len(stacks), stopped)) for number, stack in enumerate(stacks, 1)
        ]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        except KeyboardInterrupt:
            stopped.set()
            raise
    for error in (future.exception() for future in futures):
        if error is not None and not isinstance(error, CancelledError):
            raise error
    return [(stack, future.result()) for stack, future in zip(stacks, futures, strict=True)]
