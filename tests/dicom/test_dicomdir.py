"""DICOMDIRs: sound ones in every transfer syntax, and those that are made to hurt."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from fileroom.dicom.dicomdir import Directory, Listed, NoDirectory, read_directory
from fileroom.dicom.reading import read_header_from
from fileroom.sources.held import Bytes
from fileroom.sources.opened import opened_bytes

if TYPE_CHECKING:
    from pathlib import Path

NEXT, LOWER, ROOT = 0x1400, 0x1420, 0x1200


def element(tag: int, vr: str, value: bytes) -> bytes:
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(value)) + value


def record(kind: str, following: int, lower: int, more: bytes, in_use: int = 0xFFFF) -> bytes:
    body = (
        element(0x00041400, "UL", struct.pack("<I", following))
        + element(0x00041410, "US", struct.pack("<H", in_use))
        + element(0x00041420, "UL", struct.pack("<I", lower))
        + element(0x00041430, "CS", kind.encode() + b" " * (len(kind) % 2))
        + more
    )
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(body)) + body


def text(tag: int, vr: str, value: str) -> bytes:
    raw = value.encode("latin-1")
    return element(tag, vr, raw + (b"\0" if vr == "UI" else b" ") * (len(raw) % 2))


def image(number: int, path: str) -> bytes:
    return (
        text(0x00041500, "CS", path)
        + text(0x00041510, "UI", "1.2.840.10008.5.1.4.1.1.2")
        + text(0x00041511, "UI", f"1.2.3.{number}")
        + text(0x00200013, "IS", str(number))
    )


CHARSET = text(0x00080005, "CS", "ISO_IR 100")
PATIENT = CHARSET + text(0x00100010, "PN", "MÜLLER^Jörg") + text(0x00100020, "LO", "7")
STUDY = text(0x00080020, "DA", "20240131") + text(0x0020000D, "UI", "1.2.1")
SERIES = text(0x00080060, "CS", "CT") + text(0x0020000E, "UI", "1.2.2")


def directory(records: list[tuple[str, int | None, int | None, bytes]], first: int | None = 0) -> bytes:
    """Records whose next and lower ones are told by their number; None for an offset that leads nowhere."""
    sizes = [len(record(kind, 0, 0, more)) for kind, _, _, more in records]
    head = bytes(128) + b"DICM" + text(0x00020010, "UI", "1.2.840.10008.1.2.1")
    start = len(head) + 12 + 12
    offsets = {number: start + sum(sizes[:number]) for number in range(len(records))}

    def at(number: int | None) -> int:
        return 0 if number is None else offsets.get(number, number)

    items = b"".join(record(kind, at(after), at(lower), more) for kind, after, lower, more in records)
    sequence = struct.pack("<HH2sHI", 4, 0x1220, b"SQ", 0, len(items)) + items
    return head + element(0x00041200, "UL", struct.pack("<I", at(first))) + sequence


SOUND: list[tuple[str, int | None, int | None, bytes]] = [
    ("PATIENT", None, 1, PATIENT),
    ("STUDY", None, 2, STUDY),
    ("SERIES", None, 3, SERIES),
    ("IMAGE", 4, None, image(1, "DICOM\\IM1")),
    ("IMAGE", None, None, image(2, "DICOM\\IM2")),
]


def listed(data: bytes) -> Directory:
    return read_directory(Bytes(data))


def paths(found: Directory) -> list[str]:
    return ["/".join(one.parts) for one in found.listed]


def test_records_become_headers() -> None:
    found = listed(directory(SOUND))
    assert paths(found) == ["DICOM/IM1", "DICOM/IM2"]
    assert (found.refused, found.cut, found.unreached) == ((), False, 0)
    header = read_header_from(opened_bytes(found.listed[1].data)).header
    assert header is not None
    assert (header.patient_name, header.patient_id) == ("MÜLLER^Jörg", "7")
    assert (header.study_instance_uid, header.series_instance_uid, header.sop_instance_uid) == (
        "1.2.1",
        "1.2.2",
        "1.2.3.2",
    )
    assert (header.study_date, header.modality, header.instance_number) == ("20240131", "CT", 2)


def test_a_birth_date_is_asked_for_once_and_stands_in_its_place() -> None:
    asked: list[Listed] = []

    def born(image: Listed) -> str:
        asked.append(image)
        return "19700101"

    found = read_directory(Bytes(directory(SOUND)), born)
    for one in found.listed:
        header = read_header_from(opened_bytes(one.data)).header
        assert header is not None
        assert (header.patient_birth_date, header.patient_id, header.modality) == ("19700101", "7", "CT")
    assert [one.parts for one in asked] == [("DICOM", "IM1")]


def replaced(number: int, after: int | None, lower: int | None) -> bytes:
    kind, _, _, more = SOUND[number]
    return directory([*SOUND[:number], (kind, after, lower, more), *SOUND[number + 1 :]])


@pytest.mark.parametrize(
    "data",
    [
        replaced(4, 3, None),  # the last image leads back to the first
        replaced(4, 4, None),  # … to itself
        replaced(3, 4, 0),  # an image has the patient below it
        replaced(2, 2, 3),  # a series follows itself
        replaced(0, 99_999_999, 1),  # an offset behind the end
        directory(SOUND, first=None),  # no first record: they are taken in their order
        replaced(1, None, None),  # nothing below the study
    ],
)
def test_offsets_may_lead_anywhere(data: bytes) -> None:
    assert sorted(paths(listed(data))) == ["DICOM/IM1", "DICOM/IM2"]


@pytest.mark.parametrize(
    "path", ["..\\..\\ETC\\PASSWD", "/etc/passwd", "DICOM\\..\\..\\X", "C:\\X", "", "A\\\\B", "\\".join("A" * 40)]
)
def test_paths_that_lead_out_are_refused_and_named(path: str) -> None:
    found = listed(directory([*SOUND[:4], ("IMAGE", None, None, image(2, path))]))
    assert paths(found) == ["DICOM/IM1"]
    assert list(found.refused) == [path.strip()]


def test_a_record_that_is_not_in_use_is_passed_over() -> None:
    data = directory(SOUND)
    body = record("IMAGE", 0, 0, image(2, "DICOM\\IM2"))
    assert body in data
    assert paths(listed(data.replace(body, record("IMAGE", 0, 0, image(2, "DICOM\\IM2"), in_use=0)))) == ["DICOM/IM1"]


def test_every_cut_ends_well() -> None:
    data = directory(SOUND)
    for length in range(len(data)):
        try:
            found = listed(data[:length])
        except NoDirectory:
            continue
        assert found.cut
        assert set(paths(found)) <= {"DICOM/IM1", "DICOM/IM2"}


@pytest.mark.parametrize("data", [b"", b"no directory", bytes(5000), bytes(128) + b"DICM"])
def test_what_is_none_is_said(data: bytes) -> None:
    with pytest.raises(NoDirectory):
        listed(data)


def test_sequences_without_end_nest_no_deeper_than_any_should() -> None:
    deep = struct.pack("<HH2sHI", 0x0088, 0x0200, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    data = directory([*SOUND[:4], ("IMAGE", None, None, image(2, "DICOM\\IM2") + deep * 3000)])
    assert "DICOM/IM1" in paths(listed(data))


def test_real_ones_list_the_same_in_every_transfer_syntax(shared_data: Path) -> None:
    folder = shared_data / "media" / "pydicom-dicomdirtests"
    whole = paths(listed((folder / "DICOMDIR").read_bytes()))
    assert len(whole) == 31
    for name in ("DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-reordered", "DICOMDIR-nopatient"):
        assert sorted(paths(listed((folder / name).read_bytes()))) == sorted(whole), name
    assert paths(listed((folder / "DICOMDIR-empty.dcm").read_bytes())) == []
