"""Reading a file at offsets that the catalog remembers: bounded by its real size, and never as a whole.

The catalog may be older than the file, so before pixel data is believed the element's own header is looked at.
"""

from __future__ import annotations

import struct
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

from fileroom.errors import Unavailable, Undecodable
from fileroom.pixels.form import MAX_FRAME_BYTES, form_of
from fileroom.sources.opened import opened

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from fileroom.model.headers import Header
    from fileroom.sources.positioned import Positioned

EXPLICIT_BE = "1.2.840.10008.1.2.2"
DEFLATED_LE = "1.2.840.10008.1.2.1.99"

PIXEL_GROUP = 0x7FE0
FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA, PIXEL_DATA = 0x0008, 0x0009, 0x0010  # PS3.6: group 7FE0
PIXEL_DATA_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
LONG_FORM = 12  # bytes of an element header: explicit VR with 32-bit length (PS3.5 7.1.2)
SHORT_FORM = 8  # implicit VR (PS3.5 7.1.3)
UNDEFINED = 0xFFFFFFFF
LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
ITEM_GROUP, ITEM, ITEM_END, SEQUENCE_END = 0xFFFE, 0xE000, 0xE00D, 0xE0DD  # PS3.5 7.5

# What a deflated file may open to besides its pixels. Real headers are some hundred kilobytes; a bomb is not.
MAX_INFLATED_HEADER = 32 * 1024 * 1024
PREAMBLE = 132
CHUNK = 1 << 16


class Bytes(Protocol):
    """Bytes that can be read at an offset."""

    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes; fewer only at the end."""


@dataclass(slots=True)
class FileBytes:
    """A file, by positioned reads: no buffer, nothing is read ahead. ``alone``: it is no member of another."""

    source: Positioned
    size: int
    alone: bool = False

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes; fewer only at the end of the file."""
        try:
            return self.source.read_at(offset, length)
        except OSError as error:
            raise Unavailable("reading the file failed") from error


@dataclass(slots=True)
class MemoryBytes:
    """Bytes that had to be made: the inflated data set of a deflated file."""

    data: bytes
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes; fewer only at the end."""
        return self.data[max(0, offset) : max(0, offset) + max(0, length)]


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the value of the pixel data lies in ``source``; ``end`` never lies past the end of the source."""

    source: Bytes
    start: int
    end: int
    undefined_length: bool
    element: int = PIXEL_DATA
    vr: str = ""
    big_endian: bool = False

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the value, ``offset`` counted from its first."""
        begin = self.start + offset
        return self.source.read(begin, min(length, self.end - begin)) if offset >= 0 else b""


@contextmanager
def pixel_element(path: str | os.PathLike[str], header: Header) -> Iterator[PixelElement]:
    """Open ``path`` for as long as its pixel data is read."""
    with _bytes_of(path) as source:
        if header.transfer_syntax_uid == DEFLATED_LE:
            yield _in_deflated(source, header)
        else:
            yield _in_file(source, header)


@contextmanager
def _bytes_of(path: str | os.PathLike[str]) -> Iterator[FileBytes]:
    with ExitStack() as stack:
        try:
            file = stack.enter_context(opened(path))
        except OSError as error:
            raise Unavailable("the file cannot be opened") from error
        yield FileBytes(file, file.size, file.alone)


def _in_file(source: FileBytes, header: Header) -> PixelElement:
    if header.pixel_offset is None:
        raise Undecodable("the instance has no pixel data")
    element, vr, length = _element_before(source, header)
    undefined = length == UNDEFINED
    end = source.size if undefined else min(source.size, header.pixel_offset + length)
    big = header.transfer_syntax_uid == EXPLICIT_BE
    return PixelElement(source, header.pixel_offset, end, undefined, element, vr, big)


def _element_before(source: FileBytes, header: Header) -> tuple[int, str, int]:
    """Element number, VR and length of the pixel data whose value starts at the header's offset."""
    offset = header.pixel_offset or 0
    order = ">" if header.transfer_syntax_uid == EXPLICIT_BE else "<"
    before = source.read(offset - LONG_FORM, LONG_FORM)
    if len(before) == LONG_FORM:
        group, element, vr, _, length = struct.unpack(order + "HH2sHI", before)
        if _is_pixel_data(group, element) and vr.isalpha():
            return element, vr.decode("ascii"), length
    if len(before) >= SHORT_FORM:
        group, element, length = struct.unpack(order + "HHI", before[-SHORT_FORM:])
        if _is_pixel_data(group, element):
            return element, "", length
    raise Unavailable("the file has changed since it was imported")


