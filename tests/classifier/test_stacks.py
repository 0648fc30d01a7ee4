import threading
from itertools import product

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.classifier.stacks import Limits, divide, limits, side_by_side


@pytest.fixture
def on(monkeypatch):
    """Sets the devices that Keras sees and the threads that are granted."""

    def put(device, threads):
        monkeypatch.setattr(keras.distribution, "list_devices", lambda: [f"{device}:0"])
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        return limits()

    return put


def test_a_cpu_trains_a_stack_a_thread_and_a_gpu_one_large_stack(on):
    for threads in ("1", "2", "64"):
        networks, stacks = on("cpu", threads)
        assert stacks == min(int(threads), 3)
        assert networks == 20
        assert on("gpu", threads) == (60, 1)


def test_all_cores_count_where_nobody_limits_threads(on, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert on("cpu", "") == (20, 2)


@given(
    batches=st.lists(st.integers(1, 3), max_size=40),
    networks=st.integers(1, 10),
    limit=st.builds(Limits, st.integers(10, 30), st.integers(1, 4)),
)
def test_every_group_is_in_one_stack_of_its_like(batches, networks, limit):
    stacks = list(divide(batches, networks, limit))
    assert sorted(position for stack in stacks for position in stack) == list(range(len(batches)))
    for count in set(batches):
        alike = [stack for stack in stacks if batches[stack[0]] == count]
        assert {batches[position] for stack in alike for position in stack} == {count}
        sizes = [len(stack) for stack in alike]
        assert max(sizes) * networks <= limit.networks
        assert max(sizes) - min(sizes) <= 1
        # No thread is left without a stack that could have one.
        assert len(alike) % limit.stacks == 0 or max(sizes) == 1


def test_there_are_no_more_stacks_than_needed():
    sizes = {
        (groups, stacks): [len(stack) for stack in divide([5] * groups, 10, Limits(20, stacks))]
        for groups, stacks in product((2, 6), (1, 2))
    }
    assert sizes == {(2, 1): [2], (2, 2): [1, 1], (6, 1): [2, 2, 2], (6, 2): [2, 2, 1, 1]}


def test_stacks_run_at_the_same_time_and_come_in_order():
    """Each of two waits for the other; one after the other they would wait in vain."""
    meeting = threading.Barrier(2, timeout=20)

    def met(stack):
        meeting.wait()
        return stack * 10

    assert list(side_by_side(met, [1, 2, 3, 4], 2)) == [(1, 10), (2, 20), (3, 30), (4, 40)]


def test_no_more_stacks_run_than_may():
    running, most, lock = [], [], threading.Lock()

    def run(stack):
        with lock:
            running.append(stack)
            most.append(len(running))
        # Long enough for another thread to begin, were there one too many.
        threading.Event().wait(0.02)
        with lock:
            running.remove(stack)

    list(side_by_side(run, range(12), 3))
    assert max(most) == 3


def test_an_error_comes_through_and_no_further_stack_begins():
    begun = []

    def fail(stack):
        begun.append(stack)
        threading.Event().wait(0.01)
        raise ValueError(f"stack {stack}")

    with pytest.raises(ValueError, match="stack 0"):
        list(side_by_side(fail, range(1000), 1))
    assert len(begun) < 1000
