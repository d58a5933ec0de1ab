"""A new file of ours, written from its beginning to its end and forced to the disk: as little as that can cost.

Where the system lets us (Linux: O_DIRECT), the bytes go to the disk straight from a buffer of ours while more of them
arrive, so that forcing them at the end has next to nothing left to do, and what others read often stays in the cache of
the system. What does not fit the disk's blocks goes the usual way, and so does everything where there is no other.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
from typing import TYPE_CHECKING, Final

from fileroom.sources.positioned import read_fully

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECT: Final = getattr(os, "O_DIRECT", 0)
_SAFELY: Final = getattr(os, "RWF_DSYNC", 0)  # a write that is forced by the same call
_BINARY: Final = getattr(os, "O_BINARY", 0)
ROOM: Final = 640 << 10  # bytes that go to the disk at once: most images whole
BLOCK: Final = 4096  # what is written past the cache is whole blocks, of the largest size that disks have
_FEW: Final = 64 << 10  # so few bytes at the end are not worth a write of their own past the cache
_HEAD: Final = 16 << 10
_SPARE: Final = 8


class Buffers:
    """Buffers that lie as the disk wants them, used again and again. Safe to use from several threads."""

    def __init__(self) -> None:
        self._spare: list[memoryview] = []

    def take(self) -> memoryview:
        """One that nobody uses."""
        with contextlib.suppress(IndexError):
            return self._spare.pop()
        return memoryview(mmap.mmap(-1, ROOM))  # begins at a page

    def give(self, buffer: memoryview) -> None:
        """It is not needed any more."""
        if len(self._spare) < _SPARE:
            self._spare.append(buffer)


class Straight:
    """A file that is being written at ``path``: a ``new`` one, or one that is there. OSError as the system says it."""

    def __init__(self, path: str, buffers: Buffers, *, new: bool = True) -> None:
        self.size = 0
        self._flags = os.O_RDWR | (os.O_CREAT | os.O_EXCL if new else 0) | _BINARY
        self._direct = DIRECT
        try:
            self._handle = os.open(path, self._flags | self._direct, 0o600)
        except OSError as error:
            if not self._direct or error.errno != errno.EINVAL:
                raise
            self._direct = 0  # a file system without it, as one in memory
            if new:
                with contextlib.suppress(FileNotFoundError):  # Linux before 6.0 has made the file all the same
                    os.unlink(path)
            self._handle = os.open(path, self._flags, 0o600)
        self._buffers = buffers
        self._buffer: memoryview | None = buffers.take()
        self._filled = 0
        self._head = b""

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes."""
        assert self._buffer is not None  # noqa: S101 - nothing is written after the end
        view = memoryview(data)
        while view:
            some = view[: ROOM - self._filled]
            self._buffer[self._filled : self._filled + len(some)] = some
            self._filled += len(some)
            self.size += len(some)
            view = view[len(some) :]
            if self._filled == ROOM:
                self._put_all()

    def write_from(self, fill: Callable[[memoryview], int]) -> int:
        """Add what ``fill`` puts where it is told to; how many bytes."""
        assert self._buffer is not None  # noqa: S101 - as above
        size = fill(self._buffer[self._filled :])
        self._filled += size
        self.size += size
        if self._filled == ROOM:
            self._put_all()
        return size

    def settle(self, few: int = _FEW) -> None:
        """See to it that all bytes are in the file; whole blocks of ``few`` bytes and more past the cache."""
        if self._filled:
            self._put_all(few)

    def force(self) -> None:
        """Force the file to the disk."""
        self.settle()
        os.fsync(self._handle)

    def force_with(self, block: bytes) -> None:
        """Write a last block behind zeros up to where blocks begin, which do not count as bytes of the file, and force
        all of it to the disk. Its length has to be known by other means."""
        size = self.size
        self.write(bytes(-size % BLOCK))
        self.write(block)
        if not self._forced_at_once():
            self.settle(few=0)
            os.fdatasync(self._handle)
        self.size = size

    def _forced_at_once(self) -> bool:
        """Whether all could be written and forced by one call: nothing of it was written before."""
        assert self._buffer is not None  # noqa: S101 - as above
        if not (self._direct and _SAFELY) or self._filled != self.size or self._filled % BLOCK:
            return False
        try:
            done = os.pwritev(self._handle, [self._buffer[: self._filled]], 0, _SAFELY)
        except OSError as error:
            if error.errno in {errno.EINVAL, errno.ENOTSUP}:
                return False
            raise
        if done < self._filled:
            return False  # all of it once more
        self._filled = 0
        return True

    def read_at(self, position: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``position`` on of what is settled, or was never written out."""
        end = min(position + length, self.size)
        if self._filled == self.size and self._buffer is not None:
            return bytes(self._buffer[position:end])
        if end <= len(self._head):
            return self._head[position:end] if position < end else b""
        self._go_the_usual_way()
        return read_fully(self._handle, position, end - position)

    def close(self) -> None:
        """Let go of it, whatever it holds."""
        buffer, self._buffer = self._buffer, None
        if buffer is not None:
            self._buffers.give(buffer)
            os.close(self._handle)

    def _put_all(self, few: int = _FEW) -> None:
        assert self._buffer is not None  # noqa: S101 - as above
        self._keep_head()
        whole = self._filled - self._filled % BLOCK if self._filled >= few else 0
        at = 0
        if self._direct and whole:
            try:
                at = os.write(self._handle, self._buffer[:whole])
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise  # else the blocks of this disk are larger yet
        if at < self._filled:
            self._go_the_usual_way()
        while at < self._filled:
            at += os.write(self._handle, self._buffer[at : self._filled])
        self._filled = 0

    def _keep_head(self) -> None:
        if not self._head and self._buffer is not None:
            self._head = bytes(self._buffer[: min(_HEAD, self._filled)])

    def _go_the_usual_way(self) -> None:
        if self._direct:
            import fcntl

            self._direct = 0
            fcntl.fcntl(self._handle, fcntl.F_SETFL, 0)
