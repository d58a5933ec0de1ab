"""Transcoding without loss: what is decoded again is what was stored, and pydicom reads what was written."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom import dcmread

from fileroom.errors import Undecodable
from fileroom.network.uids import LOSSLESS
from fileroom.pixels import transcoding
from fileroom.pixels.data_sets import compressed, pieces, syntaxes
from fileroom.pixels.frames import EXPLICIT_LE, decoded_frame
from fileroom.pixels.transcoding import ENCODERS, HTJ2K, JPEG_2000, JPEG_LS, RLE, can_be, transcoded
from tests.pixels.files import encapsulated, header_of, planted
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


YBR: dict[str, Any] = {
    "SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL", "PlanarConfiguration": 0, "NumberOfFrames": 3,
    "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7,
}  # fmt: skip


@pytest.mark.parametrize("syntax", sorted(ENCODERS))
def test_ybr_full_is_not_rounded_to_rgb(tmp_path: Path, syntax: str) -> None:
    pixels = NOISE.integers(0, 256, (3, 20, 30, 3), "u1").tobytes()
    path, header = planted(tmp_path, instance(rows=20, columns=30, pixels=pixels, **YBR))
    there = tmp_path / "there"
    there.write_bytes(b"".join(transcoded(path, header, syntax).pieces))
    assert dcmread(there).PhotometricInterpretation == "YBR_FULL"
    back = dcmread(BytesIO(b"".join(transcoded(there, header_of(there), EXPLICIT_LE).pieces)))
    assert (back.PhotometricInterpretation, back.PixelData == pixels) == ("YBR_FULL", True)


def as_file(data: bytes, syntax: str) -> Any:
    """A bare data set as pydicom reads it."""
    from pydicom.filereader import read_dataset

    return read_dataset(BytesIO(data), is_implicit_VR=syntax == IMPLICIT_LE, is_little_endian=True)


@pytest.mark.parametrize("to", [EXPLICIT_LE, *LOSSLESS])
def test_what_is_more_than_is_held_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str) -> None:
    path, header = planted(tmp_path, instance(rows=20, columns=30, transfer_syntax=IMPLICIT_LE, **image("grey")))
    whole = b"".join(transcoded(path, header, to).pieces)
    for held in (0, 700):
        monkeypatch.setattr(transcoding, "_HELD", held)
        assert b"".join(transcoded(path, header, to).pieces) == whole


@pytest.mark.parametrize("to", [EXPLICIT_LE, IMPLICIT_LE])
@pytest.mark.parametrize("held", [1 << 20, 0])
def test_a_data_set_is_decompressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, held: int) -> None:
    monkeypatch.setattr(transcoding, "_HELD", held)
    said = image("grey")
    path, header = planted(
        tmp_path, instance(rows=20, columns=30, PatientName="MÜLLER", SpecificCharacterSet="ISO_IR 192", **said)
    )
    there = tmp_path / "there"
    there.write_bytes(b"".join(transcoded(path, header, JPEG_LS).pieces))
    found = header_of(there)
    assert syntaxes(found) == (JPEG_LS, EXPLICIT_LE, IMPLICIT_LE)
    ours = as_file(b"".join(pieces(str(there), found, to)), to)
    assert (ours.PixelData, ours.Rows, ours.NumberOfFrames) == (said["pixels"], 20, 3)
    assert "LossyImageCompression" not in ours
    assert all(ours[element.tag].value == element.value for element in dcmread(path))


@pytest.mark.parametrize("to", LOSSLESS)
@pytest.mark.parametrize("held", [1 << 20, 0])
def test_a_data_set_is_compressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, held: int) -> None:
    monkeypatch.setattr(transcoding, "_HELD", held)
    path, header = planted(tmp_path, instance(rows=20, columns=30, transfer_syntax=IMPLICIT_LE, **image("grey")))
    assert compressed(header) == LOSSLESS
    ours = as_file(b"".join(pieces(str(path), header, to)), to)
    whole = dcmread(BytesIO(b"".join(transcoded(path, header, to).pieces)))
    assert ours == whole
    assert "LossyImageCompression" not in ours
    there = tmp_path / "there"
    there.write_bytes(b"".join(transcoded(path, header, to).pieces))
    again = header_of(there)
    assert compressed(again) == tuple(one for one in LOSSLESS if one != to)
    for number in (1, 2, 3):
        assert np.array_equal(decoded_frame(there, again, number), decoded_frame(path, header, number))


def test_what_is_compressed_without_loss_is_what_there_are_encoders_for() -> None:
    assert set(LOSSLESS) == set(ENCODERS)


@pytest.mark.parametrize("to", LOSSLESS)
def test_an_overlay_in_the_bits_of_the_pixels_is_not_lost(tmp_path: Path, to: str) -> None:
    said: dict[str, Any] = {"x60000010": ("US", 4), "x60000011": ("US", 4), "x60000102": ("US", 12)}
    path, header = planted(tmp_path, instance(BitsStored=12, HighBit=11, **said))
    with pytest.raises(Undecodable, match="overlay"):
        next(pieces(str(path), header, to))
    with pytest.raises(Undecodable, match="overlay"):
        transcoded(path, header, to)
    apart = planted(tmp_path, instance(BitsStored=12, HighBit=11, x60003000=("OW", bytes(2)), **said))
    assert as_file(b"".join(pieces(str(apart[0]), apart[1], to)), to)[0x60003000].value == bytes(2)


@pytest.mark.parametrize("said", [None, "00", "01"])
def test_what_was_lost_is_told_when_it_is_decompressed(tmp_path: Path, said: str | None) -> None:
    import imagecodecs

    frame = bytes(imagecodecs.jpeg8_encode(NOISE.integers(0, 256, (16, 16), "u1"), level=80))
    bits: dict[str, Any] = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    baseline = "1.2.840.10008.1.2.4.50"
    data = instance(
        rows=16, columns=16, pixels=[frame + b"\0" * (len(frame) % 2)], transfer_syntax=baseline,
        LossyImageCompression=said, **bits,
    )  # fmt: skip
    path, header = planted(tmp_path, data)
    ours = as_file(b"".join(pieces(str(path), header, EXPLICIT_LE)), EXPLICIT_LE)
    assert ours.LossyImageCompression == "01"
    assert ours.PixelData == decoded_frame(path, header, 1).tobytes()


@pytest.mark.parametrize("held", [1 << 20, 0])
def test_a_damaged_frame_is_known_before_the_first_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(transcoding, "_HELD", held)
    path, header = planted(tmp_path, instance(rows=20, columns=30, **image("grey")))
    (tmp_path / "there").write_bytes(b"".join(transcoded(path, header, RLE).pieces))
    good = dcmread(tmp_path / "there").PixelData
    bad = bytearray((tmp_path / "there").read_bytes())
    at = bad.rindex(b"\xfe\xff\x00\xe0")  # the last frame
    bad[at + 8 : at + 12] = b"\x07\0\0\0"
    path, header = planted(tmp_path, bytes(bad))
    assert len(good) > 0
    with pytest.raises(Undecodable):
        next(pieces(str(path), header, EXPLICIT_LE))


def test_single_bits_are_bits_again(tmp_path: Path) -> None:
    """RLE of one bit: a segment of packed bits (PS3.5 G, 8.1.1)."""
    header = b"".join(n.to_bytes(4, "little") for n in (1, 64, *[0] * 14))
    bits: dict[str, Any] = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "rows": 4, "columns": 4}
    path, found = planted(tmp_path, encapsulated([header + b"\x01\x55\xaa\x80"], transfer_syntax=RLE, **bits))
    ours = as_file(b"".join(pieces(str(path), found, EXPLICIT_LE)), EXPLICIT_LE)
    assert ours.PixelData == b"\x55\xaa"


@pytest.mark.parametrize("rows", [3, 4])
def test_single_bits_of_several_frames_follow_one_another(tmp_path: Path, rows: int) -> None:
    """Frames of 12 bits do not begin with a byte each (PS3.5 8.1.1)."""
    bits: dict[str, Any] = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "NumberOfFrames": 3}
    header = b"".join(n.to_bytes(4, "little") for n in (1, 64, *[0] * 14))
    frames = [bytes((0x55, 0x0A)), bytes((0xF0, 0x0F)), bytes((0x01, 0x08))]
    segments = [header + b"\x01" + one + b"\x80" for one in frames]
    path, found = planted(tmp_path, instance(rows=rows, columns=4, transfer_syntax=RLE, pixels=segments, **bits))
    each = [np.unpackbits(np.frombuffer(one, "u1"), bitorder="little", count=4 * rows) for one in frames]
    wanted = np.packbits(np.concatenate(each), bitorder="little").tobytes()
    for to in (EXPLICIT_LE, IMPLICIT_LE):
        ours = as_file(b"".join(pieces(str(path), found, to)), to)
        assert ours.PixelData == wanted + b"\0" * (len(wanted) % 2)
    made = transcoded(path, found, EXPLICIT_LE)
    data = b"".join(made.pieces)
    assert (made.size, dcmread(BytesIO(data)).PixelData) == (len(data), ours.PixelData)


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
