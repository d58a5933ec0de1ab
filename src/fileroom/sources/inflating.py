"""Compressed bytes, read at positions of what they open to: in bounded memory, and never through a temporary file.

Deflate can only be opened from its beginning. So the state of the inflater is remembered every few megabytes, some
forty kilobytes each; a read begins at the nearest state before it, and one that goes on where the last one ended costs
nothing twice. bz2 and xz let no state be remembered: there only the last few places are.

A stream that is cut, damaged or a bomb ends where it can be opened no further, and says so in ``trouble``.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from fileroom.model.outcomes import Detail

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.sources.positioned import Positioned

BLOCK: Final = 16 << 10  # bytes that are inflated at once: the head of a file
LARGE_BLOCK: Final = 128 << 10  # of what holds many files: each block is a turn between threads
FED: Final = 32 << 10
KEPT: Final = 2 << 20  # bytes that are kept, for who looks back
MOST_STATES: Final = 128
SPACING: Final = 4 << 20  # bytes between two states; twice as many when there are too many states
_OWN: Final = 4  # blocks from where somebody was to where the same one may want to be next
CURSORS: Final = 8  # places where a read may go on at once: readers work side by side
# What a stream may open to. Images that are black all over are stored a thousand times smaller than they are.
BOMB_RATIO: Final = 200
BOMB_FLOOR: Final = 256 << 20
UNKNOWN: Final = 1 << 62
_XZ_MEMORY: Final = 128 << 20
_GZIP, _BZ2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"


class Decoder(Protocol):
    """What zlib, bz2 and lzma have in common."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was met."""

    @property
    def unused_data(self) -> bytes:
        """What came after it."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Some more."""


@dataclass(frozen=True, slots=True)
class Method:
    """How to open a stream; ``again`` are the first bytes of a further stream that may follow the first one."""

    start: Callable[[], Decoder]
    again: bytes = b""


def _xz() -> Decoder:
    import lzma

    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


def _bz2() -> Decoder:
    import bz2

    return bz2.BZ2Decompressor()


DEFLATE: Final = Method(lambda: zlib.decompressobj(-zlib.MAX_WBITS))
STREAMS: Final = {
    _GZIP: Method(lambda: zlib.decompressobj(16 + zlib.MAX_WBITS), _GZIP),
    _BZ2: Method(_bz2, _BZ2),
    _XZ: Method(_xz, _XZ),
}


class _State:
    """An inflater at the beginning of a block; ``fed`` is where its next input lies."""

    __slots__ = ("_decoder", "_method", "_pending", "_room", "block", "ended", "fed", "trouble")

    def __init__(self, method: Method, fed: int, room: int) -> None:
        self._room = room
        self._method = method
        self._decoder: Any = method.start()
        self._pending = b""
        self.fed = fed
        self.block = 0
        self.ended = False
        self.trouble = ""

    def copy(self) -> _State | None:
        """The same again, None where that cannot be."""
        if not hasattr(self._decoder, "copy"):
            return None
        other = _State.__new__(_State)
        other._method, other._decoder, other._pending = self._method, self._decoder.copy(), b""
        other._room = self._room
        other.fed = self.fed - len(self._pending)  # read again rather than kept
        other.block, other.ended, other.trouble = self.block, self.ended, self.trouble
        return other

    def next_block(self, source: Positioned, end: int) -> bytes:
        """The block here, the last one shorter; the state is behind it then."""
        parts: list[bytes] = []
        room = self._room
        while room and not self.ended:
            part = self._some(source, end, room)
            room -= len(part)
            parts.append(part)
        self.block += 1
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _some(self, source: Positioned, end: int, room: int) -> bytes:
        decoder = self._decoder
        if decoder.eof:
            self._go_on(source, end)
            return b""
        if not self._pending and getattr(decoder, "needs_input", True):
            self._pending = source.read_at(self.fed, min(FED, end - self.fed))
            self.fed += len(self._pending)
            if not self._pending:
                return self._end(Detail.STREAM_ENDS_EARLY)
        try:
            data: bytes = decoder.decompress(self._pending, room)
        except Exception:  # noqa: BLE001 - zlib.error, LZMAError and bz2's OSError have nothing in common
            return self._end(Detail.STREAM_DAMAGED)
        self._pending = getattr(decoder, "unconsumed_tail", b"")
        return data

    def _end(self, trouble: str) -> bytes:
        self.ended, self.trouble = True, trouble
        return b""

    def _go_on(self, source: Positioned, end: int) -> None:
        """A further stream may follow, after zeros that fill a block of a tape; anything else does not count."""
        left = self._decoder.unused_data or source.read_at(self.fed, min(FED, end - self.fed))
        if not self._decoder.unused_data:
            self.fed += len(left)
        again = left.lstrip(b"\0")
        if self._method.again and again.startswith(self._method.again):
            self._decoder, self._pending = self._method.start(), again
        else:
            self.ended = True


