"""Values that lie in a file as one run, the first axis fastest: most formats are a header and such a block."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Refusal
from fileroom.model.outcomes import Detail
from fileroom.sources.inflating import LARGE_BLOCK, STREAMS, Inflated, Method, Stream
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.volumes.files import OtherFile

GZIP, BZ2 = b"\x1f\x8b", b"BZh"
EITHER: Final = Method(lambda: zlib.decompressobj(32 + zlib.MAX_WBITS), GZIP)  # zlib or gzip, as the stream says
MAGIC: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Unpacked:
    """A compressed file as what it opens to: as far as it is asked for, in bounded memory, and never more."""

    name: str
    packed: OtherFile = field(repr=False)
    stream: Stream = field(repr=False)

    @property
    def size(self) -> int:
        """Nobody knows before the end."""
        return self.stream.size

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`~fileroom.volumes.files.OtherFile` says. Refused when the stream cannot be followed so far."""
        data = Inflated(self.stream, self.packed).read_at(position, length)
        if len(data) < length and self.stream.trouble:
            self._complain()
        return data

    def _complain(self) -> None:
        said = {Detail.OUT_OF_PROPORTION: Refusal.BOMB, Detail.STREAM_ENDS_EARLY: Refusal.ENDS_EARLY}
        raise Refused(said.get(Detail(self.stream.trouble), Refusal.DAMAGED))

    def beside(self, name: str) -> OtherFile | None:
        """As :class:`~fileroom.volumes.files.OtherFile` says."""
        return self.packed.beside(name)


def unpacked(file: OtherFile, start: int = 0, method: Method | None = None) -> OtherFile:
    """``file`` itself, or what it opens to when it is compressed (or said to be, from ``start`` on)."""
    if method is None:
        head = file.read_at(start, MAGIC)
        method = next((one for magic, one in STREAMS.items() if head.startswith(magic)), None)
        if method is None:
            return file
    name = file.name.removesuffix(".gz").removesuffix(".bz2")
    return Unpacked(name, file, Stream(method, start, file.size - start, block=LARGE_BLOCK))


@dataclass(frozen=True, slots=True)
class Block:
    """A run of values in ``file`` from ``offset`` on. Refused when the file is shorter."""

    file: OtherFile = field(repr=False)
    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, int, int, int]
    samples: int = 1  # of a pixel, side by side

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`~fileroom.volumes.volume.Values` says."""
        columns, rows = self.shape[:2]
        size = columns * rows * self.samples * self.dtype.itemsize
        data = self.file.read_at(self.offset + number * size, size)
        if len(data) < size:
            raise Refused(Refusal.ENDS_EARLY)
        flat = np.frombuffer(data, self.dtype)
        if self.samples == 1:
            return flat.reshape((columns, rows), order="F")
        return flat.reshape((rows, columns, self.samples)).transpose(1, 0, 2)

    def must_fit(self) -> Block:
        """Itself, when the file is long enough as far as that can be told without unpacking it."""
        columns, rows, slices, times = self.shape
        need = columns * rows * slices * times * self.samples * self.dtype.itemsize
        if self.file.size < self.offset + need:
            raise Refused(Refusal.ENDS_EARLY, f"{self.file.size} bytes of {self.offset + need}")
        return self
