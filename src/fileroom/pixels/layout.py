"""Where one frame lies in the pixel data: at an offset when native, in some fragments when encapsulated (PS3.5 A.4)."""

from __future__ import annotations

import struct
from itertools import islice
from typing import TYPE_CHECKING

from fileroom.errors import Undecodable
from fileroom.pixels.files import (
    ITEM,
    ITEM_GROUP,
    LONG_FORM,
    PIXEL_GROUP,
    SHORT_FORM,
    UNDEFINED,
)
from fileroom.pixels.form import MAX_FRAME_BYTES, SUBSAMPLED, Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.pixels.files import PixelElement

EXTENDED_OFFSETS, EXTENDED_LENGTHS = 0x0001, 0x0002  # PS3.6: group 7FE0
RLE = "1.2.840.10008.1.2.5"
# The first bytes of a JPEG or JPEG-LS, a JPEG 2000 codestream, and a JP2 file that does not belong there but occurs.
BEGINNINGS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP")
MAX_FRAGMENTS = 1_000_000  # whole slides have some hundred thousand frames
OFFSET_BYTES, TABLE_ENTRY = 8, 4  # of the extended and the basic offset table
Fragment = tuple[int, int]  # offset in the value, length

IN_FRAME = "the file ends inside this frame"


# -- native ---------------------------------------------------------------------------------------------------------


