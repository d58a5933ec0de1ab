"""The few things that are done once for every element of a header: numbers out of bytes, and which tag is ours.

This is the only part of the fast reader that is written twice: ``primitives.pxd`` has the same functions for the
compiled reader, inlined there. Here each is one call into the standard library.

An element is known by the integer that one unpack gives for its tag in little endian: the element number in the upper
half and the group in the lower. :func:`key_of` makes it; big endian is brought into the same form.
"""

from __future__ import annotations

import os
from contextlib import suppress
from math import isfinite
from stat import S_ISREG
from struct import Struct
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from fileroom.dicom.source import FileSource
from fileroom.sources.positioned import read_fully

if TYPE_CHECKING:
    from collections.abc import Sequence

_SLOTS: Final[dict[int, int]] = {}
_two_words: Final = Struct("<II").pack
_element_big: Final = Struct(">HH2sH").unpack_from
_pair_big: Final = Struct(">HHI").unpack_from

_ESC: Final = 0x1B

COMPILED: Final = False
NO_SLOT: Final = -1
element: Final = Struct("<IHH").unpack_from  # key, VR, length of 16 bits
pair: Final = Struct("<II").unpack_from  # key, length of 32 bits: implicit elements and items
slot_of: Final = _SLOTS.get  # the slot of a key, or what is given in its stead


def learn(slots: dict[int, int], may_keep: bytes) -> None:  # noqa: ARG001 - what is kept is the compiled reader's
    """What :func:`slot_of` knows from now on, and of which slots the last value may be kept."""
    _SLOTS.update(slots)


def key_of(tag: int) -> int:
    """The key of a tag; the same the other way round."""
    return (tag & 0xFFFF) << 16 | tag >> 16


def element_big(buffer: bytes, offset: int) -> tuple[int, int, int]:
    """As ``element``, in big endian."""
    group, number, vr, length = _element_big(buffer, offset)
    return number << 16 | group, vr[0] | vr[1] << 8, length


def pair_big(buffer: bytes, offset: int) -> tuple[int, int]:
    """As ``pair``, in big endian."""
    group, number, length = _pair_big(buffer, offset)
    return number << 16 | group, length


def cut(slot: int, buffer: bytes, start: int, stop: int) -> bytes:  # noqa: ARG001 - as above
    """The value of a slot, or of none; the compiled reader gives the very object that the file before had there when it
    holds the same. As with any slice there may be less of it."""
    return buffer[start:stop]


def open_source(path: str, flags: int, length: int) -> FileSource:
    """A file, opened, with its first ``length`` bytes if it is a regular one."""
    fd, regular, size, mtime_ns, head = open_head(path, flags, length)
    return FileSource(fd, size, head, mtime_ns, regular)


def open_head(path: str, flags: int, length: int) -> tuple[int, bool, int, int, bytes]:
    """What :func:`open_source` is made of."""
    fd = os.open(path, flags)
    try:
        about = os.fstat(fd)
        size, regular = about.st_size, S_ISREG(about.st_mode)
        return fd, regular, size, about.st_mtime_ns, read_fully(fd, 0, min(length, size)) if regular else b""
    except BaseException:
        os.close(fd)
        raise


def leave(fd: int, size: int, mtime_ns: int) -> bool:
    """Close a file; whether it still has the size and time with which it was opened."""
    try:
        about = os.fstat(fd)
    except OSError:  # a drive that was pulled
        return False
    else:
        return about.st_size == size and about.st_mtime_ns == mtime_ns
    finally:
        with suppress(OSError):
            os.close(fd)


def fetch(folder: bytes, names: list[bytes], length: int) -> int:
    """Ask the system to fetch the first ``length`` bytes of some files of a folder, without waiting for them; how many
    blocks had to come from the disk, as far as the system tells. Systems that cannot be asked are not."""
    if not hasattr(os, "posix_fadvise"):
        return 0
    before = _blocks_fetched()
    for name in names:
        with suppress(OSError, ValueError):  # who reads it finds out
            fd = os.open(folder + b"/" + name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
            try:
                os.posix_fadvise(fd, 0, length, os.POSIX_FADV_WILLNEED)
            finally:
                os.close(fd)
    return _blocks_fetched() - before


def _blocks_fetched() -> int:
    from resource import RUSAGE_THREAD, getrusage  # of one thread: Linux alone

    return getrusage(RUSAGE_THREAD).ru_inblock


def layout(cls: type, names: Sequence[str]) -> Any:
    """Where the slots of ``names`` lie in an instance of ``cls``: for :func:`filled`."""
    return tuple([cls.__dict__[name] for name in names])


def filled(cls: type, slots: Any, values: list[Any], more: tuple[Any, ...]) -> Any:
    """A new instance of ``cls`` with ``values``, and then ``more``, in the slots of a :func:`layout`."""
    made: Any = object.__new__(cls)
    for slot, value in zip(slots, [*values, *more], strict=True):
        slot.__set__(made, value)
    return made


def differing(cls: type, slots: Any, keys: tuple[str, ...], one: Any, other: Any) -> dict[str, Any]:
    """What ``one`` has in the slots of a :func:`layout` where the ``other``, of the same class ``cls``, has something
    else, by the key of each slot."""
    if type(one) is not cls or type(other) is not cls:
        raise TypeError("not of that class")
    found = zip(keys, [(slot.__get__(one), slot.__get__(other)) for slot in slots], strict=True)
    return {key: mine for key, (mine, theirs) in found if mine is not theirs and mine != theirs}


def text(raw: bytes) -> str:
    """A value in the default repertoire, without its padding."""
    return raw.rstrip(b"\0 ").decode("latin-1")


def is_digits_and_dots(uid: str) -> bool:
    """Whether a UID is as UIDs should be (PS3.5 9.1)."""
    return uid.replace(".", "").isdecimal()


def is_plain(raw: bytes) -> bool:
    """Whether it is ASCII without escapes: the same text in every character set."""
    return raw.isascii() and _ESC not in raw


def are_finite(numbers: tuple[float, ...]) -> bool:
    """Whether none is infinite or NaN; finite ones may well have a sum that is not."""
    return isfinite(sum(numbers)) or all(map(isfinite, numbers))


def are_ascii(values: list[Any], slots: bytes) -> bool:
    """Whether the texts in some slots are all ASCII."""
    return "".join([values[slot] for slot in slots]).isascii()


def folds() -> bool:
    """Whether a compiled :func:`digest` is fast here, without zlib."""
    return False


def digest(head: bytes, half: int, end: int) -> bytes:
    """The CRC-32 of what stands before and of what stands behind ``half`` in the first ``end`` bytes."""
    return _two_words(crc32(head[: min(half, end)]), crc32(head[half:end]) if end > half else 0)
