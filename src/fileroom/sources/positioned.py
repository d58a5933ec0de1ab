"""Bytes at positions: of an open file, of some stretches of one, and all of them as a file object for libraries."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import WriteableBuffer

READ_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class Positioned(Protocol):
    """Where bytes come from."""

    @property
    def size(self) -> int:
        """How many there are."""

    def read_at(self, position: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``position`` on; fewer only where the end is."""


class TooMuch(ValueError):
    """More was asked for than a reader of directories may have."""


if hasattr(os, "pread"):

    def read_fd(fd: int, position: int, length: int) -> bytes:
        """One positioned read of a descriptor."""
        return os.pread(fd, length, position)

else:  # Windows has no pread; each reader owns its descriptor, so moving its position harms nobody

    def read_fd(fd: int, position: int, length: int) -> bytes:
        """One positioned read of a descriptor."""
        os.lseek(fd, position, os.SEEK_SET)
        return os.read(fd, length)


def read_fully(fd: int, position: int, length: int) -> bytes:
    """Up to ``length`` bytes of a descriptor; one read may be short (a network drive, a signal)."""
    data = read_fd(fd, position, length)
    if len(data) == length:
        return data
    while more := read_fd(fd, position + len(data), length - len(data)):
        data += more
    return data


class Plain:
    """An open file."""

    def __init__(self, fd: int, size: int) -> None:
        self.fd = fd
        self.size = size

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`Positioned` says."""
        length = min(length, self.size - position)
        return read_fully(self.fd, position, length) if position >= 0 and length > 0 else b""


class Stretches:
    """Some stretches of another source, (offset, length) each, one after the other."""

    def __init__(self, source: Positioned, stretches: Sequence[tuple[int, int]]) -> None:
        self._source = source
        self._stretches = stretches
        self.size = sum(length for _, length in stretches)
        self.begin = stretches[0][0] if stretches else 0

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`Positioned` says."""
        if position < 0:
            return b""
        parts = []
        for offset, room in self._stretches:
            if position < room and length > 0:
                wanted = min(length, room - position)
                part = self._source.read_at(offset + position, wanted)
                parts.append(part)
                if len(part) < wanted:
                    break
                length -= wanted
                position = room
            position -= room
        return parts[0] if len(parts) == 1 else b"".join(parts)


class AsFile(io.RawIOBase):
    """A source as the file object that libraries want. One read gets at most ``most`` bytes and all of them together
    at most ``budget``: who claims that a directory is longer than any can be is told so by TooMuch."""

    name = ""  # asked for by libraries; there is none on the disk

    def __init__(self, source: Positioned, *, most: int | None = None, budget: int | None = None) -> None:
        super().__init__()
        self._source = source
        self._most = most
        self._budget = budget
        self._position = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._source.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Where we are."""
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Up to ``size`` bytes from where we are."""
        room = max(0, self._source.size - self._position)
        length = room if size is None or size < 0 else min(size, room)
        if self._most is not None and length > self._most:
            raise TooMuch("a directory that is longer than any should be")
        if self._budget is not None:
            self._budget -= length
            if self._budget < 0:
                raise TooMuch("directories that are longer than any should be")
        data = self._source.read_at(self._position, length)
        self._position += len(data)
        return data

    def readinto(self, buffer: WriteableBuffer) -> int:
        """As :meth:`read`, into a buffer."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)
