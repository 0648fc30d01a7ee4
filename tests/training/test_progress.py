import logging

import pytest

from deep_oversampling.training import progress
from deep_oversampling.training.engine import Epoch
from deep_oversampling.training.progress import log_epochs


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still; its one item is the time."""
    now = [1000.0]
    monkeypatch.setattr(progress.time, "perf_counter", lambda: now[0])
    return now


def test_a_line_an_epoch(clock, caplog):
    caplog.set_level(logging.INFO)
    report = log_epochs(logging.getLogger("test"), epochs=4)
    clock[0] += 5
    report(Epoch(1, {"loss": 123.456, "divergence": 0.0123456}, seconds=4.0, images=1000))
    clock[0] += 3
    report(Epoch(2, {"loss": 100.0, "divergence": 2.0}, seconds=2.0, images=1000))
    assert [record.getMessage() for record in caplog.records] == [
        "epoch 1/4: loss 123.5, divergence 0.01235; 250 images/s, 15 s left",
        "epoch 2/4: loss 100, divergence 2; 500 images/s, 8 s left",
    ]
    assert {record.name for record in caplog.records} == {"test"}


def test_nothing_is_left_after_the_last_epoch(clock, caplog):
    caplog.set_level(logging.INFO)
    report = log_epochs(logging.getLogger("test"), epochs=1)
    clock[0] += 60
    report(Epoch(1, {"loss": 1.0}, seconds=60.0, images=60))
    assert caplog.messages == ["epoch 1/1: loss 1; 1 images/s, 0 s left"]


def test_warnings_only_means_no_lines(clock, caplog):
    caplog.set_level(logging.WARNING)
    log_epochs(logging.getLogger("test"), epochs=1)(Epoch(1, {"loss": 1.0}, seconds=1.0, images=1))
    assert not caplog.records
