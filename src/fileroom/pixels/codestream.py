"""What a compressed frame says of itself before it is decoded: its size, its samples, how its colours are coded.

A decoder allocates what the codestream claims, so the claim is compared with the header first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.errors import Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator

# Markers of ISO/IEC 10918-1 table B.1, 14495-1 C.1.1 (0xF7) and 15444-1 table A.2
SOI, EOI, SOS, APP0, APP14, LS_FRAME = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE, 0xF7
# Start-of-frame markers; DHT, JPG and DAC (C4, C8, CC) lie among them
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {LS_FRAME}
WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
J2K_START, J2K_SIZE, J2K_CODING = b"\xff\x4f\xff\x51", 0x51, 0x52
ADOBE_LENGTH = 12
MAX_HEADERS = 1 << 20  # bytes that are searched for the headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Codestream:
    """The facts in the headers of a codestream. ``transformed`` is True when the codec itself undoes a colour
    transform, False when it does not, None when the stream does not say."""

    rows: int
    columns: int
    components: int
    precision: int
    signed: bool = False
    transformed: bool | None = None
    complete: bool = True


def read_jpeg(data: bytes) -> Codestream:
    """JPEG (ISO/IEC 10918-1) and JPEG-LS (14495-1), whose segments look alike."""
    adobe: int | None = None
    jfif = False
    for marker, segment in _segments(data):
        if marker == APP0 and segment.startswith(b"JFIF\0"):
            jfif = True
        elif marker == APP14 and segment.startswith(b"Adobe") and len(segment) >= ADOBE_LENGTH:
            adobe = segment[11]
        elif marker in FRAMES:
            return _frame_header(data, segment, adobe, jfif=jfif)
    raise Undecodable("the compressed frame has no frame header")


def _frame_header(data: bytes, segment: bytes, adobe: int | None, *, jfif: bool) -> Codestream:
    if len(segment) < struct.calcsize(">BHHB"):
        raise Undecodable("the frame header of the compressed frame is cut")
    precision, rows, columns, components = struct.unpack(">BHHB", segment[:6])
    transformed: bool | None = None
    if adobe is not None:  # the stream's own word goes before the data set's
        transformed = adobe != 0
    elif segment[6::3] == b"RGB":  # component ids
        transformed = False
    elif jfif:  # JFIF knows no RGB
        transformed = True
    return Codestream(
        rows=rows,
        columns=columns,
        components=components,
        precision=precision,
        transformed=transformed,
        # Without its end a frame is cut: libjpeg would paint the rest grey without a word, CharLS ponder it for 4 s.
        complete=data.rfind(bytes((0xFF, EOI))) > 0,
    )


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker segments up to the first scan."""
    if data[:2] != bytes((0xFF, SOI)):
        raise Undecodable("the compressed frame is no JPEG")
    offset = 2
    while offset + 4 <= min(len(data), MAX_HEADERS):
        if data[offset] != 0xFF:  # noqa: PLR2004 - every marker begins so
            raise Undecodable("the headers of the compressed frame are damaged")
        marker = data[offset + 1]
        if marker == 0xFF:  # noqa: PLR2004 - fill bytes (B.1.1.2)
            offset += 1
        elif marker in WITHOUT_LENGTH:
            offset += 2
        elif marker in {SOS, EOI}:
            return
        else:
            length = struct.unpack_from(">H", data, offset + 2)[0]
            yield marker, data[offset + 4 : offset + 2 + length]
            offset += 2 + max(2, length)


def read_jpeg_2000(data: bytes) -> Codestream:
    """JPEG 2000 and HTJ2K (ISO/IEC 15444-1 annex A); a JP2 wrapper, not allowed (PS3.5 A.4.4), is looked through."""
    start = data.find(J2K_START)
    if start < 0:
        raise Undecodable("the compressed frame is no JPEG 2000")
    try:
        # capabilities, size of the grid, offset of the image on it; tiles are passed over (table A.9)
        right, bottom, left, top = struct.unpack_from(">IIII", data, start + 8)
        components, depth = struct.unpack_from(">HB", data, start + 40)
        multiple = _has_component_transform(data, start + 2)
    except struct.error as error:
        raise Undecodable("the headers of the compressed frame are cut") from error
    return Codestream(
        rows=bottom - top,
        columns=right - left,
        components=components,
        precision=(depth & 0x7F) + 1,
        signed=bool(depth & 0x80),
        transformed=multiple,
    )


def _has_component_transform(data: bytes, offset: int) -> bool:
    """The multiple component transformation flag of the COD segment (table A.14); tiles that differ do not occur."""
    while data[offset : offset + 2] != bytes((0xFF, J2K_CODING)):
        if data[offset : offset + 1] != b"\xff" or offset > MAX_HEADERS:
            return False
        offset += 2 + struct.unpack_from(">H", data, offset + 2)[0]
    return data[offset + 8] != 0 if offset + 8 < len(data) else False


def unwrapped(data: bytes) -> bytes:
    """The bare codestream of a frame that was wrapped into a JP2 file."""
    return data[max(0, data.find(J2K_START)) :]
