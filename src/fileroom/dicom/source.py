"""Bytes at positions: of a file, or of the inflated part of one. Nothing is ever read that was not asked for."""

from __future__ import annotations

import os
import zlib
from typing import Final, Protocol

# A data set that inflates to more than this before its pixel data is no header (a bomb of 260 KB opens to 256 MB).
INFLATE_LIMIT: Final = 32 << 20
_INFLATE_STEP: Final = 256 << 10
_DEFLATED_CHUNK: Final = 64 << 10


# No value of a header is longer; a value that claims to be is not read.
VALUE_LIMIT: Final = 16 << 20


class TooLong(ValueError):
    """More bytes than a header may have."""


class EndsEarly(ValueError):
    """The file ends inside its header."""


class Source(Protocol):
    """Where a reader gets its bytes from."""

    def read_at(self, position: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``position`` on; fewer only where the end is."""


if hasattr(os, "pread"):

    def read_fd(fd: int, position: int, length: int) -> bytes:
        """One positioned read of a descriptor."""
        return os.pread(fd, length, position)

else:  # Windows has no pread; each reader owns its descriptor, so moving its position harms nobody

    def read_fd(fd: int, position: int, length: int) -> bytes:
        """One positioned read of a descriptor."""
        os.lseek(fd, position, os.SEEK_SET)
        return os.read(fd, length)


class FileSource:
    """The bytes of an open file of ``size`` bytes; what was read first (``head``) is not read twice."""

    def __init__(self, fd: int, size: int, head: bytes) -> None:
        self.fd = fd
        self.size = size
        self.head = head

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`Source` says."""
        end = min(position + length, self.size)
        if end <= position:
            return b""
        if end <= len(self.head):
            return self.head[position:end]
        data = read_fd(self.fd, position, end - position)
        while data and position + len(data) < end:  # a read may be short (a network drive, a signal)
            more = read_fd(self.fd, position + len(data), end - position - len(data))
            if not more:
                break
            data += more
        return data


class InflatedSource:
    """The data set of a deflated file (PS3.5 A.5), inflated step by step and no further than is asked for."""

    def __init__(self, deflated: Source, start: int, limit: int = INFLATE_LIMIT) -> None:
        self._deflated = deflated
        self._position = start
        self._limit = limit
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._data = bytearray()
        self._pending = b""

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`Source` says. Raises TooLong past the limit, EndsEarly where the stream is cut."""
        while len(self._data) < position + length and self._grow():
            pass
        return bytes(self._data[position : position + length])

    def _grow(self) -> bool:
        if self._inflate.eof:
            return False
        if len(self._data) >= self._limit:
            raise TooLong("the deflated data set goes on past the limit")
        if not self._pending:
            self._pending = self._deflated.read_at(self._position, _DEFLATED_CHUNK)
            self._position += len(self._pending)
            if not self._pending:
                raise EndsEarly("the deflated data set ends early")
        self._data += self._inflate.decompress(self._pending, _INFLATE_STEP)
        self._pending = self._inflate.unconsumed_tail
        return True


class SourceFile:
    """A source as the file object that pydicom wants; a claimed length of 4 GB reads no more than there is."""

    def __init__(self, source: Source, start: int = 0) -> None:
        self._source = source
        self._start = start
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes from where we are."""
        if size < 0:
            raise ValueError("nothing is read to the end here")
        data = self._source.read_at(self._start + self._position, min(size, VALUE_LIMIT + 1))
        if len(data) > VALUE_LIMIT:
            raise TooLong("a value of the header is longer than any should be")
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position, also one past the end."""
        if whence == os.SEEK_CUR:
            offset += self._position
        elif whence != os.SEEK_SET:
            raise ValueError("the end is not known here")
        if offset < 0:
            raise ValueError("before the beginning")
        self._position = offset
        return offset

    def tell(self) -> int:
        """Where we are."""
        return self._position
