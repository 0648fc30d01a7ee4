from dataclasses import replace

import keras
import numpy as np
import pytest
import toy_models

from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.training.checkpoint import Checkpoint
from deep_oversampling.training.engine import shuffled_batches, train

FIRST, SECOND = 3, 4
LENGTH = FIRST + SECOND


class Killed(BaseException):
    """What no code catches."""


class Training:
    """A training of two phases whose whole state can be looked at."""

    def __init__(self, checkpoint=None):
        self.model, self.checkpoint, self.reported = toy_models.NoisyTwoPhases(), checkpoint, []

    def run(self, dies_in=None, look=lambda: None):
        inputs = np.random.default_rng(0).normal(size=(14, 3)).astype(np.float32)

        def report(epoch):
            self.reported.append((epoch.phase, epoch.number))
            look()
            if dies_in == epoch.number + (FIRST if epoch.phase == "second" else 0):
                raise Killed

        history = train(
            self.model.phases(FIRST, SECOND),
            self.model.variables,
            [inputs, inputs @ np.float32([1, -2, 3])],
            shuffled_batches(14, 4),
            seed=5,
            name="toy",
            report=report,
            checkpoint=self.checkpoint,
        )
        self.history = [replace(epoch, seconds=0.0) for epoch in history]
        self.state = [keras.ops.convert_to_numpy(each).tolist() for each in self.model.variables]
        return self


@pytest.fixture(scope="module", autouse=True)
def eagerly():
    """Spare TensorFlow the compiling, most of what such short trainings take; test_killed.py compiles."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def uninterrupted(eagerly):
    return Training().run()


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path / "checkpoint.npz", 2, Provenance("generator", seed=1, versions={}))


def die(checkpoint, epoch):
    with pytest.raises(Killed):
        Training(checkpoint).run(dies_in=epoch)


def assert_same(training, uninterrupted):
    assert training.history == uninterrupted.history
    assert training.state == uninterrupted.state


def test_keeping_checkpoints_changes_nothing(checkpoint, uninterrupted):
    assert_same(Training(checkpoint).run(), uninterrupted)


@pytest.mark.parametrize(
    ("dies_in", "kept", "prepared"),
    [(1, 0, 1), (2, 0, 1), (3, 2, 1), (5, 4, 0), (7, 6, 0)],
    ids=["before the first checkpoint", "at it", "in the first phase", "in the second phase", "at the end"],
)
def test_a_killed_training_ends_as_if_it_had_not_been(checkpoint, uninterrupted, dies_in, kept, prepared):
    die(checkpoint, dies_in)
    training = Training(checkpoint).run()
    assert_same(training, uninterrupted)
    assert training.reported == uninterrupted.reported[kept:]
    assert len(training.model.prepared_with) == prepared


def test_a_phase_that_had_not_begun_is_prepared_for(checkpoint, uninterrupted):
    at_the_border = replace(checkpoint, every=FIRST)
    die(at_the_border, FIRST + 1)
    training = Training(at_the_border).run()
    assert_same(training, uninterrupted)
    assert training.reported[0] == ("second", 1)
    assert len(training.model.prepared_with) == 1


def test_a_training_killed_again_and_again_ends_alike(checkpoint, uninterrupted):
    for epoch in (3, 4, 5, 7):
        die(checkpoint, epoch)
    assert_same(Training(checkpoint).run(), uninterrupted)


def test_a_training_killed_after_its_last_epoch_only_restores(checkpoint, uninterrupted):
    to_the_end = replace(checkpoint, every=LENGTH)
    Training(to_the_end).run()
    training = Training(to_the_end).run()
    assert_same(training, uninterrupted)
    assert training.reported == []


@pytest.mark.parametrize(("every", "kept"), [(3, [0, 0, 0, 3, 3, 3, 6, 6]), (8, [0] * 8)])
def test_the_state_is_kept_every_so_many_epochs_of_all_phases(checkpoint, every, kept):
    checkpoint, found = replace(checkpoint, every=every), []

    def look():
        found.append(len(checkpoint.restore(toy_models.NoisyTwoPhases().variables)))

    Training(checkpoint).run(look=look)
    look()
    assert found == kept


@pytest.mark.parametrize("damage", ["other provenance", "bit flipped"])
def test_a_state_that_cannot_be_used_is_told_and_training_starts_anew(checkpoint, uninterrupted, caplog, damage):
    die(checkpoint, 5)
    if damage == "other provenance":
        checkpoint = replace(checkpoint, provenance=replace(checkpoint.provenance, seed=2))
    else:
        content = bytearray(checkpoint.path.read_bytes())
        content[content.index(b"NUMPY") + 20] ^= 16
        checkpoint.path.write_bytes(content)
    training = Training(checkpoint).run()
    assert_same(training, uninterrupted)
    assert training.reported == uninterrupted.reported
    [message] = caplog.messages
    assert str(checkpoint.path) in message
    assert message.endswith("starts anew")


def test_a_full_disk_ends_the_training_in_one_line(checkpoint, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(InputError, match=r"cannot write .*checkpoint\.npz: No space left on device"):
        Training(checkpoint).run()
