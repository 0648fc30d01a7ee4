import errno
import io
import json
import logging
import os
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.storage import replacing
from deep_oversampling.training.checkpoint import Checkpoint
from deep_oversampling.training.history import Epoch

PROVENANCE = Provenance("generator", {"method": "BAGAN"}, seed=3, versions={"keras": "3"})
HISTORY = [
    Epoch("autoencoder", 1, 1, {"reconstruction": 0.1 + 0.2}, seconds=1.5, images=100),
    Epoch("adversarial", 1, 9, {"generator": 1e-30, "discriminator": 1 / 3}, seconds=0.1, images=100),
]


def filled():
    generator = np.random.default_rng(0)
    return [
        keras.Variable(generator.normal(size=(2, 3)).astype(np.float32)),
        keras.Variable(np.float32(np.pi)),
        keras.Variable(np.array([2**31 + 5, 7]), dtype="uint32"),
        keras.Variable(41, dtype="int32"),
    ]


def blank():
    return [keras.Variable(np.zeros(each.shape), dtype=each.dtype) for each in filled()]


def values(variables):
    return [(str(each.dtype), keras.ops.convert_to_numpy(each).tolist()) for each in variables]


@pytest.fixture
def checkpoint(tmp_path):
    """One that holds the filled variables and the history."""
    kept = Checkpoint(tmp_path / "checkpoint.npz", 2, PROVENANCE)
    kept.save(filled(), HISTORY)
    return kept


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_restored_is_what_was_saved(checkpoint, caplog):
    caplog.set_level(logging.INFO)
    variables = blank()
    assert checkpoint.restore(variables) == HISTORY
    assert values(variables) == values(filled())
    assert caplog.messages == ["going on after epoch 1 of the phase adversarial"]


