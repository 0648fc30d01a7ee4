from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from deep_oversampling.datasets.idx import parse_idx, read_idx
from deep_oversampling.errors import InputError

IMAGES = arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, max_side=6))
LABELS = arrays(np.uint8, st.integers(0, 20))


@given(array=IMAGES | LABELS)
def test_what_was_written_is_read(idx_bytes, array):
    read = parse_idx(idx_bytes(array), "file")
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, array)


@given(array=IMAGES | LABELS, data=st.data())
def test_a_file_cut_at_any_byte_is_refused(idx_bytes, array, data):
    content = idx_bytes(array)
    with pytest.raises(InputError) as refused:
        parse_idx(content[: data.draw(st.integers(0, len(content) - 1))], "file")
    assert "\n" not in str(refused.value)


def test_every_cut_of_one_file_is_refused(idx_bytes):
    content = idx_bytes(np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
    for length in range(len(content)):
        with pytest.raises(InputError):
            parse_idx(content[:length], "file")


@given(extra=st.binary(min_size=1))
def test_bytes_after_the_end_are_refused(idx_bytes, extra):
    with pytest.raises(InputError, match="expected 11"):
        parse_idx(idx_bytes(np.arange(3, dtype=np.uint8)) + extra, "file")


@given(content=st.binary())
def test_any_bytes_are_read_or_refused(content):
    with suppress(InputError):
        assert parse_idx(content, "file").nbytes < len(content)


@pytest.mark.parametrize("magic", [0x0802, 0x0B01, 0x0D03, 0x01080000])
def test_another_magic_number_is_refused(magic):
    with pytest.raises(InputError, match="no IDX file of images or labels"):
        parse_idx(magic.to_bytes(4, "big") + bytes(64), "file")


@pytest.mark.parametrize("shape", [(2, 0, 3), (2**32 - 1, 2**32 - 1, 0)])
def test_images_without_pixels_are_refused(shape):
    with pytest.raises(InputError, match="without pixels"):
        parse_idx(np.array([0x0803, *shape], ">u4").tobytes(), "file")


def test_impossibly_large_dimensions_are_refused():
    with pytest.raises(InputError, match="16 bytes, expected"):
        parse_idx(np.array([0x0803, *[2**32 - 1] * 3], ">u4").tobytes(), "file")


def test_a_file_is_read(tmp_path, idx_bytes):
    path = tmp_path / "labels"
    path.write_bytes(idx_bytes(np.array([3, 1], np.uint8)))
    assert read_idx(path).tolist() == [3, 1]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*labels: No such file"):
        read_idx(tmp_path / "labels")
