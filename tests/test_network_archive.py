import errno
import io
import json
import os
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling import network_archive
from deep_oversampling.checksum import PLACE, seal
from deep_oversampling.errors import InputError
from deep_oversampling.network_archive import load_network, save_network
from deep_oversampling.provenance import Provenance

PROVENANCE = Provenance("generator", {"dataset": "mnist", "name": "größer", "classes": [0, 3]}, seed=5)
INPUT = np.linspace(-1, 1, 6, dtype=np.float32).reshape(3, 2)


@cache
def network():
    layers = [keras.Input((2,), name="latent"), keras.layers.Dense(3, "tanh", kernel_initializer="ones", name="dense")]
    return keras.Sequential(layers, name="network")


def outputs(model):
    return keras.ops.convert_to_numpy(model(INPUT))


@cache
def archived():
    """The bytes of a saved network."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        save_network(path, network(), PROVENANCE)
        return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that all examples of a property share."""
    return tmp_path_factory.mktemp("archive")


def sealed_with(member, content):
    """The bytes of an archive with a right checksum, one of whose members is other than saved, or missing."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archived())) as saved, zipfile.ZipFile(changed, "w") as archive:
        members = {name: saved.read(name) for name in saved.namelist()} | {member: content}
        for name in members.keys() - {member} if content is None else members:
            archive.writestr(name, members[name])
        archive.comment = PLACE
    return seal(changed.getvalue())


def assert_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        load_network(path)
    assert str(refused.value) == f"{path} is truncated or altered; delete it and run again"


# What was saved is loaded


def test_a_network_is_loaded_as_saved(tmp_path):
    save_network(tmp_path / "model.keras", network(), PROVENANCE)
    loaded, provenance = load_network(tmp_path / "model.keras")
    np.testing.assert_array_equal(outputs(loaded), outputs(network()))
    np.testing.assert_allclose(outputs(loaded), np.tanh(INPUT.sum(axis=1))[:, None] * np.ones((1, 3)), rtol=1e-6)
    assert provenance == PROVENANCE


def test_keras_alone_can_load_it(tmp_path):
    save_network(tmp_path / "model.keras", network(), PROVENANCE)
    np.testing.assert_array_equal(outputs(keras.saving.load_model(tmp_path / "model.keras")), outputs(network()))


def test_the_same_network_is_the_same_bytes_at_any_time(tmp_path, monkeypatch):
    save_network(tmp_path / "first.keras", network(), PROVENANCE)
    day_later = network_archive.zipfile.time.time() + 86400
    monkeypatch.setattr(network_archive.zipfile.time, "time", lambda: day_later)
    save_network(tmp_path / "second.keras", network(), PROVENANCE)
    assert (tmp_path / "first.keras").read_bytes() == (tmp_path / "second.keras").read_bytes()


def test_nothing_tells_when_it_was_saved():
    with tempfile.TemporaryFile() as file:
        file.write(archived())
        with zipfile.ZipFile(file) as opened:
            assert {member.date_time for member in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert "date_saved" not in json.loads(opened.read("metadata.json"))
            assert Provenance.from_json(opened.read("provenance.json").decode()) == PROVENANCE


@pytest.mark.parametrize("changed", ["weights", "provenance"])
def test_other_content_is_other_bytes(tmp_path, changed):
    model = keras.models.clone_model(network())
    model.set_weights(network().get_weights())
    provenance = PROVENANCE
    if changed == "weights":
        model.set_weights([weights + 1 for weights in network().get_weights()])
    else:
        provenance = Provenance("generator", {"dataset": "fashion-mnist"})
    save_network(tmp_path / "other.keras", model, provenance)
    assert (tmp_path / "other.keras").read_bytes() != archived()


# Whole or not at all


def test_the_old_file_is_never_replaced_by_half_a_file(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    path.write_bytes(b"old")
    seen = []
    replace = Path.replace

    def watched(self, target):
        seen.append((Path(target), self.read_bytes()))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    save_network(path, network(), PROVENANCE)
    assert seen == [(path, archived())]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("owner", "name"), [(network_archive, "_make_reproducible"), (os, "fsync"), (tempfile, "mkdtemp")]
)
def test_a_full_disk_is_one_line_and_leaves_the_old_file(tmp_path, monkeypatch, owner, name):
    def full_disk(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "model.keras"
    path.write_bytes(b"old")
    monkeypatch.setattr(owner, name, full_disk)
    with pytest.raises(InputError) as refused:
        save_network(path, network(), PROVENANCE)
    assert str(refused.value) == (f"cannot write {path}: No space left on device; free space or change results_dir")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


# What is damaged is refused


def test_every_cut_is_refused(folder):
    content = archived()
    for length in {*range(0, len(content), 97), *range(len(content) - 30, len(content))}:
        assert_refused(folder / "cut.keras", content[:length])


def test_every_altered_byte_is_refused(folder):
    content = archived()
    for number, position in enumerate(range(0, len(content), 37)):
        altered = bytearray(content)
        altered[position] ^= (1, 8, 0x80, 0xFF)[number % 4]
        assert_refused(folder / "altered.keras", altered)


@given(data=st.data(), replacement=st.binary(max_size=20))
def test_altered_stretches_are_refused(folder, data, replacement):
    content = archived()
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, min(len(content), start + 20)))
    altered = content[:start] + replacement + content[stop:]
    if altered != content:
        assert_refused(folder / "stretch.keras", altered)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", bytes(5000)])
def test_what_is_no_archive_is_refused(tmp_path, content):
    assert_refused(tmp_path / "model.keras", content)


def test_another_program_s_archive_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    network().save(path)
    assert_refused(path, path.read_bytes())


def test_code_in_an_archive_is_not_run(tmp_path):
    path = tmp_path / "model.keras"
    ran = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda value: value * 2)])
    save_network(path, ran, PROVENANCE)
    with pytest.raises(InputError) as refused:
        load_network(path)
    assert str(refused.value) == f"Keras {keras.__version__} refuses {path}; delete it and run again"


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("config.json", None),
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("config.json", b'{"module": "keras", "class_name": "Sequential", "config": {}}'),
        ("model.weights.h5", None),
        ("model.weights.h5", b""),
        ("model.weights.h5", b"no weights"),
    ],
)
def test_broken_content_behind_a_right_checksum_is_one_line(tmp_path, member, content):
    path = tmp_path / "model.keras"
    path.write_bytes(sealed_with(member, content))
    with pytest.raises(InputError) as refused:
        load_network(path)
    assert str(refused.value) == f"Keras {keras.__version__} refuses {path}; delete it and run again"


@pytest.mark.parametrize(
    "content", [seal(b"PK no archive" + PLACE), *(("provenance.json", text) for text in (None, b"", b"{}", b"\xff"))]
)
def test_an_archive_that_does_not_say_how_it_was_made_is_one_line(tmp_path, content):
    path = tmp_path / "model.keras"
    path.write_bytes(content if isinstance(content, bytes) else sealed_with(*content))
    with pytest.raises(InputError) as refused:
        load_network(path)
    assert str(refused.value) == f"{path} does not say how it was made; delete it and run again"


def test_nobody_is_told_to_delete_a_network_because_of_the_system(tmp_path, monkeypatch):
    def too_many_files(*_, **__):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    path = tmp_path / "model.keras"
    path.write_bytes(archived())
    monkeypatch.setattr(keras.saving, "load_model", too_many_files)
    with pytest.raises(InputError) as refused:
        load_network(path)
    assert str(refused.value) == f"cannot read {path}: Too many open files"


def test_a_folder_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*: Is a directory"):
        load_network(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.keras does not exist; run the rule that trains it"):
        load_network(tmp_path / "nothing.keras")
