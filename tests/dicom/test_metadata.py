"""The DICOM JSON model (PS3.18 F) of files and headers."""

from __future__ import annotations

import base64
import json
import re
import struct
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.dicom.metadata import bulk_data, dicom_json, header_json
from fileroom.dicom.reading import HEAD, read_header
from fileroom.errors import NotFound, Unavailable, Undecodable
from fileroom.model.headers import Header
from tests import world
from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE, Open

if TYPE_CHECKING:
    from pathlib import Path

SYNTAXES = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE]


def uri(path: str) -> str:
    return f"bulk/{path}"


def model(folder: Path, data: bytes) -> dict[str, Any]:
    file = folder / "IM1"
    file.write_bytes(data)
    found = dicom_json(str(file), uri)
    json.dumps(found, allow_nan=False)
    return found


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_data_set(tmp_path: Path, syntax: str) -> None:
    found = model(
        tmp_path,
        world.instance(
            transfer_syntax=syntax,
            SpecificCharacterSet="ISO_IR 192",
            patient_name="Müller^J=山田^太郎",
            SliceThickness="2.5",
            AccessionNumber="",
            ImageType=["ORIGINAL", "", "AXIAL"],
            FrameIncrementPointer=[0x00181063],
            ReferencedImageSequence=Open([{"ReferencedSOPInstanceUID": "2.999.7"}, {}]),
            ReferencedStudySequence=[],
            GraphicData=[1.5, float("nan")],
            x00080000=("UL", 100),
        ),
    )
    assert found["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Müller^J", "Ideographic": "山田^太郎"}]}
    assert found["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert found["00180050"] == {"vr": "DS", "Value": [2.5]}
    assert found["00080050"] == {"vr": "SH"}
    assert found["00080008"] == {"vr": "CS", "Value": ["ORIGINAL", None, "AXIAL"]}
    assert found["00280009"] == {"vr": "AT", "Value": ["00181063"]}
    assert found["00081140"] == {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["2.999.7"]}}, {}]}
    assert found["00081110"] == {"vr": "SQ"}
    assert found["00280010"] == {"vr": "US", "Value": [4]}
    assert found["00700022"] == {"vr": "FL", "Value": [1.5, "nan"]}
    assert found["7FE00010"]["BulkDataURI"] == "bulk/7FE00010"
    assert all(len(key) == 8 and key.isalnum() for key in found)
    assert not [key for key in found if key.startswith("0002") or key.endswith("0000")]
    ramp = struct.pack("<16H", *range(16))
    stored = ramp if syntax != EXPLICIT_BE else struct.pack(">16H", *range(16))
    (tmp_path / "IM1").write_bytes(world.instance(transfer_syntax=syntax, pixels=stored))
    assert bulk_data(str(tmp_path / "IM1"), "7FE00010") == ramp


def test_long_binary_values_are_given_by_reference(tmp_path: Path) -> None:
    inner = {"x00091010": ("OB", bytes(range(256)) * 8), "x00091011": ("OB", b"short!")}
    found = model(
        tmp_path,
        world.instance(
            ReferencedImageSequence=Open([{}, inner]),
            x00291010=("OB", b"a" * 100_000),
            x00291011=("UN", b"b" * 1026),
            x00291012=("OB", b"c" * 256),
        ),
    )
    nested = found["00081140"]["Value"][1]
    assert nested["00091010"] == {"vr": "OB", "BulkDataURI": "bulk/00081140/1/00091010"}
    assert base64.b64decode(nested["00091011"]["InlineBinary"]) == b"short!"
    assert found["00291010"] == {"vr": "OB", "BulkDataURI": "bulk/00291010"}
    assert base64.b64decode(found["00291012"]["InlineBinary"]) == b"c" * 256
    file = str(tmp_path / "IM1")
    assert bulk_data(file, "00081140/1/00091010") == bytes(range(256)) * 8
    assert bulk_data(file, "00291010") == b"a" * 100_000
    assert bulk_data(file, "00291011") == b"b" * 1026


def test_words_are_little_endian_in_json(tmp_path: Path) -> None:
    words = struct.pack(">3H", 1, 2, 3)
    found = model(tmp_path, world.instance(transfer_syntax=EXPLICIT_BE, x00291010=("OW", words)))
    assert base64.b64decode(found["00291010"]["InlineBinary"]) == struct.pack("<3H", 1, 2, 3)


def test_encapsulated_pixels_are_their_fragments(tmp_path: Path) -> None:
    found = model(tmp_path, world.instance(transfer_syntax=JPEG_BASELINE, pixels=[b"ab", b"cdef"]))
    assert found["7FE00010"] == {"vr": "OW", "BulkDataURI": "bulk/7FE00010"}
    assert bulk_data(str(tmp_path / "IM1"), "7FE00010") == b"abcdef"


