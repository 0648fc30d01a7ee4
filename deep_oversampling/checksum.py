"""A file's checksum, kept in the file: any altered byte shows."""

import hashlib

_PREFIX = b"deep-oversampling file sha256 "
_BLANK = b"0" * 64
PLACE = _PREFIX + _BLANK
"""What a file holds, once, where its checksum will stand."""


def seal(content: bytes) -> bytes:
    """Put the checksum of a file in its place.

    Parameters
    ----------
    content : bytes
        Of the whole file, with :data:`PLACE` in it.

    Returns
    -------
    bytes
        As many; the checksum is the SHA-256 of ``content``.

    Raises
    ------
    ValueError
        If there is no place for it.
    """
    start = content.rindex(PLACE) + len(_PREFIX)
    return content[:start] + _digest(content) + content[start + len(_BLANK) :]


def is_sealed(content: bytes) -> bool:
    """Return whether a file has a checksum, be it right or wrong."""
    return _PREFIX in content


def is_whole(content: bytes) -> bool:
    """Return whether a file has a checksum, and is as it was when :func:`seal` put it there."""
    start = content.rfind(_PREFIX) + len(_PREFIX)
    end = start + len(_BLANK)
    return is_sealed(content) and content[start:end] == _digest(content[:start] + _BLANK + content[end:])


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