def test_without_a_file_nothing_happens(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    variables = blank()
    for path in (tmp_path / "checkpoint.npz", tmp_path / "no such folder" / "checkpoint.npz"):
        assert Checkpoint(path, 1, PROVENANCE).restore(variables) == []
    assert values(variables) == values(blank())
    assert not caplog.records


def test_a_later_state_takes_the_place_of_an_earlier_one(checkpoint):
    checkpoint.save(blank(), HISTORY[:1])
    variables = filled()
    assert checkpoint.restore(variables) == HISTORY[:1]
    assert values(variables) == values(blank())
    assert [found.name for found in checkpoint.path.parent.iterdir()] == ["checkpoint.npz"]


@pytest.mark.parametrize(
    "change",
    [{"settings": {"method": "CGAN"}}, {"seed": 4}, {"versions": {"keras": "4"}}, {"kind": "extractor"}],
    ids=lambda change: next(iter(change)),
)
def test_another_trainings_state_is_not_taken_up(checkpoint, caplog, change):
    other = replace(checkpoint, provenance=replace(PROVENANCE, **change))
    variables = blank()
    assert other.restore(variables) == []
    assert values(variables) == values(blank())
    assert caplog.messages == [f"{checkpoint.path} is of another training; this one starts anew"]


def assert_damaged(checkpoint, caplog):
    variables = blank()
    caplog.clear()
    assert checkpoint.restore(variables) == []
    assert values(variables) == values(blank())
    assert caplog.messages == [f"{checkpoint.path} is damaged; training starts anew"]


def test_a_truncated_state_is_not_taken_up(checkpoint, caplog):
    content = checkpoint.path.read_bytes()
    for length in {*range(0, len(content), 150), *range(6), *range(len(content) - 5, len(content))}:
        checkpoint.path.write_bytes(content[:length])
        assert_damaged(checkpoint, caplog)


class Slot:
    """What restoring sees of a variable, without a backend's cost."""

    value = None

    def assign(self, value):
        self.value = str(value.dtype), value.tolist()


def test_a_flipped_bit_never_gives_another_state(checkpoint, caplog):
    content = checkpoint.path.read_bytes()
    allowed = [(HISTORY, values(filled()), 0), ([], [None] * 4, 1)]
    outcomes = []
    for position in range(0, len(content), 3):
        altered = bytearray(content)
        altered[position] ^= 1 << position % 8
        checkpoint.path.write_bytes(altered)
        slots = [Slot() for _ in range(4)]
        caplog.clear()
        history = checkpoint.restore(slots)
        outcomes.append(allowed.index((history, [slot.value for slot in slots], len(caplog.records))))
    # What isn't of the state, such as dates in the archive, may change.
    assert np.mean(outcomes) > 0.7


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", bytes(300), b"not a checkpoint"])
def test_what_is_no_archive_is_not_taken_up(checkpoint, caplog, content):
    checkpoint.path.write_bytes(content)
    assert_damaged(checkpoint, caplog)


def test_another_archive_is_not_taken_up(checkpoint, caplog):
    np.savez(checkpoint.path, weights=np.ones(3))
    assert_damaged(checkpoint, caplog)


def test_a_state_with_too_few_variables_is_not_taken_up(checkpoint, caplog):
    checkpoint.save(filled()[:-1], HISTORY)
    assert_damaged(checkpoint, caplog)


def test_nothing_is_pickled(checkpoint):
    with zipfile.ZipFile(checkpoint.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    arrays = [content for name, content in members.items() if name.endswith(".npy")]
    assert len(arrays) == len(filled())
    for content in arrays:
        np.load(io.BytesIO(content), allow_pickle=False)
    for name in members.keys() - {f"{number}.npy" for number in range(len(arrays))}:
        json.loads(members[name])


class Payload:
    def __reduce__(self):
        return os._exit, (1,)


def test_a_pickle_is_not_opened(checkpoint):
    with zipfile.ZipFile(checkpoint.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    pickled = io.BytesIO()
    np.save(pickled, np.array(Payload(), object), allow_pickle=True)
    with zipfile.ZipFile(checkpoint.path, "w") as archive:
        for name, content in (members | {"1.npy": pickled.getvalue()}).items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        checkpoint.restore(blank())


def test_what_a_kill_while_writing_leaves_is_cleaned(checkpoint):
    folder = checkpoint.path.parent
    leftovers = []
    for _ in range(2):
        with replacing(checkpoint.path) as temporary:
            temporary.write_bytes(checkpoint.path.read_bytes())
            leftovers.append(temporary)
    others = [folder / name for name in (".other.abc.npz", ".checkpoint.abc.keras", "checkpoint.2.npz", "model.keras")]
    for path in leftovers + others:
        path.write_bytes(b"half")
    assert checkpoint.restore(blank()) == HISTORY
    assert set(folder.iterdir()) == {checkpoint.path, *others}


@pytest.mark.parametrize(("owner", "name"), [(tempfile, "mkstemp"), (os, "fsync"), (Path, "replace")])
def test_a_full_disk_is_one_line_and_leaves_the_old_state(checkpoint, monkeypatch, owner, name):
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, full_disk)
        with pytest.raises(InputError) as refused:
            checkpoint.save(blank(), HISTORY[:1])
    message = f"cannot write {checkpoint.path}: No space left on device; free space or change results_dir"
    assert str(refused.value) == message
    assert [found.name for found in checkpoint.path.parent.iterdir()] == ["checkpoint.npz"]
    assert checkpoint.restore(blank()) == HISTORY


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_fills_up_while_writing_is_one_line(tmp_path, monkeypatch):
    mkstemp = tempfile.mkstemp

    def on_full_device(**options):
        handle, name = mkstemp(**options)
        Path(name).unlink()
        Path(name).symlink_to("/dev/full")
        return handle, name

    monkeypatch.setattr(tempfile, "mkstemp", on_full_device)
    with pytest.raises(InputError, match="No space left on device") as refused:
        Checkpoint(tmp_path / "checkpoint.npz", 1, PROVENANCE).save(filled(), HISTORY)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_discarded_state_is_gone(checkpoint):
    checkpoint.discard()
    assert list(checkpoint.path.parent.iterdir()) == []
    assert checkpoint.restore(blank()) == []
    checkpoint.discard()