def test_odd_values_are_text_or_left_out(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        world.instance(
            SliceThickness="abc",
            PixelSpacing=["1,5", "2"],
            SeriesNumber="x",
            InstanceNumber="99999999999999999999",
            WindowCenter="1e400",
            PatientBirthDate="UNKNOWN",
            GraphicData=b"\0\0\0\0\0\0",
            PatientName=b"\xff\xfe",
        ),
    )
    assert found["00180050"] == {"vr": "DS", "Value": ["abc"]}
    assert found["00280030"]["Value"] == ["1,5", 2.0]
    assert found["00200011"] == {"vr": "IS", "Value": ["x"]}
    assert found["00200013"] == {"vr": "IS", "Value": ["99999999999999999999"]}
    assert found["00281050"] == {"vr": "DS", "Value": ["1e400"]}
    assert found["00100030"] == {"vr": "DA", "Value": ["UNKNOWN"]}
    assert found["00700022"] == {"vr": "FL"}
    assert found["00100010"]["Value"] == [{"Alphabetic": "ÿþ"}]


@pytest.mark.parametrize(
    "path", ["00100010", "00990010", "7FE00010", "00081140/0/00081155", "00081140/9/00081155", "x", "", "1/2", "../.."]
)
def test_what_is_no_binary_value_is_not_found(tmp_path: Path, path: str) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(rows=0, ReferencedImageSequence=[{"ReferencedSOPInstanceUID": "2.999.7"}]))
    with pytest.raises(NotFound):
        bulk_data(str(file), path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        dicom_json(str(tmp_path / "gone"), uri)
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(transfer_syntax=DEFLATED_LE)[:-30])
    with pytest.raises(Undecodable):
        dicom_json(str(file), uri)


def test_pixel_data_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fileroom.sources.positioned

    file = tmp_path / "IM1"
    file.write_bytes(world.instance(rows=512, columns=512))
    header = read_header(str(file)).header
    assert header is not None
    assert header.pixel_offset is not None
    furthest = 0
    read_fd = fileroom.sources.positioned.read_fd

    def spy(fd: int, position: int, length: int) -> bytes:
        nonlocal furthest
        furthest = max(furthest, position + length)
        return read_fd(fd, position, length)

    monkeypatch.setattr(fileroom.sources.positioned, "read_fd", spy)
    assert dicom_json(str(file), uri)["7FE00010"]["BulkDataURI"] == "bulk/7FE00010"
    assert furthest <= header.pixel_offset + HEAD


# -- of a header -------------------------------------------------------------------------------------------------


def test_a_header() -> None:
    found = header_json(
        Header(
            transfer_syntax_uid=EXPLICIT_LE,
            specific_character_set=("ISO_IR 100",),
            sop_instance_uid="2.999.1",
            patient_name="A^B=C",
            study_description="one\\two",
            image_comments="one\\text",
            image_type=("ORIGINAL", "PRIMARY"),
            instance_number=3,
            rows=512,
            pixel_spacing=(0.5, 0.25),
            slice_thickness=2.5,
        )
    )
    json.dumps(found, allow_nan=False)
    assert found["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert found["00080018"] == {"vr": "UI", "Value": ["2.999.1"]}
    assert found["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "A^B", "Ideographic": "C"}]}
    assert found["00081030"] == {"vr": "LO", "Value": ["one", "two"]}
    assert found["00204000"] == {"vr": "LT", "Value": ["one\\text"]}
    assert found["00080008"]["Value"] == ["ORIGINAL", "PRIMARY"]
    assert found["00200013"] == {"vr": "IS", "Value": [3]}
    assert found["00280010"] == {"vr": "US", "Value": [512]}
    assert found["00280030"] == {"vr": "DS", "Value": [0.5, 0.25]}
    assert found["00100020"] == {"vr": "LO"}
    assert found["00180088"] == {"vr": "DS"}


def test_a_header_says_what_its_file_says(tmp_path: Path) -> None:
    data = world.instance(ImageType=["A", "B"], SliceThickness=2.5, WindowCenter=[1, 2], CineRate=30)
    of_file = model(tmp_path, data)
    header = read_header(str(tmp_path / "IM1")).header
    assert header is not None
    of_header = header_json(header)
    assert {key: of_header[key] for key in of_file if key in of_header} == {
        key: value for key, value in of_file.items() if key in of_header
    }


def test_every_real_file_has_its_model(shared_data: Path) -> None:
    count = 0
    for path in sorted((shared_data / "derived").rglob("*")):
        if not path.is_file() or read_header(str(path)).header is None:
            continue
        found = json.dumps(dicom_json(str(path), uri), allow_nan=False)
        count += 1
        for at in re.findall(r'"bulk/([0-9A-F/]+)"', found):
            if path.name != "10-pixel-length-undefined-native.dcm":  # says that there are fragments; there are none
                assert bulk_data(str(path), at)
    assert count > 20