def native_bytes(pixels: PixelElement, form: Form, number: int) -> bytes:
    """Frame ``number`` as little-endian bytes; single bits start at the first bit of the first byte (PS3.5 8.1.1)."""
    bits = frame_bits(pixels, form)
    first, past = bits * (number - 1), bits * number
    data = _little_endian(pixels, form, first // 8, (past + 7) // 8)
    if bits % 8 == 0 and first % 8 == 0:
        return data
    return _from_bit(data, first % 8, bits)


def native_stretch(pixels: PixelElement, form: Form, number: int) -> Fragment | None:
    """Where :func:`native_bytes` lie in the value; None when they have to be turned around or moved, or are cut off."""
    bits = frame_bits(pixels, form)
    begin = bits * (number - 1) // 8
    offset, length = _native_start(pixels) + begin, bits // 8
    if bits % 8 or _word(pixels, form) > 1 or pixels.start + offset + length > pixels.end:
        return None
    return offset, length


def frame_bits(pixels: PixelElement, form: Form) -> int:
    """Bits of a native frame. Two pixels of YBR_FULL_422 share their colour: four samples for six (C.7.6.3.1.2)."""
    bits = form.pixels * form.samples * form.bits_allocated
    if form.photometric not in SUBSAMPLED or form.samples == 1:
        return bits
    # Some writers name the subsampled kind and store every sample; the length tells.
    whole = not pixels.undefined_length and (pixels.end - pixels.start) * 8 >= bits * form.frames
    return bits if whole else bits * 2 // 3


def _little_endian(pixels: PixelElement, form: Form, begin: int, end: int) -> bytes:
    word = _word(pixels, form)
    aligned, past = begin // word * word, -(-end // word) * word
    start = _native_start(pixels)
    data = pixels.read(start + aligned, past - aligned)
    if len(data) < end - aligned:
        raise Undecodable(IN_FRAME)
    if word == 1:
        return data
    swapped = bytearray(len(data))
    whole = len(data) // word * word
    for place in range(word):
        swapped[place:whole:word] = data[word - 1 - place : whole : word]
    return bytes(swapped[begin - aligned : end - aligned])


def _word(pixels: PixelElement, form: Form) -> int:
    """Bytes that a big endian file turns around: the sample, and for OW two even of single bytes or bits (A.3)."""
    if not pixels.big_endian:
        return 1
    return max(form.bits_allocated // 8, 2 if pixels.vr == "OW" else 1)


def _native_start(pixels: PixelElement) -> int:
    """Usually 0; some writers wrap native pixel data into one fragment all the same."""
    if not pixels.undefined_length:
        return 0
    order = ">" if pixels.big_endian else "<"
    head = pixels.read(0, 2 * SHORT_FORM)
    if len(head) < 2 * SHORT_FORM or struct.unpack(order + "HH", head[:4]) != (ITEM_GROUP, ITEM):
        return 0
    table = struct.unpack(order + "I", head[4:8])[0]
    return (
        2 * SHORT_FORM if table == 0 and struct.unpack(order + "HH", head[8:12]) == (ITEM_GROUP, ITEM) else SHORT_FORM
    )


def _from_bit(data: bytes, skip: int, bits: int) -> bytes:
    """``bits`` bits of ``data`` after the first ``skip``, moved to the front; the rest of the last byte is zero."""
    value = int.from_bytes(data, "little") >> skip & ((1 << bits) - 1)
    return value.to_bytes((bits + 7) // 8, "little")


# -- encapsulated ---------------------------------------------------------------------------------------------------


def encapsulated_bytes(pixels: PixelElement, form: Form, number: int, transfer_syntax_uid: str) -> bytes:
    """The bytes of frame ``number``: its fragments one after the other, as stored."""
    fragments = encapsulated_stretches(pixels, form, number, transfer_syntax_uid)
    return b"".join(pixels.read(offset, length) for offset, length in fragments)


def encapsulated_stretches(pixels: PixelElement, form: Form, number: int, syntax: str) -> Sequence[Fragment]:
    """Where those fragments lie in the value."""
    fragments = _fragments_of(pixels, form, number, syntax)
    size = sum(length for _, length in fragments)
    if size > MAX_FRAME_BYTES:
        raise Undecodable("a compressed frame of this size is not decoded here")
    if not size:
        raise Undecodable("there is nothing stored for this frame")
    return fragments


def _fragments_of(pixels: PixelElement, form: Form, number: int, syntax: str) -> Sequence[Fragment]:
    table = _basic_offset_table(pixels)
    begin = SHORT_FORM + table
    if form.frames == 1:
        return list(_fragments(pixels, begin))
    return (
        _by_extended_table(pixels, form, number, begin)
        or (_by_basic_table(pixels, number, begin) if table == TABLE_ENTRY * form.frames else ())
        or _by_walking(pixels, form, number, begin, syntax)
    )


def _basic_offset_table(pixels: PixelElement) -> int:
    """The length of the table, which is the first item and may be empty (A.4)."""
    head = pixels.read(0, SHORT_FORM)
    if len(head) < SHORT_FORM:
        raise Undecodable(IN_FRAME)
    group, element, length = struct.unpack("<HHI", head)
    if (group, element) != (ITEM_GROUP, ITEM) or length == UNDEFINED:
        raise Undecodable("the encapsulated pixel data does not begin with an offset table")
    return int(length)


def _fragments(pixels: PixelElement, offset: int, stop: int | None = None) -> Iterator[Fragment]:
    """Fragments from ``offset`` to ``stop``, to the delimiter, or to the end of the file: not all close the list."""
    for _ in range(MAX_FRAGMENTS):
        if stop is not None and offset >= stop:
            return
        head = pixels.read(offset, SHORT_FORM)
        if len(head) < SHORT_FORM:
            return
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) != (ITEM_GROUP, ITEM):
            return
        offset += SHORT_FORM
        room = pixels.end - pixels.start - offset
        if length == UNDEFINED or length > room:
            # The rest of the file at most; whether a frame cut like this can be decoded is for the decoder to say.
            yield offset, room
            return
        yield offset, length
        offset += length
    raise Undecodable("the pixel data is cut into too many fragments")


def _by_basic_table(pixels: PixelElement, number: int, begin: int) -> Sequence[Fragment]:
    """From this frame's offset to the next one's. Nothing when the table does not hold water: then we walk."""
    data = pixels.read(SHORT_FORM + 4 * (number - 1), min(8, begin - SHORT_FORM - 4 * (number - 1)))
    if len(data) < TABLE_ENTRY or pixels.read(SHORT_FORM, 4) != b"\0\0\0\0":
        return ()
    offset, *following = struct.unpack(f"<{len(data) // 4}I", data)
    if not following:
        return list(_fragments(pixels, begin + offset))
    stop = begin + following[0]
    found = list(_fragments(pixels, begin + offset, stop))
    return found if found and sum(found[-1]) == stop else ()


def _by_extended_table(pixels: PixelElement, form: Form, number: int, begin: int) -> Sequence[Fragment]:
    """From the Extended Offset Table, whose two elements of 8 bytes a frame stand right before (C.7.6.3.1.8)."""
    size = OFFSET_BYTES * form.frames
    lengths_at = pixels.start - LONG_FORM - size
    offsets_at = lengths_at - LONG_FORM - size
    if offsets_at < LONG_FORM:
        return ()
    for at, element in ((offsets_at, EXTENDED_OFFSETS), (lengths_at, EXTENDED_LENGTHS)):
        head = pixels.source.read(at - LONG_FORM, LONG_FORM)
        if head != struct.pack("<HH2sHI", PIXEL_GROUP, element, b"OV", 0, size):
            return ()
    place = OFFSET_BYTES * (number - 1)
    offset, length = (struct.unpack("<Q", pixels.source.read(at + place, 8))[0] for at in (offsets_at, lengths_at))
    found = list(islice(_fragments(pixels, begin + offset), 1))
    # The table knows the true length, without the padding to an even number.
    return [(found[0][0], min(found[0][1], length))] if found and length else ()


def _by_walking(pixels: PixelElement, form: Form, number: int, begin: int, syntax: str) -> Sequence[Fragment]:
    fragments = list(_fragments(pixels, begin))
    if syntax != RLE and len(fragments) != form.frames:  # RLE: one fragment a frame, always (A.4.2)
        return _by_beginnings(pixels, fragments, form, number)
    return _nth([[fragment] for fragment in fragments], number)


def _by_beginnings(pixels: PixelElement, fragments: Sequence[Fragment], form: Form, number: int) -> Sequence[Fragment]:
    """Frames of several fragments each, without a table: a frame starts where a codestream starts."""
    frames: list[list[Fragment]] = []
    for fragment in fragments:
        if pixels.read(fragment[0], 8).startswith(BEGINNINGS):
            frames.append([])
        if not frames:
            raise Undecodable("the fragments cannot be told apart into frames")
        frames[-1].append(fragment)
    if len(frames) > form.frames:
        raise Undecodable("there are more compressed frames than the header says")
    return _nth(frames, number)


def _nth(frames: Sequence[Sequence[Fragment]], number: int) -> Sequence[Fragment]:
    if number > len(frames):
        raise Undecodable("the file ends before this frame")
    return frames[number - 1]
