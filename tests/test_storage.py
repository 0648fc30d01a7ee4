import errno
import json
import os
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.schemas import FID, HISTORY, SCORE, image_schema
from deep_oversampling.storage import (
    ImageSet,
    content_digest,
    read_frame,
    read_images,
    read_provenance,
    read_table,
    replacing,
    write_csv,
    write_images,
    write_rows,
    write_table,
)

PROVENANCE = Provenance("skewed", {"dataset": "mnist", "ratio": 40, "name": "größer"}, seed=7)
IMAGES = ImageSet(
    np.random.default_rng(0).integers(0, 256, (9, 12), np.uint8),
    np.repeat(np.array([0, 3], np.uint8), [7, 2]),
    np.arange(9, dtype=np.uint32)[::-1] * 1000,
)
EPOCHS = [
    {"phase": "training", "epoch": 1, "term": "loss", "value": 2.5, "seconds": 0.25, "images_per_second": 40.0},
    {"phase": "training", "epoch": 2, "term": "loss", "value": None, "seconds": 0.5, "images_per_second": 20.0},
]
SCORE_ROW = {
    "dataset": "mnist",
    "minority": "3-4-5",
    "imbalance_ratio": 40,
    "replicate": 0,
    "method": "SMOTE",
    "classifier": "MLP",
    "protocol": "paper",
    "classifier_seed": 0,
    "confusion": [[5, 1], [0, 2**40]],
    "log_loss": [0.1, 1e300],
    "roc_auc": [0.5, 1.0],
    "average_precision": [0.25, 1.0],
    "calibration_error": 0.125,
    "candidates": [{"weight": 1.0, "fold": 0, "minority_f1": 0.5}, {"weight": 2.0, "fold": 1, "minority_f1": 0.25}],
    "chosen_weight": None,
    "logit_adjustments": [],
    "logit_adjustment": 1.0,
    "refitted_in_folds": None,
    "notes": ["fold 0: k_neighbors 2 instead of 5", ""],
    "search_seconds": 1.5,
    "fit_seconds": 2.5,
}


@st.composite
def image_sets(draw):
    images = draw(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)))
    images = images[: draw(st.integers(0, len(images)))]
    labels = draw(arrays(np.uint8, len(images)))
    source_index = draw(st.none() | arrays(np.uint32, len(images)))
    return ImageSet(images, labels, source_index)


def assert_same_images(found, expected):
    for name in ("images", "labels", "source_index"):
        one, other = getattr(found, name), getattr(expected, name)
        assert (one is None) == (other is None), name
        if one is not None:
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other, err_msg=name)


def one_line(refused):
    message = str(refused.value)
    assert message
    assert "\n" not in message
    return message


