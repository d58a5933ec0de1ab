"""Where a frame lies, on files told as literals."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.errors import BadRequest, Unavailable, Undecodable
from fileroom.pixels.frames import decoded_frame, native_frame, stored_frame
from tests.pixels.files import encapsulated, header_of, planted
from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE, RLE, instance

if TYPE_CHECKING:
    from pathlib import Path

ALL_NATIVE = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE]
# Two frames that cannot be taken for one another; fragments are as long as they need to be told apart.
A, B, C = b"\xff\xd8\xff\xe0AAAA", b"\xff\xd8\xff\xe0BBBBBB", b"\xff\xd8\xff\xe0CC"
MORE = b"more of it"


def words(*values: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}{len(values)}H", *values)


@pytest.mark.parametrize("syntax", ALL_NATIVE)
def test_native_frames_come_as_little_endian(tmp_path: Path, syntax: str) -> None:
    order = ">" if syntax == EXPLICIT_BE else "<"
    data = words(1, 2, 3, 4, 258, 259, 260, 261, order=order)
    path, header = planted(tmp_path, instance(rows=2, columns=2, pixels=data, transfer_syntax=syntax, NumberOfFrames=2))
    assert stored_frame(path, header, 1).data == words(1, 2, 3, 4)
    assert stored_frame(path, header, 2).data == words(258, 259, 260, 261)
    assert stored_frame(path, header, 2).transfer_syntax_uid == EXPLICIT_LE
    assert decoded_frame(path, header, 2).tolist() == [[258, 259], [260, 261]]
    assert native_frame(path, header, 2) == words(258, 259, 260, 261)


@pytest.mark.parametrize("syntax", ALL_NATIVE)
def test_an_icon_is_not_the_image(tmp_path: Path, syntax: str) -> None:
    icon = {"Rows": 1, "Columns": 1, "BitsAllocated": 16, "PixelData": words(7)}
    path, header = planted(
        tmp_path,
        instance(
            rows=1,
            columns=1,
            pixels=words(9, order=">" if syntax == EXPLICIT_BE else "<"),
            transfer_syntax=syntax,
            IconImageSequence=[icon],
        ),
    )
    assert decoded_frame(path, header, 1).tolist() == [[9]]


def test_bytes_that_stand_in_big_endian_words_are_turned_around(tmp_path: Path) -> None:
    path, header = planted(
        tmp_path,
        instance(
            rows=1,
            columns=3,
            pixels=bytes([2, 1, 4, 3, 6, 5]),
            transfer_syntax=EXPLICIT_BE,
            NumberOfFrames=2,
            BitsAllocated=8,
            BitsStored=8,
            HighBit=7,
        ),
    )
    assert [list(stored_frame(path, header, number).data) for number in (1, 2)] == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(("syntax", "data"), [(EXPLICIT_LE, b"\x6b\x01"), (EXPLICIT_BE, b"\x01\x6b")])
def test_frames_of_single_bits_begin_inside_a_byte(tmp_path: Path, syntax: str, data: bytes) -> None:
    # 0b1_0110_1011 read from the least significant bit: 1 1 0 | 1 0 1 | 1 0 1
    path, header = planted(
        tmp_path,
        instance(
            rows=1,
            columns=3,
            pixels=data,
            transfer_syntax=syntax,
            NumberOfFrames=3,
            BitsAllocated=1,
            BitsStored=1,
            HighBit=0,
        ),
    )
    assert [decoded_frame(path, header, n).tolist() for n in (1, 2, 3)] == [[[1, 1, 0]], [[1, 0, 1]], [[1, 0, 1]]]
    assert [stored_frame(path, header, n).data for n in (1, 2, 3)] == [b"\x03", b"\x05", b"\x05"]


@pytest.mark.parametrize(
    ("stored", "high", "signed", "words_in", "values"),
    [
        (12, 11, 0, (0xF123, 0x0FFF), (0x123, 0xFFF)),  # junk or an overlay above
        (12, 11, 1, (0x0800, 0x7FFF), (-2048, -1)),
        (12, 15, 0, (0x1230, 0xFFFF), (0x123, 0xFFF)),  # kept at the upper end
        (12, 15, 1, (0x8000, 0x7FFF), (-2048, 2047)),
        (16, 15, 1, (0x8000, 0x7FFF), (-32768, 32767)),
        (99, 15, 0, (0x8000, 0x7FFF), (32768, 32767)),  # nonsense: all bits count
    ],
)
def test_only_the_stored_bits_count(
    tmp_path: Path, stored: int, high: int, signed: int, words_in: tuple[int, int], values: tuple[int, int]
) -> None:
    path, header = planted(
        tmp_path,
        instance(
            rows=1, columns=2, pixels=words(*words_in), BitsStored=stored, HighBit=high, PixelRepresentation=signed
        ),
    )
    frame = decoded_frame(path, header, 1)
    assert frame.tolist() == [list(values)]
    assert frame.dtype == (np.int16 if signed else np.uint16)
    assert stored_frame(path, header, 1).data == words(*words_in)


COLOUR: dict[str, Any] = {
    "SamplesPerPixel": 3,
    "BitsAllocated": 8,
    "BitsStored": 8,
    "HighBit": 7,
    "PixelRepresentation": 0,
}


@pytest.mark.parametrize(("planar", "data"), [(0, b"RGBrgb"), (1, b"RrGgBb")])
def test_colour_comes_pixel_by_pixel(tmp_path: Path, planar: int, data: bytes) -> None:
    path, header = planted(
        tmp_path,
        instance(rows=1, columns=2, pixels=data, PhotometricInterpretation="RGB", PlanarConfiguration=planar, **COLOUR),
    )
    assert decoded_frame(path, header, 1).tobytes() == b"RGBrgb"
    assert native_frame(path, header, 1) == data  # what the metadata of the instance describe


@pytest.mark.parametrize(
    ("photometric", "data", "rgb"),
    [
        ("YBR_FULL", bytes([76, 85, 255, 255, 128, 128]), [[254, 0, 0], [255, 255, 255]]),
        ("YBR_FULL_422", bytes([76, 76, 85, 255]), [[254, 0, 0], [254, 0, 0]]),
        ("YBR_FULL_422", bytes([76, 85, 255, 255, 128, 128]), [[254, 0, 0], [255, 255, 255]]),  # not subsampled at all
        ("YBR_PARTIAL_422", bytes([16, 235, 128, 128]), [[0, 0, 0], [255, 255, 255]]),
    ],
)
def test_luminance_and_colour_differences_become_rgb(
    tmp_path: Path, photometric: str, data: bytes, rgb: list[list[int]]
) -> None:
    path, header = planted(
        tmp_path, instance(rows=1, columns=2, pixels=data, PhotometricInterpretation=photometric, **COLOUR)
    )
    assert decoded_frame(path, header, 1).tolist() == [rgb]


@pytest.mark.parametrize(
    ("keyword", "kind", "bits"), [("FloatPixelData", "<f4", 32), ("DoubleFloatPixelData", "<f8", 64)]
)
def test_floating_point_pixels(tmp_path: Path, keyword: str, kind: str, bits: int) -> None:
    values = np.array([[0.5, -2.25]], kind)
    absent: dict[str, Any] = dict.fromkeys(("PixelData", "BitsStored", "HighBit", "PixelRepresentation"))
    data: dict[str, Any] = {keyword: values.tobytes()}
    path, header = planted(tmp_path, instance(rows=1, columns=2, BitsAllocated=bits, **absent, **data))
    frame = decoded_frame(path, header, 1)
    assert frame.tolist() == values.tolist()
    assert frame.dtype == kind


# -- encapsulated ---------------------------------------------------------------------------------------------------


def frames_of(tmp_path: Path, data: bytes, numbers: int) -> list[bytes]:
    path, header = planted(tmp_path, data)
    return [stored_frame(path, header, number).data for number in range(1, numbers + 1)]


def test_one_frame_is_all_fragments(tmp_path: Path) -> None:
    assert frames_of(tmp_path, encapsulated([A, MORE, MORE], transfer_syntax=JPEG_BASELINE), 1) == [A + MORE + MORE]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"table": (0, 16, 34)},
        {"table": (0, 16, 35)},  # points beside the item: believed no longer than it holds
        {"table": (0, 900_000, 34)},
        {"table": (0, 16)},
        {"closed": False},
        {"length": 62},
        {"extended": ((0, 8), (16, 10), (34, 6))},
        {"extended": ((0, 8), (1 << 62, 10), (34, 6))},
    ],
)
def test_a_fragment_for_each_frame(tmp_path: Path, told: dict[str, Any]) -> None:
    data = encapsulated([A, B, C], transfer_syntax=JPEG_BASELINE, NumberOfFrames=3, **told)
    assert frames_of(tmp_path, data, 3) == [A, B, C]


@pytest.mark.parametrize("table", [(), (0, 34, 70)])
def test_several_fragments_for_each_frame(tmp_path: Path, table: tuple[int, ...]) -> None:
    data = encapsulated(
        [A, MORE, B, MORE, MORE, C], table=table and (0, 34, 88), transfer_syntax=JPEG_BASELINE, NumberOfFrames=3
    )
    assert frames_of(tmp_path, data, 3) == [A + MORE, B + MORE + MORE, C]


def test_the_extended_table_knows_the_length_without_padding(tmp_path: Path) -> None:
    data = encapsulated(
        [A, B[:-1] + b"\0"], extended=((0, 8), (16, 9)), transfer_syntax=JPEG_BASELINE, NumberOfFrames=2
    )
    assert frames_of(tmp_path, data, 2) == [A, B[:-1]]


def test_run_lengths_have_one_fragment_a_frame(tmp_path: Path) -> None:
    data = encapsulated([b"one ", b"two "], transfer_syntax=RLE, NumberOfFrames=2)
    assert frames_of(tmp_path, data, 2) == [b"one ", b"two "]


@pytest.mark.parametrize(
    ("fragments", "number"),
    [
        ([A, B], 3),  # the file has fewer than the header says
        ([MORE, A, B, C], 1),  # what does the first one belong to?
        ([A, A, B, C], 1),
        ([], 1),
    ],
)
def test_frames_that_cannot_be_told_apart(tmp_path: Path, fragments: list[bytes], number: int) -> None:
    path, header = planted(tmp_path, encapsulated(fragments, transfer_syntax=JPEG_BASELINE, NumberOfFrames=3))
    with pytest.raises(Undecodable):
        stored_frame(path, header, number)


def test_a_fragment_that_claims_more_than_there_is_ends_with_the_file(tmp_path: Path) -> None:
    data = encapsulated([A], transfer_syntax=JPEG_BASELINE, closed=False)
    lying = data[: -len(A) - 4] + struct.pack("<I", 0x7FFFFFFF) + A
    assert frames_of(tmp_path, lying, 1) == [A]


# -- errors ---------------------------------------------------------------------------------------------------------


def test_frames_are_counted_from_one(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance())
    for number in (0, -1, 2):
        with pytest.raises(BadRequest):
            stored_frame(path, header, number)
        with pytest.raises(BadRequest):
            decoded_frame(path, header, number)


def test_a_file_that_is_gone_changed_or_no_file_is_unavailable(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance())
    path.write_bytes(instance(PatientComments="some words more") + b"\0" * 100)
    with pytest.raises(Unavailable):
        stored_frame(path, header, 1)
    path.unlink()
    with pytest.raises(Unavailable):
        stored_frame(path, header, 1)
    path.mkdir()
    with pytest.raises(Unavailable):
        stored_frame(path, header, 1)
    with pytest.raises(Unavailable):
        stored_frame("a\0b", header, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance())
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Unavailable):
        stored_frame(path, header, 1)


@pytest.mark.parametrize("syntax", ALL_NATIVE)
def test_a_cut_frame_is_undecodable_and_those_before_it_are_not(tmp_path: Path, syntax: str) -> None:
    data = instance(rows=2, columns=2, pixels=words(*range(7)), transfer_syntax=syntax, NumberOfFrames=2)
    path, header = planted(tmp_path, data)
    assert len(stored_frame(path, header, 1).data) == 8
    with pytest.raises(Undecodable):
        stored_frame(path, header, 2)


@pytest.mark.parametrize(
    "lie",
    [
        {"rows": 65535, "columns": 65535},
        {"rows": 0},
        {"columns": None},
        {"bits_allocated": 12},
        {"bits_allocated": 0},
        {"samples_per_pixel": 65535},
        {"has_pixels": False},
        {"pixel_offset": None},
    ],
)
def test_a_form_that_cannot_be_is_refused(tmp_path: Path, lie: dict[str, Any]) -> None:
    path, header = planted(tmp_path, instance())
    with pytest.raises(Undecodable):
        decoded_frame(path, replace(header, **lie), 1)


def test_a_small_deflated_file_cannot_fill_the_memory(tmp_path: Path) -> None:
    bomb = instance(transfer_syntax=DEFLATED_LE, x00091001=("OB", bytes(64 << 20)), x00090010=("LO", "BOMB"))
    assert len(bomb) < 1 << 20
    path = tmp_path / "bomb"
    path.write_bytes(instance(transfer_syntax=DEFLATED_LE))
    header = header_of(path)
    path.write_bytes(bomb)
    with pytest.raises(Undecodable):
        decoded_frame(path, header, 1)


def test_video_and_unknown_transfer_syntaxes_say_so(tmp_path: Path) -> None:
    for syntax, words_said in (("1.2.840.10008.1.2.4.102", "video"), ("1.2.840.10008.1.2.4.94", "transfer syntax")):
        path, header = planted(tmp_path, encapsulated([A], transfer_syntax=syntax))
        with pytest.raises(Undecodable, match=words_said):
            decoded_frame(path, header, 1)
