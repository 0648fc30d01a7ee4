from dataclasses import replace

import numpy as np
import pytest

from deep_oversampling.datasets.catalogue import md5_digest
from deep_oversampling.datasets.idx import parse_idx
from deep_oversampling.datasets.parquet import convert
from deep_oversampling.errors import InputError
from deep_oversampling.provenance import Provenance
from deep_oversampling.storage import read_images, write_images

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.mark.parametrize(("split", "prefix"), [("train", "train"), ("test", "t10k")])
def test_a_split_keeps_every_image_in_order(tmp_path, tiny, contents, put, split, prefix):
    image_set = convert(put(tmp_path), tiny, split)
    images = parse_idx(contents[f"{prefix}-images-idx3-ubyte"], "images")
    np.testing.assert_array_equal(image_set.images, images.reshape(-1, 12))
    np.testing.assert_array_equal(image_set.labels, parse_idx(contents[f"{prefix}-labels-idx1-ubyte"], "labels"))
    np.testing.assert_array_equal(image_set.source_index, np.arange(len(images)))
    assert image_set.source_index.dtype == np.uint32


def test_a_converted_split_survives_storage(tmp_path, tiny, put):
    image_set = convert(put(tmp_path), tiny, "train")
    write_images(tmp_path / "train.parquet", image_set, Provenance("original"))
    stored = read_images(tmp_path / "train.parquet")
    np.testing.assert_array_equal(stored.images, image_set.images)
    np.testing.assert_array_equal(stored.source_index, image_set.source_index)


def test_a_file_altered_since_it_was_fetched_is_refused(tmp_path, tiny, contents, put):
    put(tmp_path)
    altered = bytearray(contents[IMAGES])
    altered[-1] ^= 1
    (tmp_path / IMAGES).write_bytes(altered)
    with pytest.raises(InputError, match=f"{IMAGES} was altered: MD5 .* expected {tiny.md5[IMAGES]}"):
        convert(tmp_path, tiny, "train")


def test_a_missing_file_is_named(tmp_path, tiny, put):
    (put(tmp_path) / LABELS).unlink()
    with pytest.raises(InputError, match=f"cannot read .*{LABELS}: No such file"):
        convert(tmp_path, tiny, "train")


def test_an_unknown_split_is_refused(tmp_path, tiny):
    with pytest.raises(InputError, match="unknown split 'valid'; known are train, test"):
        convert(tmp_path, tiny, "valid")


def test_files_that_do_not_belong_together_are_refused(tmp_path, tiny, contents, put, idx_bytes):
    labels = idx_bytes(np.zeros(4, np.uint8))
    (put(tmp_path) / LABELS).write_bytes(labels)
    fewer = replace(tiny, md5={**tiny.md5, LABELS: md5_digest(labels)})
    with pytest.raises(InputError, match=r"\(5, 4, 3\) and labels of shape \(4,\)"):
        convert(tmp_path, fewer, "train")
