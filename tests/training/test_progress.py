import logging

from deep_oversampling.training.history import Epoch
from deep_oversampling.training.progress import log_epochs


def test_a_line_an_epoch(caplog):
    caplog.set_level(logging.INFO)
    report = log_epochs(logging.getLogger("test"), "mnist/CGAN")
    report(Epoch("adversarial", 1, 31, {"generator": 123.456, "fake": 0.0123456}, seconds=4.0, images=1000))
    report(Epoch("adversarial", 28, 31, {"generator": 100.0, "fake": 2.0}, seconds=2.0, images=1000))
    assert caplog.messages == [
        "mnist/CGAN: adversarial, epoch 1/31: generator 123.5, fake 0.01235; 250 images/s, 2.0 min left",
        "mnist/CGAN: adversarial, epoch 28/31: generator 100, fake 2; 500 images/s, 0.1 min left",
    ]
    assert {record.name for record in caplog.records} == {"test"}


def test_nothing_is_left_after_the_last_epoch(caplog):
    caplog.set_level(logging.INFO)
    log_epochs(logging.getLogger("test"), "CVAE")(Epoch("training", 1, 1, {"loss": 1.0}, seconds=60.0, images=60))
    assert caplog.messages == ["CVAE: training, epoch 1/1: loss 1; 1 images/s, 0.0 min left"]


def test_warnings_only_means_no_lines(caplog):
    caplog.set_level(logging.WARNING)
    log_epochs(logging.getLogger("test"), "CVAE")(Epoch("training", 1, 1, {"loss": 1.0}, seconds=1.0, images=1))
    assert not caplog.records
