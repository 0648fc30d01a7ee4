import threading
from itertools import product

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.classifier import stacks
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
        assert on("cpu", threads) == (20, min(int(threads), 3))
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
    divided = list(divide(batches, networks, limit))
    assert sorted(position for stack in divided for position in stack) == list(range(len(batches)))
    for count in set(batches):
        alike = [stack for stack in divided if batches[stack[0]] == count]
        assert {batches[position] for stack in alike for position in stack} == {count}
        sizes = [len(stack) for stack in alike]
        assert max(sizes) * networks <= limit.networks
        assert max(sizes) - min(sizes) <= 1
        # No thread is left without a stack that could have one.
        assert len(alike) % limit.stacks == 0 or max(sizes) == 1


def test_there_are_no_more_stacks_than_needed():
    sizes = {
        (groups, at_once): [len(stack) for stack in divide([5] * groups, 10, Limits(20, at_once))]
        for groups, at_once in product((2, 6), (1, 2))
    }
    assert sizes == {(2, 1): [2], (2, 2): [1, 1], (6, 1): [2, 2, 2], (6, 2): [2, 2, 1, 1]}


def test_stacks_run_at_the_same_time_and_come_in_order():
    """Each of two waits for the other; one after the other they would wait in vain."""
    meeting = threading.Barrier(2, timeout=20)

    def met(stack, turn):
        meeting.wait()
        return stack * 10, turn.name("SMOTE")

    assert side_by_side(met, [5, 6, 7, 8], 2) == [
        (stack, (stack * 10, f"SMOTE, stack {number} of 4")) for number, stack in enumerate([5, 6, 7, 8], 1)
    ]


def test_the_only_stack_has_no_number():
    assert side_by_side(lambda _, turn: turn.name("SMOTE"), ["all"], 2) == [("all", "SMOTE")]


def test_no_more_stacks_run_than_may():
    running, most, lock = [], [], threading.Lock()

    def run(stack, _):
        with lock:
            running.append(stack)
            most.append(len(running))
        # Long enough for another thread to begin, were there one too many.
        threading.Event().wait(0.02)
        with lock:
            running.remove(stack)

    side_by_side(run, range(12), 3)
    assert max(most) == 3


def test_after_an_error_no_further_stack_begins():
    begun = []

    def fail(stack, _):
        begun.append(stack)
        raise ValueError(f"stack {stack}")

    with pytest.raises(ValueError, match="stack 0"):
        side_by_side(fail, range(100), 1)
    assert begun == [0]


def test_a_running_stack_stops_at_the_end_of_its_epoch_when_another_fails():
    epochs, under_way = [], threading.Event()

    def fail_or_train(stack, turn):
        if stack == 1:
            assert under_way.wait(20)
            raise ValueError("stack 1")
        report = turn.unless_stopped(epochs.append)
        for epoch in range(1000):
            report(epoch)
            under_way.set()
            threading.Event().wait(0.02)

    with pytest.raises(ValueError, match="stack 1"):
        side_by_side(fail_or_train, range(100), 2)
    assert 1 <= len(epochs) < 1000


def test_an_interrupt_stops_what_runs(monkeypatch):
    under_way, epochs = threading.Event(), []

    def interrupted(*_, **__):
        assert under_way.wait(20)
        raise KeyboardInterrupt

    def train(_, turn):
        report = turn.unless_stopped(epochs.append)
        for epoch in range(1000):
            report(epoch)
            under_way.set()
            threading.Event().wait(0.02)

    monkeypatch.setattr(stacks, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        side_by_side(train, range(100), 1)
    assert 1 <= len(epochs) < 1000
