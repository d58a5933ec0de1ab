"""DICOM that no archive takes: without UIDs, of ACR-NEMA, oddly wrapped. It is opened for a look, with its pixels."""

from __future__ import annotations

import gzip
import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.errors import FileroomError
from fileroom.model.others import Refusal, Remark
from fileroom.volumes.gathering import gather_all
from fileroom.volumes.refusing import Refused
from tests.world import instance, series_uid

if TYPE_CHECKING:
    from pathlib import Path

PIXELS = np.arange(20, dtype="<u2").reshape(4, 5) * 7


def opened(path: Path, data: bytes) -> tuple[Any, tuple[Remark, ...]]:
    """The one file as pydicom reads it, and what is said of it."""
    from pydicom import dcmread

    path.write_bytes(data)
    files, told = gather_all([str(path)], {})
    (file,) = files.values()
    assert not isinstance(file, bytes)
    return dcmread(BytesIO(file.read_at(0, file.size))), told.images[0].remarks


def element(group: int, number: int, value: bytes, order: str = "<") -> bytes:
    """Implicit VR, as ACR-NEMA 2.0 has it."""
    padded = value + b" " * (len(value) % 2)
    return struct.pack(f"{order}HHI", group, number, len(padded)) + padded


def acr_nema(order: str = "<", bits: int = 16) -> bytes:
    """A picture of 1989: group lengths, no UIDs, no meta group."""

    def short(value: int) -> bytes:
        return struct.pack(f"{order}H", value)

    def whole(group: int, *elements: tuple[int, bytes]) -> bytes:
        body = b"".join(element(group, number, value, order) for number, value in elements)
        return element(group, 0, struct.pack(f"{order}I", len(body)), order) + body

    words = PIXELS if bits == PIXELS.itemsize * 8 else PIXELS.astype("u1").ravel().view("<u2")
    picture = (
        (0x05, short(2)),
        (0x10, short(4)),
        (0x11, short(5)),
        (0x30, b"2.0\\3.0"),
        (0x40, b"RECT"),
        (0x100, short(bits)),
        (0x101, short(min(bits, 12))),
        (0x102, short(min(bits, 12) - 1)),
        (0x103, short(0)),
    )
    return (
        whole(0x0008, (0x10, b"ACR-NEMA 2.0"), (0x60, b"MR"))
        + whole(0x0010, (0x10, b"DOE"))
        + whole(0x0020, (0x13, b"1"), (0x30, b"1\\2\\3"), (0x35, b"1\\0\\0\\0\\1\\0"))
        + whole(0x0028, *picture)
        + whole(0x7FE0, (0x10, words.astype(f"{order}u2").tobytes()))
    )


def test_acr_nema(tmp_path: Path) -> None:
    found, remarks = opened(tmp_path / "old.ima", acr_nema())
    assert remarks == (Remark.OLD_STANDARD, Remark.IDENTITY_MADE)
    assert np.array_equal(found.pixel_array, PIXELS)
    assert (found.PhotometricInterpretation, found.SamplesPerPixel) == ("MONOCHROME2", 1)
    assert [float(value) for value in found.ImagePositionPatient] == [1, 2, 3]
    assert found.SOPInstanceUID
    assert found.StudyInstanceUID


@pytest.mark.parametrize("bits", [16, 8])
def test_acr_nema_with_the_great_end_first(tmp_path: Path, bits: int) -> None:
    """Words are turned, so that two pixels of eight bits in one word come in their order (PS3.5 7.3)."""
    found, remarks = opened(tmp_path / "old.ima", acr_nema(">", bits))
    assert remarks == (Remark.OLD_STANDARD, Remark.IDENTITY_MADE)
    assert np.array_equal(found.pixel_array, PIXELS.astype(f"u{bits // 8}"))
    assert (found.Rows, found.BitsStored, [float(step) for step in found.PixelSpacing]) == (4, min(bits, 12), [2, 3])


def test_what_old_siemens_consoles_wrote_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.ima").write_bytes(bytes(6144) + bytes(2 * 64 * 64))
    with pytest.raises(Refused, match="Numaris") as caught:
        gather_all([str(tmp_path / "a.ima")], {})
    assert caught.value.reason is Refusal.RAW_SIEMENS


@pytest.mark.parametrize("missing", ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"])
def test_an_identifier_that_is_missing_is_made_and_that_is_said(tmp_path: Path, missing: str) -> None:
    found, remarks = opened(tmp_path / "IM1", without(instance(), missing))
    assert Remark.IDENTITY_MADE in remarks
    assert found[missing].value
    assert found.pixel_array.size > 0


def without(data: bytes, keyword: str) -> bytes:
    from pydicom import dcmread

    found = dcmread(BytesIO(data))
    del found[keyword]
    out = BytesIO()
    found.save_as(out)
    return out.getvalue()


def test_without_preamble_and_meta_group(tmp_path: Path) -> None:
    from pydicom import dcmread

    found = dcmread(BytesIO(instance()))
    out = BytesIO()
    del found.file_meta
    found.save_as(out, implicit_vr=True, little_endian=True, enforce_file_format=False)
    again, remarks = opened(tmp_path / "bare", out.getvalue())
    assert remarks == ()
    assert again.PixelData == found.PixelData


def test_wrappings_that_are_odd(tmp_path: Path) -> None:
    data = instance()
    for name, wrapped in {"IM1.dcm.gz": gzip.compress(data), "IM1": data[128:]}.items():
        found, remarks = opened(tmp_path / name, wrapped)
        assert (found.SOPInstanceUID, remarks) == (opened(tmp_path / "whole", data)[0].SOPInstanceUID, ())


def test_files_of_one_series_lead_to_it_and_those_of_several_to_the_list(tmp_path: Path) -> None:
    old, one, two, other = acr_nema(), instance(number=1), instance(number=2), instance(series=2)

    def told(*contents: bytes) -> list[str]:
        return [
            image.series_uid for image in gather_all([], {f"{n}": data for n, data in enumerate(contents)})[1].images
        ]

    assert told(one, two) == [series_uid()]
    assert told(one, other) == told(one, other, two) == [""]
    of_old, of_one = told(old, one)
    assert of_one == series_uid()
    assert of_old.startswith("2.25.")


def test_what_only_begins_like_it_is_refused(tmp_path: Path) -> None:
    for data in (b"DICM", b"\x08\0" * 40, b"\x02\0\x01\0" + bytes(300), gzip.compress(bytes(128) + b"DICM")):
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(FileroomError):
            gather_all([str(tmp_path / "a")], {})


def test_files_of_several_folders_that_are_handed_in_do_not_take_each_others_place() -> None:
    one, other = instance(number=1), instance(number=2)
    files, _ = gather_all([], {"scan/a/IM1": one, "scan/b/IM1": other})
    assert sorted(file.read_at(0, file.size) for file in files.values() if not isinstance(file, bytes)) == sorted(
        [one, other]
    )