def _is_pixel_data(group: int, element: int) -> bool:
    return group == PIXEL_GROUP and element in {FLOAT_PIXEL_DATA, DOUBLE_PIXEL_DATA, PIXEL_DATA}


# -- deflated files (PS3.5 A.5) -------------------------------------------------------------------------------------


def inflated_data_set(path: str | os.PathLike[str]) -> BytesIO:
    """The data set of a deflated file, without more pixels than a look at its header needs."""
    with _bytes_of(path) as source:
        return BytesIO(_inflated(source, _end_of_meta(source), MAX_INFLATED_HEADER))


def _in_deflated(source: FileBytes, header: Header) -> PixelElement:
    form = form_of(header)
    pixels = min(MAX_FRAME_BYTES, form.pixels * form.samples * form.bits_allocated * form.frames // 8)
    data = _inflated(source, _end_of_meta(source), MAX_INFLATED_HEADER + pixels)
    start, element, vr, length = _find_pixels(data)
    end = len(data) if length == UNDEFINED else min(len(data), start + length)
    return PixelElement(MemoryBytes(data, len(data)), start, end, length == UNDEFINED, element, vr)


def _end_of_meta(source: FileBytes) -> int:
    """Where the deflated stream starts: after the last element of group 2, which is explicit LE (PS3.10 7.1)."""
    offset = PREAMBLE if source.read(PREAMBLE - 4, 4) == b"DICM" else 0
    while len(head := source.read(offset, LONG_FORM)) == LONG_FORM and head[:2] == b"\x02\x00":
        if head[4:6] in LONG_VRS:
            offset += LONG_FORM + struct.unpack("<I", head[8:12])[0]
        else:
            offset += SHORT_FORM + struct.unpack("<H", head[6:8])[0]
    return offset


def _inflated(source: FileBytes, offset: int, limit: int) -> bytes:
    import zlib

    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    data = bytearray()
    try:
        while len(data) < limit and not stream.eof:
            chunk = stream.unconsumed_tail or source.read(offset, CHUNK)
            if not chunk:
                break
            if not stream.unconsumed_tail:
                offset += len(chunk)
            data += stream.decompress(chunk, min(1 << 20, limit - len(data)))
    except zlib.error as error:
        raise Undecodable("the deflated data set is damaged") from error
    return bytes(data)


def _find_pixels(data: bytes) -> tuple[int, int, str, int]:
    """Start of the value, element number, VR and length of the pixel data of an inflated data set.

    A flat walk: what has undefined length is entered, and ``inside`` remembers for each open level whether it is in
    implicit VR (UN of undefined length is, PS3.5 6.2.2 note 4); an icon's pixel data lies inside and is passed by.
    """
    offset = 0
    inside: list[bool] = []
    while offset + LONG_FORM <= len(data):
        group, element, vr, short, long = struct.unpack_from("<HH2sHI", data, offset)
        implicit = bool(inside) and inside[-1]
        if group == ITEM_GROUP or implicit:
            vr, head, length = b"", SHORT_FORM, struct.unpack_from("<I", data, offset + 4)[0]
        elif vr in LONG_VRS:
            head, length = LONG_FORM, long
        else:
            head, length = SHORT_FORM, short
        if not inside and _is_pixel_data(group, element):
            return offset + head, element, vr.decode("ascii", "replace"), length
        offset += head
        if group == ITEM_GROUP and element != ITEM:
            del inside[-1:]
        elif length == UNDEFINED:
            inside.append(implicit or vr == b"UN")
        else:
            offset += length
    raise Undecodable("the pixel data was not found in the deflated data set")