@cache
def image_file():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.parquet"
        write_images(path, IMAGES, PROVENANCE)
        return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that all examples of a property share."""
    return tmp_path_factory.mktemp("storage")


# What was written is read


@settings(max_examples=40)
@given(image_set=image_sets())
def test_images_are_read_as_written(folder, image_set):
    path = folder / "images.parquet"
    write_images(path, image_set, PROVENANCE)
    if not len(image_set):
        image_set = ImageSet(image_set.images, image_set.labels, None)
    assert_same_images(read_images(path), image_set)


@pytest.mark.parametrize("source_index", [None, np.empty(0, np.uint32)])
def test_no_images_keep_their_number_of_pixels(tmp_path, source_index):
    nothing = ImageSet(np.empty((0, 784), np.uint8), np.empty(0, np.uint8), source_index)
    write_images(tmp_path / "nothing.parquet", nothing, PROVENANCE)
    read = read_images(tmp_path / "nothing.parquet")
    assert len(read) == 0
    assert read.images.shape == (0, 784)
    assert read.source_index is None


@pytest.mark.parametrize("arrange", [lambda images: images[:, ::-1], np.asfortranarray])
def test_images_may_lie_in_memory_in_any_way(tmp_path, arrange):
    strided = ImageSet(arrange(IMAGES.images[::2]), IMAGES.labels[::2], IMAGES.source_index[::2])
    write_images(tmp_path / "images.parquet", strided, PROVENANCE)
    assert_same_images(read_images(tmp_path / "images.parquet"), strided)


def test_pixels_are_scaled_to_the_unit_interval():
    every_byte = ImageSet(np.arange(256, dtype=np.uint8).reshape(1, 256), np.zeros(1, np.uint8))
    scaled = every_byte.scaled()
    assert scaled.dtype == np.float32
    assert (scaled[0, 0], scaled[0, -1]) == (0, 1)
    np.testing.assert_allclose(scaled[0], np.linspace(0, 1, 256), rtol=1e-6)


def test_rows_are_read_as_written(tmp_path):
    write_rows(tmp_path / "score.parquet", [SCORE_ROW, SCORE_ROW | {"replicate": 1}], SCORE, PROVENANCE)
    table = read_table(tmp_path / "score.parquet", SCORE)
    assert table.to_pylist() == [SCORE_ROW, SCORE_ROW | {"replicate": 1}]
    assert table.schema.equals(SCORE)


def test_no_rows_keep_their_columns(tmp_path):
    write_rows(tmp_path / "score.parquet", [], SCORE, PROVENANCE)
    assert read_table(tmp_path / "score.parquet", SCORE).num_rows == 0


def test_a_frame_is_read_as_written_whatever_its_index_and_order(tmp_path):
    frame = pd.DataFrame(EPOCHS, index=[5, 3])
    write_table(tmp_path / "history.parquet", frame[frame.columns[::-1]], HISTORY, PROVENANCE)
    expected = frame.reset_index(drop=True).astype({"epoch": np.int32})
    pd.testing.assert_frame_equal(read_frame(tmp_path / "history.parquet", HISTORY), expected)


def test_a_csv_is_read_as_written(tmp_path):
    frame = pd.DataFrame({"method": ["SMOTE", "a,b"], "f1": [0.1, None]})
    write_csv(tmp_path / "table.csv", frame)
    assert (tmp_path / "table.csv").read_text() == 'method,f1\nSMOTE,0.1\n"a,b",\n'


def test_provenance_is_read_as_written(tmp_path):
    write_images(tmp_path / "images.parquet", IMAGES, PROVENANCE)
    assert read_provenance(tmp_path / "images.parquet") == PROVENANCE


def test_any_parquet_reader_can_open_a_file(tmp_path):
    write_rows(tmp_path / "history.parquet", EPOCHS, HISTORY, PROVENANCE)
    assert pq.read_table(tmp_path / "history.parquet").to_pylist() == EPOCHS


def test_the_same_content_is_the_same_bytes(tmp_path):
    write_images(tmp_path / "first.parquet", IMAGES, PROVENANCE)
    copies = ImageSet(IMAGES.images.copy(), IMAGES.labels.copy(), IMAGES.source_index.copy())
    write_images(tmp_path / "second.parquet", copies, PROVENANCE)
    assert (tmp_path / "first.parquet").read_bytes() == (tmp_path / "second.parquet").read_bytes()
    write_images(tmp_path / "third.parquet", IMAGES, Provenance("skewed"))
    assert (tmp_path / "first.parquet").read_bytes() != (tmp_path / "third.parquet").read_bytes()


# Whole or not at all


def test_the_old_file_stays_until_the_block_ends(tmp_path):
    path = tmp_path / "new" / "file.parquet"
    with replacing(path) as temporary:
        temporary.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.parent == path.parent
        assert temporary.suffix == ".parquet"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, InputError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("existing", [True, False])
def test_a_block_that_raises_leaves_everything_as_it_was(tmp_path, error, existing):
    path = tmp_path / "file"
    if existing:
        path.write_text("old")
    before = {found: found.read_text() for found in tmp_path.iterdir()}

    def write_half():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert {found: found.read_text() for found in tmp_path.iterdir()} == before


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_has_the_permissions_of_any_other(tmp_path, mask):
    before = os.umask(mask)
    try:
        with replacing(tmp_path / "file") as temporary:
            temporary.write_text("new")
        (tmp_path / "plain").touch()
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WRITERS = {
    "images": lambda path: write_images(path, IMAGES, PROVENANCE),
    "rows": lambda path: write_rows(path, EPOCHS, HISTORY, PROVENANCE),
    "csv": lambda path: write_csv(path, pd.DataFrame(EPOCHS)),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize(
    ("owner", "name"),
    [(tempfile, "mkstemp"), (os, "fsync"), (Path, "replace"), (Path, "mkdir")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_full_disk_is_one_line_and_leaves_the_old_file(tmp_path, monkeypatch, write, owner, name):
    path = tmp_path / "file"
    path.write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, full_disk)
        with pytest.raises(InputError) as refused:
            write(path)
    assert one_line(refused) == f"cannot write {path}: No space left on device; free space or change results_dir"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_disk_that_fills_up_while_writing_is_one_line(tmp_path, monkeypatch, write):
    mkstemp = tempfile.mkstemp

    def on_full_device(**options):
        handle, name = mkstemp(**options)
        Path(name).unlink()
        Path(name).symlink_to("/dev/full")
        return handle, name

    monkeypatch.setattr(tempfile, "mkstemp", on_full_device)
    with pytest.raises(InputError, match="No space left on device") as refused:
        write(tmp_path / "file")
    one_line(refused)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "mkstemp", denied)
    with pytest.raises(InputError, match=r"cannot write .*images\.parquet: Permission denied") as refused:
        write_images(tmp_path / "images.parquet", IMAGES, PROVENANCE)
    one_line(refused)


def test_a_file_where_a_folder_should_be_is_one_line(tmp_path):
    (tmp_path / "results").touch()
    with pytest.raises(InputError, match="cannot write") as refused:
        write_images(tmp_path / "results" / "images.parquet", IMAGES, PROVENANCE)
    one_line(refused)


def test_a_folder_where_the_file_should_be_is_one_line(tmp_path):
    (tmp_path / "images.parquet").mkdir()
    with pytest.raises(InputError, match="cannot write") as refused:
        write_images(tmp_path / "images.parquet", IMAGES, PROVENANCE)
    one_line(refused)
    assert [found.name for found in tmp_path.iterdir()] == ["images.parquet"]


# What is damaged or foreign is refused


def assert_refused(path, content):
    path.write_bytes(content)
    for read in (read_images, read_table, read_provenance, content_digest):
        with pytest.raises(InputError) as refused:
            read(path)
        assert str(path) in one_line(refused)
        assert "delete it and run again" in str(refused.value)


def test_every_cut_is_refused(tmp_path):
    content = image_file()
    for length in {*range(0, len(content), 13), *range(10), *range(len(content) - 80, len(content))}:
        assert_refused(tmp_path / "images.parquet", content[:length])


def test_altered_bytes_all_over_the_file_are_refused(folder):
    content = image_file()
    path = folder / "altered.parquet"
    for position in range(0, len(content), 3):
        altered = bytearray(content)
        altered[position] ^= 1 << position % 8
        path.write_bytes(altered)
        with pytest.raises(InputError):
            read_images(path)


@settings(max_examples=50)
@given(data=st.data(), replacement=st.binary(max_size=20))
def test_altered_stretches_are_refused_by_every_reader(folder, data, replacement):
    content = image_file()
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, min(len(content), start + 20)))
    altered = content[:start] + replacement + content[stop:]
    if altered != content:
        assert_refused(folder / "stretch.parquet", altered)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"image,label\n0,1\n", bytes(5000)])
def test_what_is_no_parquet_is_refused(tmp_path, content):
    assert_refused(tmp_path / "images.parquet", content)


def test_a_file_without_provenance_is_refused(tmp_path):
    path = tmp_path / "images.parquet"
    table = pa.Table.from_pylist([{"image": bytes(4), "label": 1, "source_index": 0}], image_schema(4))
    pq.write_table(table, path)
    with pytest.raises(InputError, match="was not written by deep-oversampling; delete it and run again"):
        read_images(path)
    with pytest.raises(InputError, match="was not written by deep-oversampling"):
        read_provenance(path)


def write_as_another_version(path, monkeypatch, **changed):
    """Write a table with other fields in its provenance; what is changed to ``...`` is left out."""
    fields = {**json.loads(Provenance("skewed", versions={"deep-oversampling": "9.0"}).to_json()), **changed}
    text = json.dumps({name: value for name, value in fields.items() if value is not ...})
    with monkeypatch.context() as patched:
        patched.setattr(Provenance, "to_json", lambda _: text)
        write_rows(path, EPOCHS, HISTORY, PROVENANCE)


@pytest.mark.parametrize("change", [{"licence": "MIT"}, {"settings_hash": ...}])
def test_a_file_of_a_later_version_tells_which(tmp_path, monkeypatch, change):
    path = tmp_path / "history.parquet"
    write_as_another_version(path, monkeypatch, **change)
    assert read_provenance(path).versions == {"deep-oversampling": "9.0"}


def test_a_file_with_half_a_provenance_is_one_line(tmp_path, monkeypatch):
    path = tmp_path / "history.parquet"
    write_as_another_version(path, monkeypatch, kind=...)
    with pytest.raises(InputError, match="'kind'; delete the file and run again") as refused:
        read_provenance(path)
    one_line(refused)


@pytest.mark.parametrize("read", [read_images, read_table, read_provenance, content_digest])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(InputError, match=r"nothing\.parquet does not exist; run the rule that makes it"):
        read(tmp_path / "nothing.parquet")


@pytest.mark.parametrize("read", [read_images, read_table, read_provenance])
def test_a_folder_cannot_be_read(tmp_path, read):
    with pytest.raises(InputError, match=r"cannot read .*: Is a directory"):
        read(tmp_path)


def test_other_columns_are_refused(tmp_path):
    path = tmp_path / "history.parquet"
    write_rows(path, EPOCHS, HISTORY, PROVENANCE)
    for schema in (FID, HISTORY.remove(0), HISTORY.set(1, pa.field("epoch", pa.int64()))):
        with pytest.raises(InputError, match="other columns than expected") as refused:
            read_table(path, schema)
        one_line(refused)
    with pytest.raises(InputError, match="holds no images"):
        read_images(path)


# Comparing contents


def digest_of(path, rows, schema=HISTORY, provenance=PROVENANCE):
    write_rows(path, rows, schema, provenance)
    return content_digest(path)


def test_a_digest_leaves_out_what_a_clock_measured_and_provenance(tmp_path):
    path = tmp_path / "history.parquet"
    digest = digest_of(path, EPOCHS)
    assert digest_of(path, EPOCHS) == digest
    assert digest_of(path, [row | {"seconds": 9.0, "images_per_second": None} for row in EPOCHS]) == digest
    assert digest_of(path, EPOCHS, provenance=Provenance("other", seed=8, versions={})) == digest
    assert digest_of(path, [SCORE_ROW], SCORE) == digest_of(path, [SCORE_ROW | {"fit_seconds": 7.0}], SCORE)


@pytest.mark.parametrize(
    "changed", [{"value": 2.5000000000000004}, {"value": None}, {"epoch": 3}, {"term": "Loss"}, {"phase": None}]
)
def test_a_digest_changes_with_any_content(tmp_path, changed):
    path = tmp_path / "history.parquet"
    assert digest_of(path, [EPOCHS[0] | changed, EPOCHS[1]]) != digest_of(path, EPOCHS)


def test_a_digest_changes_with_the_rows_and_their_order(tmp_path):
    path = tmp_path / "history.parquet"
    digests = {digest_of(path, rows) for rows in (EPOCHS, EPOCHS[::-1], EPOCHS[:1], [*EPOCHS, EPOCHS[0]], [])}
    assert len(digests) == 5


@settings(max_examples=10)
@given(position=st.integers(0, IMAGES.images.size - 1), bit=st.integers(0, 7))
def test_a_digest_changes_with_any_pixel(folder, position, bit):
    images = IMAGES.images.copy()
    images.ravel()[position] ^= 1 << bit
    write_images(folder / "one.parquet", IMAGES, PROVENANCE)
    write_images(folder / "other.parquet", ImageSet(images, IMAGES.labels, IMAGES.source_index), PROVENANCE)
    assert content_digest(folder / "one.parquet") != content_digest(folder / "other.parquet")


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    left = [tmp_path / name for name in (".0.k1ll3d.parquet", ".0.other.parquet")]
    others = [tmp_path / name for name in (".10.parquet", ".0.k1ll3d.keras", "0.1.parquet", ".1.k1ll3d.parquet")]
    for path in left + others:
        path.write_bytes(b"half")
    with replacing(tmp_path / "0.parquet") as temporary:
        temporary.write_bytes(b"whole")
    assert set(tmp_path.iterdir()) == {tmp_path / "0.parquet", *others}
