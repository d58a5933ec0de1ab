"""Compressed frames made here: what the real data do not have, and what a decoder must not swallow."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
import pytest

from fileroom.errors import Undecodable
from fileroom.pixels.codecs import DECODERS, decode
from fileroom.pixels.form import Form

if TYPE_CHECKING:
    from numpy.typing import NDArray

BASELINE, LOSSLESS, JPEG_LS, J2K, HTJ2K = (f"1.2.840.10008.1.2.4.{last}" for last in (50, 70, 80, 90, 201))
RLE, DEFLATED, UNCOMPRESSED = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1", "1.2.840.10008.1.2.1.98"


def form(rows: int = 8, columns: int = 8, **more: Any) -> Form:
    bits = more.pop("bits", 16)
    stored = more.get("bits_stored", bits)
    values = {"samples": 1, "photometric": "MONOCHROME2", "planar": False, "signed": False, "frames": 1} | more
    return Form(
        rows=rows, columns=columns, **({"bits_allocated": bits, "bits_stored": stored, "high_bit": stored - 1} | values)
    )


def ramp(kind: str = "u2", low: int = 0, high: int = 60000) -> NDArray[Any]:
    return np.linspace(low, high, 64).reshape(8, 8).astype(kind)


def rle(*segments: bytes, count: int | None = None) -> bytes:
    """A frame of run lengths (PS3.5 G.3) from packed segments."""
    number = len(segments) if count is None else count
    offsets = [64 + sum(map(len, segments[:place])) for place in range(len(segments))]
    return struct.pack("<16I", number, *offsets, *[0] * (15 - len(segments))) + b"".join(segments)


@pytest.mark.parametrize(
    ("segments", "bits", "values"),
    [
        ((b"\xff\x07",), 8, [7, 7]),
        ((b"\x01\x01\x02",), 8, [1, 2]),
        ((b"\x80\x01\x01\x02\x80",), 8, [1, 2]),  # 128 means nothing
        ((b"\x01\x01\x02\x00",), 8, [1, 2]),  # made even with a zero
        ((b"\xfe\x05",), 8, [5, 5]),  # the padding was packed too
        ((b"\x01\x01\x02", b"\xff\x09"), 16, [0x109, 0x209]),  # most significant bytes first
    ],
)
def test_run_lengths(segments: tuple[bytes, ...], bits: int, values: list[int]) -> None:
    assert decode(rle(*segments), form(1, 2, bits=bits), RLE).tolist() == [values]


def test_run_lengths_of_colour_and_sign() -> None:
    colour = form(1, 1, bits=8, samples=3, photometric="RGB")
    assert decode(rle(b"\x00\x01", b"\x00\x02", b"\x00\x03"), colour, RLE).tolist() == [[[1, 2, 3]]]
    assert decode(rle(b"\xff\xff", b"\xff\xfe"), form(1, 2, signed=True), RLE).tolist() == [[-2, -2]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1\0\0\0",
        rle(b"\xff\x07", count=2),
        rle(b"\xff\x07", count=0xFFFFFFFF),
        rle(b"\x00\x07"),  # one byte instead of two
        rle(b"\x05\x01"),  # a run that is cut
        rle(b"\x81\x00" * 1000),  # far more than the frame holds
        struct.pack("<16I", 1, 9999, *[0] * 14) + b"\xff\x07",  # a segment beyond the end
        struct.pack("<16I", 1, 4, *[0] * 14) + b"\xff\x07",  # a segment inside the header
    ],
)
def test_run_lengths_that_lie_are_undecodable(data: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(data, form(1, 2, bits=8), RLE)


def test_a_small_fragment_does_not_justify_a_large_frame() -> None:
    with pytest.raises(Undecodable, match="too short"):
        decode(rle(b"\x81\x00"), form(20000, 20000, bits=8), RLE)


@pytest.mark.parametrize("syntax", [LOSSLESS, JPEG_LS, J2K, HTJ2K])
@pytest.mark.parametrize(
    ("signed", "stored", "low", "high"),
    [(False, 16, 0, 65535), (False, 12, 0, 4095), (True, 16, -32768, 32767), (True, 12, -2048, 2047)],
)
def test_lossless_grey_survives(syntax: str, signed: bool, stored: int, low: int, high: int) -> None:
    values = ramp("i2" if signed else "u2", low, high)
    cells = values.view("u2") & ((1 << stored) - 1)  # two's complement in the stored bits
    data = encoded(cells.astype("u2"), syntax, stored)
    found = decode(data, form(bits_stored=stored, signed=signed), syntax)
    assert found.dtype == values.dtype
    assert np.array_equal(found, values)


def encoded(cells: NDArray[Any], syntax: str, bits: int) -> bytes:
    if syntax == LOSSLESS:
        return bytes(imagecodecs.jpeg8_encode(cells, lossless=True, bitspersample=bits))
    if syntax == JPEG_LS:
        return bytes(imagecodecs.jpegls_encode(cells))
    if syntax == HTJ2K:
        return bytes(imagecodecs.htj2k_encode(cells))
    return bytes(imagecodecs.jpeg2k_encode(cells, codecformat="j2k", reversible=True, level=0, bitspersample=bits))


def test_differences_that_wrap_around_are_legal_in_lossless_jpeg() -> None:
    """Steps of more than half the range, which one decoder of the field turns white."""
    cells = np.array([[0, 65535, 0, 65535], [65535, 0, 65535, 0]] * 2, "u2")
    found = decode(encoded(cells, LOSSLESS, 16), form(4, 4), LOSSLESS)
    assert np.array_equal(found, cells)


@pytest.mark.parametrize(("photometric", "colorspace"), [("RGB", "RGB"), ("YBR_FULL_422", "YCBCR")])
def test_jpeg_colours_as_photometric_interpretation_says_when_the_stream_is_silent(
    photometric: str, colorspace: str
) -> None:
    picture = np.zeros((16, 16, 3), "u1")
    picture[..., 0] = 200
    data = bytearray(imagecodecs.jpeg8_encode(picture, level=100, colorspace="RGB", outcolorspace=colorspace))
    silent = without_application_segments(bytes(data))
    found = decode(silent, form(16, 16, bits=8, samples=3, photometric=photometric), BASELINE)
    assert np.abs(found.astype(int) - picture).max() <= 3
    # and what the stream says goes before what the data set says
    if photometric == "YBR_FULL_422":
        assert np.array_equal(decode(bytes(data), form(16, 16, bits=8, samples=3, photometric="RGB"), BASELINE), found)


def without_application_segments(data: bytes) -> bytes:
    """A JPEG without JFIF and Adobe segments, its components numbered 1, 2, 3."""
    out, place = data[:2], 2
    while data[place + 1] != 0xDA:
        length = struct.unpack_from(">H", data, place + 2)[0]
        segment = bytearray(data[place : place + 2 + length])
        if segment[1] == 0xC0:
            segment[10::3] = b"\1\2\3"
        if not 0xE0 <= segment[1] <= 0xEF:
            out += bytes(segment)
        place += 2 + length
    scan = bytearray(data[place:])
    scan[5:10:2] = b"\1\2\3"
    return out + bytes(scan)


def test_ybr_in_a_codec_without_colour_transform_becomes_rgb() -> None:
    ybr = np.full((8, 8, 3), (76, 85, 255), "u1")
    data = bytes(imagecodecs.jpegls_encode(ybr))
    assert decode(data, form(bits=8, samples=3, photometric="YBR_FULL"), JPEG_LS)[0, 0].tolist() == [254, 0, 0]
    assert decode(data, form(bits=8, samples=3, photometric="RGB"), JPEG_LS)[0, 0].tolist() == [76, 85, 255]


def test_frames_that_are_deflated_or_not_compressed_at_all() -> None:
    values = ramp()
    assert np.array_equal(decode(values.tobytes(), form(), UNCOMPRESSED), values)
    assert np.array_equal(
        decode(bytes(imagecodecs.deflate_encode(values.tobytes(), raw=True)), form(), DEFLATED), values
    )
    for syntax, data in ((UNCOMPRESSED, b"\0"), (DEFLATED, b"\0"), (DEFLATED, b"nothing like it")):
        with pytest.raises(Undecodable):
            decode(data, form(), syntax)


@pytest.mark.parametrize("syntax", sorted({BASELINE, LOSSLESS, JPEG_LS, J2K}))
def test_a_compressed_frame_of_another_size_is_not_decoded(syntax: str) -> None:
    bits = 8 if syntax == BASELINE else 16
    cells = ramp(f"u{bits // 8}", 0, 255)
    data = bytes(imagecodecs.jpeg8_encode(cells)) if syntax == BASELINE else encoded(cells, syntax, bits)
    decode(data, form(bits=bits), syntax)
    for other in (form(9, 8, bits=bits), form(8, 9, bits=bits), form(bits=bits, samples=3, photometric="RGB")):
        with pytest.raises(Undecodable, match="header says"):
            decode(data, other, syntax)
    if bits == 16:
        with pytest.raises(Undecodable, match="allocated"):
            decode(data, form(bits=8), syntax)


@pytest.mark.parametrize("syntax", sorted({BASELINE, LOSSLESS, JPEG_LS, J2K}))
def test_a_compressed_frame_that_is_cut_is_not_half_decoded(syntax: str) -> None:
    generator = np.random.default_rng(1)
    cells = generator.integers(0, 255, (8, 8)).astype("u1" if syntax == BASELINE else "u2")
    data = bytes(imagecodecs.jpeg8_encode(cells)) if syntax == BASELINE else encoded(cells, syntax, 16)
    for length in (0, 1, 3, 20, len(data) // 2, len(data) * 3 // 4):
        with pytest.raises(Undecodable):
            decode(data[:length], form(bits=cells.itemsize * 8), syntax)


@pytest.mark.parametrize("syntax", sorted(DECODERS))
def test_noise_is_undecodable(syntax: str) -> None:
    generator = np.random.default_rng(2)
    for length in (0, 1, 2, 7, 100):
        with pytest.raises(Undecodable):
            decode(generator.bytes(length), form(), syntax)
