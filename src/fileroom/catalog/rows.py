"""Numbers of rows, a bit for each: those of a million files take 125 KB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NOT_EMPTY = re.compile(rb"[^\0]", re.DOTALL)


class Rows:
    """A set of row numbers, which lie close together in a catalog."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, rows: Iterable[int]) -> None:
        """Put some in."""
        bits = self._bits
        for row in rows:
            if (at := row >> 3) >= len(bits):
                bits.extend(bytes(at + 1 - len(bits)))
            bits[at] |= 1 << (row & 7)

    def __contains__(self, row: int) -> bool:
        return row >> 3 < len(self._bits) and bool(self._bits[row >> 3] & 1 << (row & 7))

    def chunks(self, size: int) -> Iterator[list[int]]:
        """All of them, in order, at least ``size`` at a time (seven more at most) but for the last."""
        chunk: list[int] = []
        for found in _NOT_EMPTY.finditer(bytes(self._bits)):
            at, byte = found.start(), found.group()[0]
            chunk += [at << 3 | bit for bit in range(8) if byte & 1 << bit]
            if len(chunk) >= size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk
