"""Transcoding without loss: what is decoded again is what was stored, and pydicom reads what was written."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom import dcmread

from fileroom.errors import Undecodable
from fileroom.pixels.frames import EXPLICIT_LE, decoded_frame
from fileroom.pixels.transcoding import ENCODERS, HTJ2K, JPEG_2000, JPEG_LS, RLE, can_be, transcoded
from tests.pixels.files import header_of, planted
from tests.world import IMPLICIT_LE, instance

if TYPE_CHECKING:
    from pathlib import Path

NOISE = np.random.default_rng(7)


def image(kind: str) -> dict[str, Any]:
    shape = (3, 20, 30)
    if kind == "grey":
        return {
            "NumberOfFrames": 3,
            "pixels": NOISE.integers(0, 4096, shape, "<u2").tobytes(),
            "BitsStored": 12,
            "HighBit": 11,
        }
    if kind == "signed":
        pixels = NOISE.integers(-2000, 2000, shape, "<i2").tobytes()
        return {"NumberOfFrames": 3, "pixels": pixels, "PixelRepresentation": 1}
    pixels = NOISE.integers(0, 256, (*shape, 3), "u1").tobytes()
    colour = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    return {"NumberOfFrames": 3, "pixels": pixels, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, **colour}


@pytest.mark.parametrize("syntax", sorted(ENCODERS))
@pytest.mark.parametrize("kind", ["grey", "signed", "colour"])
def test_there_and_back_without_loss(tmp_path: Path, kind: str, syntax: str) -> None:
    path, header = planted(tmp_path, instance(rows=20, columns=30, transfer_syntax=IMPLICIT_LE, **image(kind)))
    there = tmp_path / "there"
    there.write_bytes(b"".join(transcoded(path, header, syntax).pieces))
    found = header_of(there)
    assert found.transfer_syntax_uid == syntax
    back = transcoded(there, found, EXPLICIT_LE)
    data = b"".join(back.pieces)
    assert back.size == len(data)
    (tmp_path / "back").write_bytes(data)
    again = header_of(tmp_path / "back")
    for number in (1, 2, 3):
        wanted = decoded_frame(path, header, number)
        assert np.array_equal(decoded_frame(there, found, number), wanted)
        assert np.array_equal(decoded_frame(tmp_path / "back", again, number), wanted)
    ours, theirs = dcmread(BytesIO(data)), dcmread(path)
    for element in theirs:
        if element.keyword not in {"PlanarConfiguration", "PixelData"}:
            assert ours[element.tag].value == element.value
    if syntax in {RLE, JPEG_2000} and kind != "signed":
        assert np.array_equal(dcmread(there).pixel_array, theirs.pixel_array)


def test_what_has_no_pixels_is_written_anew(tmp_path: Path) -> None:
    path, header = planted(tmp_path, instance(pixels=None, transfer_syntax=IMPLICIT_LE))
    data = b"".join(transcoded(path, header, EXPLICIT_LE).pieces)
    assert dcmread(BytesIO(data)).PatientName == dcmread(path).PatientName


@pytest.mark.parametrize(("change", "syntax"), [
    ({"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31, "pixels": bytes(64)}, JPEG_LS),
    ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "pixels": bytes(2)}, HTJ2K),
    ({}, "1.2.840.10008.1.2.4.50"),
    ({"transfer_syntax": "1.2.840.10008.1.2.4.102", "pixels": [b"video"]}, EXPLICIT_LE),
    ({"transfer_syntax": "2.999", "pixels": [b"strange"]}, EXPLICIT_LE),
])  # fmt: skip
def test_what_cannot_be_had_is_refused(tmp_path: Path, change: dict[str, Any], syntax: str) -> None:
    path, header = planted(tmp_path, instance(**change))
    assert not can_be(header, syntax)
    with pytest.raises(Undecodable):
        transcoded(path, header, syntax)
