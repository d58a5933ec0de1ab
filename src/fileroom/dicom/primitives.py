"""The few things that are done once for every element of a header: numbers out of bytes, and which tag is ours.

This is the only part of the fast reader that is written twice: ``primitives.pxd`` has the same functions for the
compiled reader, inlined there. Here each is one call into the standard library.

An element is known by the integer that one unpack gives for its tag in little endian: the element number in the upper
half and the group in the lower. :func:`key_of` makes it; big endian is brought into the same form.
"""

from __future__ import annotations

import os
from stat import S_ISREG
from struct import Struct
from typing import Any, Final

from fileroom.sources.positioned import read_fully

_SLOTS: Final[dict[int, int]] = {}
_element_big: Final = Struct(">HH2sH").unpack_from
_pair_big: Final = Struct(">HHI").unpack_from

COMPILED: Final = False
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


def look(fd: int) -> tuple[int, int, int]:
    """Mode, size and mtime_ns of an open file."""
    about = os.fstat(fd)
    return about.st_mode, about.st_size, about.st_mtime_ns


def filled(cls: type, members: tuple[Any, ...], values: list[Any]) -> Any:
    """A new instance of ``cls`` with ``values`` in the slots that ``members`` describe."""
    made: Any = object.__new__(cls)
    for member, value in zip(members, values, strict=True):
        member.__set__(made, value)
    return made


def text(raw: bytes) -> str:
    """A value in the default repertoire, without its padding."""
    return raw.rstrip(b"\0 ").decode("latin-1")


def is_digits_and_dots(uid: str) -> bool:
    """Whether a UID is as UIDs should be (PS3.5 9.1)."""
    return uid.replace(".", "").isdecimal()


def open_head(path: str, flags: int, length: int) -> tuple[int, int, int, int, bytes]:
    """A file, opened: its descriptor, what :func:`look` says, and its first ``length`` bytes if it is a regular one."""
    fd = os.open(path, flags)
    try:
        mode, size, mtime_ns = look(fd)
        return fd, mode, size, mtime_ns, read_fully(fd, 0, min(length, size)) if S_ISREG(mode) else b""
    except BaseException:
        os.close(fd)
        raise
