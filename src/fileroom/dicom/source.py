"""Bytes at positions: of a file, or of the inflated part of one. Nothing is ever read that was not asked for."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from fileroom.sources.positioned import read_fully

if TYPE_CHECKING:
    from fileroom.sources.opened import Opened

# A data set that inflates to more than this before its pixel data is no header (a bomb of 260 KB opens to 256 MB).
INFLATE_LIMIT: Final = 32 << 20
_INFLATE_STEP: Final = 256 << 10
_DEFLATED_CHUNK: Final = 64 << 10
_UNKNOWN: Final = 1 << 62

# A small deflated file is inflated to its end, keeping nothing: a bomb is a small file that opens to a large one,
# and a stream that is cut is found out before anybody waits for its pixels. Large ones are left alone.
_FINISH_BELOW: Final = 1 << 20
_FINISH_LIMIT: Final = 128 << 20


# No value of a header is longer; a value that claims to be is not read.
VALUE_LIMIT: Final = 16 << 20


class TooLong(ValueError):
    """More bytes than a header may have."""


class EndsEarly(ValueError):
    """The file ends inside its header."""


class Source(Protocol):
    """Where a reader gets its bytes from."""

    size: int

    def read_at(self, position: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``position`` on; fewer only where the end is."""


class FileSource:
    """The bytes of an open file of ``size`` bytes; what was read first (``head``) is not read twice."""

    def __init__(self, fd: int, size: int, head: bytes, mtime_ns: int = 0, regular: bool = True) -> None:  # noqa: FBT001, FBT002 - as compiled
        self.fd = fd
        self.size = size
        self.head = head
        self.mtime_ns = mtime_ns
        self.regular = regular  # else it has no head

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`Source` says."""
        end = min(position + length, self.size)
        if end <= position:
            return b""
        if end <= len(self.head):
            return self.head[position:end]
        return read_fully(self.fd, position, end - position)


class OpenedSource(FileSource):
    """The same of what was opened by another hand; a member of a container has no descriptor of its own.

    A member that is cut has fewer bytes than it says. Where that shows at once its size is what there is, as it would
    be of a file; where it shows later, EndsEarly says so.
    """

    def __init__(self, opened: Opened, head: bytes, whole: int) -> None:
        super().__init__(opened.fd, opened.size if len(head) == whole else len(head), head)
        self._opened = opened

    @classmethod
    def of(cls, opened: Opened, head: int) -> OpenedSource:
        """With the first ``head`` bytes read."""
        whole = min(head, opened.size)
        return cls(opened, opened.read_at(0, whole), whole)

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`Source` says."""
        end = min(position + length, self.size)
        if end <= len(self.head):
            return self.head[position:end] if position < end else b""
        data = self._opened.read_at(position, end - position)
        if len(data) < end - position:
            raise EndsEarly("the file ends before its size says")
        return data


class InflatedSource:
    """The data set of a deflated file (PS3.5 A.5), inflated step by step and no further than is asked for."""

    def __init__(self, deflated: Source, start: int, limit: int = INFLATE_LIMIT) -> None:
        self.size = _UNKNOWN  # until the end is met
        self._deflated = deflated
        self._position = start
        self._limit = limit
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._data = bytearray()
        self._pending = b""

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`Source` says. Raises TooLong past the limit, EndsEarly where the stream is cut."""
        while len(self._data) < position + length:
            if len(self._data) >= self._limit:
                raise TooLong("the deflated data set goes on past the limit")
            more = self._grow()
            if not more:
                self.size = len(self._data)
                break
            self._data += more
        return bytes(self._data[position : position + length])

    def finish(self) -> None:
        """Inflate a small file to its end; raises as :meth:`read_at` does."""
        if self._deflated.size > _FINISH_BELOW:
            return
        inflated = len(self._data)
        while more := self._grow():
            inflated += len(more)
            if inflated > _FINISH_LIMIT:
                raise TooLong("the deflated data set goes on past the limit")

    def _grow(self) -> bytes:
        while not self._inflate.eof:
            if not self._pending:
                self._pending = self._deflated.read_at(self._position, _DEFLATED_CHUNK)
                self._position += len(self._pending)
                if not self._pending:
                    raise EndsEarly("the deflated data set ends early")
            data = self._inflate.decompress(self._pending, _INFLATE_STEP)
            self._pending = self._inflate.unconsumed_tail
            if data:
                return data
        return b""


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
