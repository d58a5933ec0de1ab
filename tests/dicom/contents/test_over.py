"""What lies over images: segments, outlines, and which series they are about; with files that lie about themselves."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.dicom.contents import content
from fileroom.dicom.contents.contours import Contours
from fileroom.dicom.contents.references import References, references
from fileroom.dicom.contents.segmentation import Segmentation
from fileroom.errors import Undecodable
from tests.world import EXPLICIT_LE, IMPLICIT_LE, instance, uid

if TYPE_CHECKING:
    from pathlib import Path

SEG = "1.2.840.10008.5.1.4.1.1.66.4"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
ABOUT = [{"SeriesInstanceUID": uid(1, 1)}]


def code(meaning: str) -> list[dict[str, Any]]:
    return [{"CodeValue": "1", "CodingSchemeDesignator": "X", "CodeMeaning": meaning}]


def segment(number: int, label: str, **values: Any) -> dict[str, Any]:
    return {
        "SegmentNumber": number,
        "SegmentLabel": label,
        "SegmentAlgorithmType": "MANUAL",
        "SegmentedPropertyCategoryCodeSequence": code("Organ"),
        "SegmentedPropertyTypeCodeSequence": code("Liver"),
        **values,
    }


def frame(number: int) -> dict[str, Any]:
    return {"SegmentIdentificationSequence": [{"ReferencedSegmentNumber": number}]}


def segmentation(folder: Path, **values: Any) -> Segmentation:
    usual: dict[str, Any] = {
        "SOPClassUID": SEG,
        "SegmentationType": "BINARY",
        "NumberOfFrames": 3,
        "SegmentSequence": [segment(1, "a", RecommendedDisplayCIELabValue=[35577, 53664, 50858]), segment(2, "b")],
        "PerFrameFunctionalGroupsSequence": [frame(1), frame(2), frame(2)],
        "ReferencedSeriesSequence": ABOUT,
    }
    (folder / "SEG").write_bytes(instance(modality="SEG", **(usual | values)))
    found = content(folder / "SEG").content
    assert isinstance(found, Segmentation)
    return found


@pytest.mark.parametrize("syntax", [EXPLICIT_LE, IMPLICIT_LE])
def test_segments_and_their_frames(tmp_path: Path, syntax: str) -> None:
    found = segmentation(tmp_path, transfer_syntax=syntax)
    assert (found.type, found.maximum, found.frames, found.about) == ("BINARY", 1, (1, 2, 2), (uid(1, 1),))
    first, second = found.segments
    assert (first.label, first.category, first.what, second.colour) == ("a", "Organ", "Liver", None)
    assert first.colour is not None
    # CIELab 54.3, 80.8, 69.9 is pure red, with the white of D50 (PS3.3 C.10.7.1.1)
    assert all(abs(got - wanted) <= 4 for got, wanted in zip(first.colour, (255, 0, 0), strict=True))


def test_frames_that_are_only_said_are_not_believed(tmp_path: Path) -> None:
    assert segmentation(tmp_path, NumberOfFrames=2_000_000_000).frames == (1, 2, 2)
    assert segmentation(tmp_path, NumberOfFrames=1).frames == (1,)


def derived(number: int, **values: Any) -> dict[str, Any]:
    image = {"ReferencedSOPClassUID": uid(3), "ReferencedSOPInstanceUID": uid(4), **values}
    return {**frame(number), "DerivationImageSequence": [{"SourceImageSequence": [image]}]}


def test_whose_pixels_lie_where_those_of_a_frame_do(tmp_path: Path) -> None:
    frames = [
        derived(1, SpatialLocationsPreserved="YES"),
        derived(2, ReferencedFrameNumber=7),
        derived(2, SpatialLocationsPreserved="NO"),
        derived(2, SpatialLocationsPreserved="REORIENTED_ONLY", ReferencedFrameNumber=2),
        derived(2, ReferencedFrameNumber=[1, 2]),
        frame(1),
    ]
    found = segmentation(tmp_path, NumberOfFrames=6, PerFrameFunctionalGroupsSequence=frames)
    assert found.over == (uid(4), f"{uid(4)}/7", "", "", uid(4), "")
    assert (found.sources, found.tiles) == ((uid(4),) * 5 + ("",), 0)


def tiled(folder: Path, **values: Any) -> Segmentation:
    about = [{"SeriesInstanceUID": uid(1, 1), "ReferencedInstanceSequence": [{"ReferencedSOPInstanceUID": uid(4)}]}]
    usual: dict[str, Any] = {
        "DimensionOrganizationType": "TILED_FULL",
        "rows": 8,
        "columns": 8,
        "TotalPixelMatrixRows": 16,
        "TotalPixelMatrixColumns": 17,
        "NumberOfFrames": 12,
        "PerFrameFunctionalGroupsSequence": [],
        "ReferencedSeriesSequence": about,
    }
    return segmentation(folder, **(usual | values))


def test_tiles_of_which_nothing_is_said_come_segment_by_segment(tmp_path: Path) -> None:
    """PS3.3 C.7.6.17.3: the tiles row by row, and of each segment all before the next."""
    found = tiled(tmp_path)
    assert (found.tiles, found.frames) == (6, (1,) * 6 + (2,) * 6)
    assert found.over == tuple(f"{uid(4)}/{number}" for number in (1, 2, 3, 4, 5, 6)) * 2


def test_tiles_that_lie_about_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tiled(tmp_path, NumberOfFrames=7).frames == (1,) * 6 + (2,)
    assert tiled(tmp_path, TotalPixelMatrixRows=0).over == ()
    assert tiled(tmp_path, TotalPixelMatrixFocalPlanes=2).over == ()
    assert tiled(tmp_path, ReferencedSeriesSequence=ABOUT).over == ("",) * 12
    monkeypatch.setattr("fileroom.dicom.contents.segmentation.MOST_FRAMES", 11)
    with pytest.raises(Undecodable, match="too many"):
        tiled(tmp_path)


def test_too_many_frames_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.dicom.contents.segmentation.MOST_FRAMES", 2)
    with pytest.raises(Undecodable, match="too many"):
        segmentation(tmp_path)


def structures(folder: Path, *outlines: str) -> Contours:
    contours = [{"ContourGeometricType": "CLOSED_PLANAR", "ContourData": text.encode()} for text in outlines]
    series = [{"SeriesInstanceUID": uid(1, 1)}]
    (folder / "RS").write_bytes(
        instance(
            rows=0,
            modality="RTSTRUCT",
            SOPClassUID=RTSTRUCT,
            StructureSetLabel="plan 1",
            ReferencedFrameOfReferenceSequence=[
                {
                    "FrameOfReferenceUID": uid(9),
                    "RTReferencedStudySequence": [{"RTReferencedSeriesSequence": series}],
                }
            ],
            StructureSetROISequence=[{"ROINumber": 4, "ROIName": "Heart", "ReferencedFrameOfReferenceUID": uid(9)}],
            ROIContourSequence=[
                {"ReferencedROINumber": 4, "ROIDisplayColor": [255, 300, -3], "ContourSequence": contours}
            ],
            RTROIObservationsSequence=[{"ReferencedROINumber": 4, "RTROIInterpretedType": "ORGAN"}],
        )
    )
    found = content(folder / "RS").content
    assert isinstance(found, Contours)
    return found


def test_structures_and_their_outlines(tmp_path: Path) -> None:
    found = structures(tmp_path, "1\\2\\3.5\\4\\5\\6 ", "7\\8\\9")
    (heart,) = found.structures
    assert (heart.number, heart.label, heart.what, heart.colour) == (4, "Heart", "ORGAN", (255, 255, 0))
    assert (found.label, found.space, found.about) == ("plan 1", uid(9), (uid(1, 1),))
    points = [struct.unpack(f"<{len(raw) // 4}f", raw) for raw in (base64.b64decode(c.points) for c in heart.contours)]
    assert points == [(1, 2, 3.5, 4, 5, 6), (7, 8, 9)]


@pytest.mark.parametrize("damaged", ["1\\2", "1\\x\\3", "", "1\\nan\\2", "1\\\\3"])
def test_outlines_that_are_none_are_left_out_and_counted(tmp_path: Path, damaged: str) -> None:
    found = structures(tmp_path, damaged, "7\\8\\9")
    assert (len(found.structures[0].contours), found.damaged) == (1, 1)


def test_more_points_than_can_be_drawn_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.dicom.contents.contours.MOST_POINTS", 2)
    with pytest.raises(Undecodable, match="more outlines"):
        structures(tmp_path, "1\\2\\3\\4\\5\\6\\7\\8\\9")


def test_what_they_are_about(tmp_path: Path) -> None:
    structures(tmp_path, "1\\2\\3")
    assert references(tmp_path / "RS") == References(series=(uid(1, 1),), spaces=(uid(9),), label="plan 1")
    segmentation(tmp_path, ContentLabel="LIVER", FrameOfReferenceUID=uid(9))
    assert references(tmp_path / "SEG") == References(series=(uid(1, 1),), spaces=(uid(9),), label="LIVER")


def test_by_name_else_by_the_space_they_lie_in() -> None:
    named = References(series=("a",), spaces=("s",), label="")
    assert named.concern("a", "t")
    assert not named.concern("b", "s")
    unnamed = References(series=(), spaces=("s",), label="")
    assert unnamed.concern("b", "s")
    assert not unnamed.concern("b", "")
