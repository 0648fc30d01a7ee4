import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deep_oversampling.checksum import PLACE, is_sealed, is_whole, seal

CONTENT = st.binary().filter(lambda content: not is_sealed(content))


@given(before=CONTENT, after=CONTENT)
def test_a_sealed_file_is_whole_and_as_long(before, after):
    content = before + PLACE + after
    assert is_whole(seal(content))
    assert len(seal(content)) == len(content)
    assert not is_whole(content)
    assert is_sealed(content)


def test_the_checksum_is_sha_256_of_the_file_with_its_place_blank():
    content = b"before" + PLACE + b"after"
    digest = hashlib.sha256(content).hexdigest().encode()
    assert seal(content) == b"before" + PLACE.rstrip(b"0") + digest + b"after"


@given(data=st.data(), sealed=st.builds(lambda a, b: seal(a + PLACE + b), CONTENT, CONTENT))
def test_any_altered_bit_shows(data, sealed):
    position = data.draw(st.integers(0, len(sealed) - 1))
    altered = bytearray(sealed)
    altered[position] ^= 1 << data.draw(st.integers(0, 7))
    assert not is_whole(bytes(altered))


@given(content=CONTENT)
def test_what_was_never_sealed_isn_t_whole(content):
    assert not is_whole(content)


def test_a_file_without_a_place_cannot_be_sealed():
    with pytest.raises(ValueError, match="not found"):
        seal(b"content")