class Stream:
    """What one compressed stream opens to. Safe from several threads; the compressed bytes are handed in each time."""

    def __init__(self, method: Method, start: int, length: int, size: int | None = None, block: int = BLOCK) -> None:
        self.size = UNKNOWN if size is None else size
        self.trouble = ""  # why it ended where it did, if it should not have
        self._method = method
        self._start, self._end = start, start + length
        self._lock = threading.Lock()
        self._states: dict[int, _State] = {}
        self._size_of_block = block
        self._spacing = SPACING // block
        self._cursors: OrderedDict[int, _State] = OrderedDict()
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def read_at(self, source: Positioned, position: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``position`` on; fewer only where it ends."""
        end = min(position + length, self.size)
        if position < 0 or end <= position:
            return b""
        parts, size = [], self._size_of_block
        with self._lock:
            first = position // size
            for block in range(first, (end - 1) // size + 1):
                data = self._block(source, block)
                parts.append(data)
                if len(data) < size:
                    break
        whole = parts[0] if len(parts) == 1 else b"".join(parts)
        return whole[position - first * size : end - first * size]

    def _block(self, source: Positioned, block: int) -> bytes:
        if block in self._kept:
            self._kept.move_to_end(block)
            return self._kept[block]
        state = self._nearest(block)
        data = b""
        while state.block <= block and not state.ended:
            self._remember(state)
            data = state.next_block(source, self._end)
            self._mind(state)
        if state.block == block + 1:  # not what was passed by on the way: others need theirs
            self._keep(block, data)
        self._cursors[state.block] = state
        if len(self._cursors) > CURSORS:
            self._cursors.popitem(last=False)
        return data if state.block == block + 1 else b""

    def _nearest(self, block: int) -> _State:
        """A state at ``block`` or before, as near as there is."""
        at = max((known for known in self._cursors if known <= block), default=-1)
        remembered = max((known for known in self._states if known <= block), default=-1)
        if at >= remembered and at >= 0:
            # From further away it is somebody else's, who will go on from there.
            other = self._cursors[at].copy() if block - at > _OWN else None
            return other or self._cursors.pop(at)
        again = self._states[remembered].copy() if remembered >= 0 else None
        return again or _State(self._method, self._start, self._size_of_block)

    def _remember(self, state: _State) -> None:
        if state.block % self._spacing or not state.block or state.block in self._states:
            return
        again = state.copy()
        if again is None:
            return
        self._states[state.block] = again
        if len(self._states) > MOST_STATES:
            self._spacing *= 2
            self._states = {block: kept for block, kept in self._states.items() if block % self._spacing == 0}

    def _mind(self, state: _State) -> None:
        opened = state.block * self._size_of_block
        if self.size == UNKNOWN and opened > BOMB_FLOOR and opened > BOMB_RATIO * (state.fed - self._start):
            state.ended, state.trouble = True, Detail.OUT_OF_PROPORTION
        self.trouble = self.trouble or state.trouble

    def _keep(self, block: int, data: bytes) -> None:
        self._kept[block] = data
        if len(self._kept) * self._size_of_block > KEPT:
            self._kept.popitem(last=False)


class Inflated:
    """A stream together with the bytes it is made of, as one source."""

    def __init__(self, stream: Stream, source: Positioned) -> None:
        self.size = stream.size
        self._stream = stream
        self._source = source

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`~fileroom.sources.positioned.Positioned` says."""
        return self._stream.read_at(self._source, position, length)
