"""Whether two files hold the same bytes."""

from __future__ import annotations

import hashlib

from fileroom.sources.opened import opened

_WHOLE = 8 << 20  # up to this size every byte is compared
_CHUNK = 1 << 20
_SAMPLE = 64 << 10
_SAMPLES = 32


def same_bytes(one: str, other: str) -> bool:
    """Compare two files of the same size; what cannot be read is held to be the same, as its header was.

    Files of more than 8 MiB are compared at their beginning, their end and 30 places between: a copy of a large
    archive must not cost reading it twice. ``check --read-data`` is for those who want every byte.
    """
    try:
        with opened(one) as a, opened(other) as b:
            if a.size != b.size:
                return False
            for offset, length in _stretches(a.size):
                if a.read_at(offset, length) != b.read_at(offset, length):
                    return False
    except OSError:
        return True
    return True


def sha256(path: str) -> bytes:
    """The SHA-256 of all a file holds. Raises OSError."""
    total = hashlib.sha256()
    with opened(path) as file:
        for offset in range(0, file.size, _CHUNK):
            total.update(file.read_at(offset, _CHUNK))
    return total.digest()


def _stretches(size: int) -> list[tuple[int, int]]:
    if size <= _WHOLE:
        return [(offset, _CHUNK) for offset in range(0, size, _CHUNK)]
    last = size - _SAMPLE
    return [(last * index // (_SAMPLES - 1), _SAMPLE) for index in range(_SAMPLES)]
