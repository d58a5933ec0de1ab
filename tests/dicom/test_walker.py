"""The fast reader against every way to write a data set down; pydicom has the last word on what each means."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.datadict import dictionary_VR

from fileroom.dicom.attributes import ATTRIBUTES
from fileroom.dicom.reading import HEAD, header_from_pydicom, read_header
from fileroom.dicom.source import FileSource
from fileroom.dicom.walker import Odd, Walk
from fileroom.model.headers import Header
from tests import world
from tests.world import DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, JPEG_BASELINE, Open

if TYPE_CHECKING:
    from pathlib import Path

SYNTAXES = [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE, DEFLATED_LE]


def read(folder: Path, data: bytes) -> Header:
    """The header that both readers find in these bytes; the fast one without help."""
    file = folder / "IM1"
    file.write_bytes(data)
    walk(file)
    header = read_header(str(file)).header
    assert header is not None
    assert header == header_from_pydicom(str(file))
    return header


def walk(file: Path) -> None:
    fd = os.open(file, os.O_RDONLY)
    try:
        size = os.fstat(fd).st_size
        Walk(FileSource(fd, size, os.read(fd, HEAD))).run()
    finally:
        os.close(fd)


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr + struct.pack("<H", len(value)) + value


def test_the_table_is_the_dictionarys() -> None:
    assert {row.field for row in ATTRIBUTES} < set(Header.__slots__)
    for row in ATTRIBUTES:
        assert dictionary_VR(row.tag) == row.vr, row.field


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_kind_of_value(tmp_path: Path, syntax: str) -> None:
    header = read(
        tmp_path,
        world.instance(
            transfer_syntax=syntax,
            ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
            InstitutionName="San Luca  ",
            StudyDescription="one\\two",
            ReferringPhysicianName="NERI^CARLO=",
            SeriesNumber="  7",
            AcquisitionNumber="1.0",
            NumberOfFrames="",
            SliceThickness="2.50",
            SpacingBetweenSlices="abc",
            PixelSpacing=["0.5", "0.25 "],
            WindowCenter=["40", "300"],
            WindowWidth="400",
            CineRate="30",
            ImageComments="a\\b ",
            PlanarConfiguration=1,
        ),
    )
    assert header.transfer_syntax_uid == syntax
    assert header.image_type == ("ORIGINAL", "PRIMARY", "AXIAL")
    assert (header.institution_name, header.study_description) == ("San Luca", "one\\two")
    assert header.referring_physician_name == "NERI^CARLO"
    assert (header.series_number, header.acquisition_number, header.number_of_frames) == (7, 1, None)
    assert (header.slice_thickness, header.spacing_between_slices) == (2.5, None)
    assert (header.pixel_spacing, header.window_center, header.window_width) == ((0.5, 0.25), (40.0, 300.0), (400.0,))
    assert (header.cine_rate, header.image_comments, header.planar_configuration) == (30.0, "a\\b", 1)
    assert header.has_pixels
    if syntax == DEFLATED_LE:
        assert (header.pixel_offset, header.pixel_length) == (None, None)
    else:
        assert header.pixel_length == 32
        data = (tmp_path / "IM1").read_bytes()
        assert header.pixel_offset == len(data) - 32


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("of", [list, Open], ids=["defined", "undefined"])
def test_sequences_are_passed_over(tmp_path: Path, syntax: str, of: Any) -> None:
    inner = {"PatientName": "INNER^NAME", "ReferencedImageSequence": of([{"PatientID": "INNER"}, {}])}
    header = read(
        tmp_path,
        world.instance(
            transfer_syntax=syntax,
            ReferencedStudySequence=of([inner, inner]),
            RequestAttributesSequence=of([]),
            x00291010=("SQ", of([inner])),
        ),
    )
    assert (header.patient_name, header.patient_id, header.rows) == ("ROSSI^Mario", "42", 4)


@pytest.mark.parametrize("syntax", [IMPLICIT_LE, EXPLICIT_LE])
def test_without_preamble(tmp_path: Path, syntax: str) -> None:
    for meta in (True, False):
        header = read(tmp_path, world.instance(transfer_syntax=syntax, preamble=False, meta=meta))
        assert (header.transfer_syntax_uid, header.sop_instance_uid) == (syntax, world.sop_uid())


def test_a_meta_group_without_transfer_syntax(tmp_path: Path) -> None:
    with_it = world.instance()
    start = with_it.index(b"\x02\x00\x10\x00UI")
    header = read(tmp_path, with_it[:start] + with_it[start + 8 + 20 :])
    assert header.transfer_syntax_uid == EXPLICIT_LE


@pytest.mark.parametrize("length", [0, 1, 9999, 2**31])
def test_a_wrong_length_of_the_meta_group(tmp_path: Path, length: int) -> None:
    data = world.instance()
    wrong = data[:140] + struct.pack("<I", length) + data[144:]
    assert read(tmp_path, wrong) == read(tmp_path, data)


@pytest.mark.parametrize(("said", "meant"), [(EXPLICIT_LE, IMPLICIT_LE), (IMPLICIT_LE, EXPLICIT_LE)])
def test_the_first_element_is_believed_more_than_the_meta(tmp_path: Path, said: str, meant: str) -> None:
    wrong, right = world.instance(transfer_syntax=said), world.instance(transfer_syntax=meant)
    start, begin = wrong.index(b"\x08\x00\x16\x00"), right.index(b"\x08\x00\x16\x00")
    header = read(tmp_path, wrong[:start] + right[begin:])
    assert (header.patient_name, header.transfer_syntax_uid) == ("ROSSI^Mario", said)


def test_unknown_vr_for_known_attributes(tmp_path: Path) -> None:
    header = read(
        tmp_path,
        world.instance(
            PatientName=None, x00100010=("UN", b"BIANCHI^ANNA"), PixelSpacing=None, x00280030=("UN", b"0.5\\0.7 ")
        ),
    )
    assert (header.patient_name, header.pixel_spacing) == ("BIANCHI^ANNA", (0.5, 0.7))


def test_un_of_undefined_length_is_implicit(tmp_path: Path) -> None:
    """PS3.5 6.2.2 and CP-246: what is inside is implicit VR little endian, whatever is around it."""
    item = world.data_set({"PatientID": "INNER", "ReferencedImageSequence": Open([{"PatientID": "X"}])}, IMPLICIT_LE)
    body = struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    unknown = struct.pack("<HH2sHI", 0x0009, 0x1010, b"UN", 0, 0xFFFFFFFF) + body
    data = world.instance()
    start = data.index(b"\x10\x00\x10\x00PN")
    header = read(tmp_path, data[:start] + unknown + data[start:])
    assert (header.patient_name, header.patient_id, header.rows) == ("ROSSI^Mario", "42", 4)


@pytest.mark.parametrize("of", [list, Open], ids=["defined", "undefined"])
def test_other_vrs_than_the_dictionarys(tmp_path: Path, of: Any) -> None:
    header = read(
        tmp_path,
        world.instance(
            Rows=None, x00280010=("UL", struct.pack("<I", 65537)),
            SliceThickness=None, x00180050=("FD", struct.pack("<d", 1.25)),
            PatientID=None, x00100020=("US", b"\x07\0"),
            StudyDescription=None, x00081030=("ST", "a\\b"),
            InstanceNumber=None, x00200013=("LO", "12 "),
            PatientSex=None, x00100040=("OB", b"M\0"),
            SharedFunctionalGroupsSequence=of([]),
        ),
    )  # fmt: skip
    assert (header.rows, header.slice_thickness, header.patient_id) == (65537, 1.25, "7")
    assert (header.study_description, header.instance_number, header.patient_sex) == ("a\\b", 12, "")


def test_the_last_of_repeated_and_unordered_elements_wins(tmp_path: Path) -> None:
    data = world.instance(rows=0)
    header = read(tmp_path, data + element(0x00100010, b"PN", b"NEW^NAME") + element(0x00080060, b"CS", b"MR"))
    assert (header.patient_name, header.modality) == ("NEW^NAME", "MR")


def test_an_odd_length_and_trailing_zeros(tmp_path: Path) -> None:
    data = world.instance(rows=0) + element(0x00321060, b"LO", b"odd") + element(0x00400244, b"DA", b"20240131")
    assert read(tmp_path, data).performed_procedure_step_start_date == "20240131"
    assert read(tmp_path, data + bytes(3)).performed_procedure_step_start_date == "20240131"


def test_no_pixels_and_encapsulated_pixels(tmp_path: Path) -> None:
    header = read(tmp_path, world.instance(rows=0))
    assert (header.has_pixels, header.pixel_offset, header.pixel_length) == (False, None, None)
    data = world.instance(transfer_syntax=JPEG_BASELINE, pixels=[b"\xff\xd8jpeg"])
    header = read(tmp_path, data)
    assert (header.has_pixels, header.pixel_length) == (True, None)
    assert data[header.pixel_offset or 0 :][:4] == b"\xfe\xff\x00\xe0"
    header = read(tmp_path, world.instance(PixelData=b""))
    assert (header.has_pixels, header.pixel_offset, header.pixel_length) == (False, None, None)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_float_pixels(tmp_path: Path, syntax: str) -> None:
    data = world.instance(transfer_syntax=syntax, pixels=None, PixelData=None, x7FE00008=("OF", bytes(64)))
    assert read(tmp_path, data).has_pixels


@pytest.mark.parametrize("syntax", [IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE])
def test_values_across_the_end_of_every_read(tmp_path: Path, syntax: str) -> None:
    """A private value pushes what follows it, byte by byte, across the end of the first read and of a later one."""
    usual = read(tmp_path, world.instance(transfer_syntax=syntax))
    for size in (*range(HEAD - 900, HEAD + 60, 14), *range(HEAD + 7200, HEAD + 8300, 22), 200_000):
        header = read(tmp_path, world.instance(transfer_syntax=syntax, x00091010=("OB", bytes(size))))
        offset = header.pixel_offset
        assert offset is not None
        assert offset > size
        assert header == read_as(usual, pixel_offset=offset)


def read_as(header: Header, **changes: Any) -> Header:
    from dataclasses import replace

    return replace(header, **changes)


# -- enhanced multi-frame (PS3.3 C.7.6.16) -----------------------------------------------------------------------


def enhanced(of: Any, syntax: str, frames: int, *, shared_position: bool = False) -> bytes:
    shared = {
        "PixelMeasuresSequence": of([{"PixelSpacing": [0.5, 0.7], "SliceThickness": 3, "SpacingBetweenSlices": 4}]),
        "PlaneOrientationSequence": of([{"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}]),
        "FrameAnatomySequence": of([{"AnatomicRegionSequence": of([{"CodeMeaning": "x"}])}]),
    }
    if shared_position:
        shared["PlanePositionSequence"] = of([{"ImagePositionPatient": [7, 8, 9]}])
    per_frame = [
        {
            "FrameContentSequence": of([{"TemporalPositionIndex": 1}]),
            "FrameVOILUTSequence": of([{"WindowCenter": 40 + n, "WindowWidth": [400, 500]}]),
            "PixelValueTransformationSequence": of(
                [{"RescaleIntercept": -n, "RescaleSlope": 1.5, "RescaleType": "HU"}]
            ),
        }
        | ({} if shared_position else {"PlanePositionSequence": of([{"ImagePositionPatient": [n, 2, 3.5]}])})
        for n in range(frames)
    ]
    return world.instance(
        transfer_syntax=syntax,
        NumberOfFrames=frames,
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
        SharedFunctionalGroupsSequence=of([shared]),
        PerFrameFunctionalGroupsSequence=of(per_frame),
    )


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("of", [list, Open], ids=["defined", "undefined"])
@pytest.mark.parametrize("frames", [1, 2, 200])
def test_geometry_of_functional_groups(tmp_path: Path, syntax: str, of: Any, frames: int) -> None:
    header = read(tmp_path, enhanced(of, syntax, frames))
    assert header.number_of_frames == frames
    assert (header.pixel_spacing, header.slice_thickness, header.spacing_between_slices) == ((0.5, 0.7), 3.0, 4.0)
    assert header.image_orientation == (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
    assert header.image_position == (0.0, 2.0, 3.5)
    assert header.last_image_position == (float(frames - 1), 2.0, 3.5)
    assert (header.window_center, header.window_width) == ((40.0,), (400.0, 500.0))
    assert (header.rescale_intercept, header.rescale_slope, header.rescale_type) == (0.0, 1.5, "HU")


def test_a_position_all_frames_share(tmp_path: Path) -> None:
    header = read(tmp_path, enhanced(Open, EXPLICIT_LE, 3, shared_position=True))
    assert header.image_position == header.last_image_position == (7.0, 8.0, 9.0)


def test_the_data_set_goes_before_functional_groups(tmp_path: Path) -> None:
    header = read(
        tmp_path,
        world.instance(
            PixelSpacing=[1, 2],
            SharedFunctionalGroupsSequence=[{"PixelMeasuresSequence": [{"PixelSpacing": [9, 9], "SliceThickness": 5}]}],
        ),
    )
    assert (header.pixel_spacing, header.slice_thickness) == ((1.0, 2.0), 5.0)


# -- what is left to pydicom -------------------------------------------------------------------------------------

SOP_UID = b"\x08\x00\x18\x00UI"


@pytest.mark.parametrize(
    ("why", "odd"),
    [
        ("an unknown VR", element(0x00080017, b"XX", b"ab")),
        ("a stray end of an item", struct.pack("<HHI", 0xFFFE, 0xE00D, 0)),
        ("undefined length of text", struct.pack("<HH2sHI", 8, 0x17, b"UT", 0, 0xFFFFFFFF) + b"text and no end"),
        ("nested too deeply", b"".join([struct.pack("<HH2sHI", 8, 0x17, b"SQ", 0, 0xFFFFFFFF)
                                        + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)] * 300)),
    ],
)  # fmt: skip
def test_odd_things_are_left_to_pydicom(tmp_path: Path, why: str, odd: bytes) -> None:
    data = world.instance()
    start = data.index(SOP_UID)
    file = tmp_path / why
    file.write_bytes(data[:start] + odd + data[start:])
    with pytest.raises(Odd):
        walk(file)
    reading = read_header(str(file))
    assert (reading.header is None) == (reading.outcome is not None)


def test_a_long_value_that_is_wanted_is_read_by_pydicom(tmp_path: Path) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(x00204000=("UT", "long " * 20_000)))
    with pytest.raises(Odd, match="long value"):
        walk(file)
    header = read_header(str(file)).header
    assert header is not None
    assert header.image_comments == ("long " * 20_000).strip()


def test_implicit_elements_slipped_into_an_explicit_data_set(tmp_path: Path) -> None:
    slipped = struct.pack("<HHI", 0x0008, 0x1070, 4) + b"A^B "
    data = world.instance()
    start = data.index(b"\x10\x00\x10\x00PN")
    header = read(tmp_path, data[:start] + slipped + data[start:])
    assert (header.patient_name, header.rows) == ("ROSSI^Mario", 4)


# -- any bytes ---------------------------------------------------------------------------------------------------

WHOLE = world.instance(
    ReferencedStudySequence=Open([{"PatientName": "X"}]), RequestAttributesSequence=[{"PatientID": "Y"}],
    x00291010=("OB", bytes(40)), SpecificCharacterSet=["", "ISO 2022 IR 87"],
    PatientName=b"Y^T=\x1b$B;3ED\x1b(B",
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    at=st.integers(0, len(WHOLE) - 1),
    new=st.one_of(st.binary(max_size=6), st.sampled_from([b"\xff\xff\xff\xff", b"\0\0", b"SQ", b"UN"])),
    cut=st.integers(0, 12),
    end=st.one_of(st.none(), st.integers(0, len(WHOLE))),
)
def test_no_bytes_break_it(tmp_path: Path, at: int, new: bytes, cut: int, end: int | None) -> None:
    file = tmp_path / "IM1"
    file.write_bytes((WHOLE[:at] + new + WHOLE[at + cut :])[:end])
    reading = read_header(str(file))
    assert (reading.header is None) == (reading.outcome is not None) == (reading.reason is not None)
    assert reading.size == file.stat().st_size
