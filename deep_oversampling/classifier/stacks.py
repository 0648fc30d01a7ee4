"""How networks are divided into stacks, and stacks trained side by side."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import keras
import numpy as np

from deep_oversampling.provenance import conditions

_NETWORKS_AT_ONCE = 60
_NETWORKS_OF_A_STACK = 20

Stack = TypeVar("Stack")
Result = TypeVar("Result")


class Limits(NamedTuple):
    """How large stacks get, and how many train at the same time.

    Attributes
    ----------
    networks : int
        At most, in a stack.
    stacks : int
        At most, at the same time.
    """

    networks: int
    stacks: int


def limits() -> Limits:
    """Return the limits that are fast on this machine, with at most 60 networks in memory.

    A GPU trains one stack of 60. A CPU is faster with stacks of up to 20, of whose weights its caches hold a larger
    part, and with one for each thread: threads that share one stack's matrix products wait for each other after each.

    Returns
    -------
    Limits
    """
    if not keras.distribution.list_devices()[0].startswith("cpu"):
        return Limits(_NETWORKS_AT_ONCE, 1)
    threads = conditions()["threads"] or os.cpu_count() or 1
    return Limits(_NETWORKS_OF_A_STACK, min(threads, _NETWORKS_AT_ONCE // _NETWORKS_OF_A_STACK))


def divide(batches: Sequence[int], networks: int, limits: Limits) -> Iterator[list[int]]:
    """Divide groups of networks into stacks.

    Parameters
    ----------
    batches : sequence of int
        How many batches an epoch of each group has; a stack's groups have equally many, so that none waits for another.
    networks : int
        In each group; no more than a stack may hold.
    limits : Limits

    Yields
    ------
    list of int
        The positions of a stack's groups. Stacks are about equally large, and as many as keep all threads busy.
    """
    groups_at_once = limits.networks // networks * limits.stacks
    for count in sorted(set(batches)):
        alike = [position for position, each in enumerate(batches) if each == count]
        rounds = -(-len(alike) // groups_at_once)
        yield from (part.tolist() for part in np.array_split(alike, min(len(alike), rounds * limits.stacks)))


def side_by_side(
    function: Callable[[Stack], Result], stacks: Sequence[Stack], at_once: int
) -> Iterator[tuple[Stack, Result]]:
    """Call a function of every stack, of several at the same time.

    Parameters
    ----------
    function : callable
        Takes a stack. An error it raises is raised here, and no further stack is begun.
    stacks : sequence
    at_once : int

    Yields
    ------
    tuple
        A stack and what the function returned, in the order of the stacks.
    """
    with ThreadPoolExecutor(at_once) as executor:
        yield from zip(stacks, executor.map(function, stacks), strict=True)
