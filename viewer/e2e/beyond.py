"""What is no image, for the tests in the browser: ``python beyond.py FOLDER`` writes it below ``FOLDER/files``."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import world

if TYPE_CHECKING:
    from collections.abc import Mapping

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF"
PERSON: Mapping[str, Any] = {"patient_name": "NERI^Ada", "patient_id": "N-1", "StudyDescription": "Beyond images"}
CT = world.SOP_CLASSES["CT"]


def code(meaning: str, value: str = "1", scheme: str = "99T") -> list[dict[str, Any]]:
    """A coded concept."""
    return [{"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning}]


def item(kind: str, name: str, **values: Any) -> dict[str, Any]:
    """A content item of a report."""
    return {"ValueType": kind, "ConceptNameCodeSequence": code(name), **values}


def report() -> bytes:
    """Text that would be markup, a table, and two images: one that is there, and one that is not."""
    measured = [{"NumericValue": "12.5", "MeasurementUnitsCodeSequence": code("millimeter", "mm", "UCUM")}]
    group: dict[str, Any] = {
        "ValueType": "CONTAINER",
        "ConceptNameCodeSequence": code("Measurement Group", "125007", "DCM"),
    }
    group["ContentSequence"] = [item("TEXT", "Tracking", TextValue="nodule 1"), item("NUM", "Diameter")]
    group["ContentSequence"][1]["MeasuredValueSequence"] = measured
    images = [
        item("IMAGE", "Seen on", ReferencedSOPSequence=[{"ReferencedSOPClassUID": CT, "ReferencedSOPInstanceUID": one}])
        for one in (world.sop_uid(1, 1, 3), world.uid(404))
    ]
    inside = [
        item("TEXT", "Finding", TextValue="<img src=x onerror=alert(1)> A <b>nodule</b>."),
        item("PNAME", "Reader", PersonName="BIANCHI^Anna"),
        item("CONTAINER", "Measurements", ContentSequence=[group]),
        *images,
    ]
    root = item("CONTAINER", "Chest report", ContentSequence=inside)
    return world.instance(**PERSON, rows=0, modality="SR", series=2, SeriesDescription="report", **root)


def curves() -> bytes:
    """Two leads of a second, 500 samples each: a ramp, and nothing."""
    samples = [value for at in range(500) for value in (at, 0)]
    unit = code("microvolt", "uV", "UCUM")
    channels = [
        {
            "ChannelSourceSequence": code(name),
            "ChannelSensitivity": "2",
            "ChannelSensitivityUnitsSequence": unit,
            "ChannelBaseline": "0",
        }
        for name in ("Lead I", "Lead II")
    ]
    group = {
        "NumberOfWaveformChannels": 2,
        "NumberOfWaveformSamples": 500,
        "SamplingFrequency": "500",
        "WaveformBitsAllocated": 16,
        "WaveformSampleInterpretation": "SS",
        "ChannelDefinitionSequence": channels,
        "WaveformData": struct.pack("<1000h", *samples),
    }
    notes = [{"UnformattedTextValue": "Sinus rhythm"}]
    return world.instance(
        **PERSON,
        rows=0,
        modality="ECG",
        series=4,
        SeriesDescription="ecg",
        WaveformSequence=[group],
        WaveformAnnotationSequence=notes,
    )


def document(series: int, name: str, media_type: str, data: bytes) -> bytes:
    """An encapsulated document."""
    values: dict[str, Any] = {"MIMETypeOfEncapsulatedDocument": media_type, "EncapsulatedDocumentLength": len(data)}
    return world.instance(
        **PERSON,
        **values,
        rows=0,
        modality="DOC",
        series=series,
        SeriesDescription=name,
        DocumentTitle=name,
        EncapsulatedDocument=data,
    )


SPACE = world.uid(50)
SIZE = 16
SLICES = 5
MIDDLE = 3


def segmentation() -> bytes:
    """A square of 8 by 8 pixels in the slice in the middle, in green."""
    rows = [0x0FF0 if 4 <= row < 12 else 0 for row in range(SIZE)]  # noqa: PLR2004 - where the square lies
    place = {"PlanePositionSequence": [{"ImagePositionPatient": [0, 0, MIDDLE]}]}
    of = {"SegmentIdentificationSequence": [{"ReferencedSegmentNumber": 1}]}
    shared = {
        "PlaneOrientationSequence": [{"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}],
        "PixelMeasuresSequence": [{"PixelSpacing": [1, 1], "SliceThickness": "1"}],
    }
    segment = {"SegmentNumber": 1, "SegmentLabel": "Square", "SegmentAlgorithmType": "MANUAL"}
    segment["RecommendedDisplayCIELabValue"] = [57500, 10700, 54000]
    return world.instance(
        **PERSON,
        modality="SEG",
        series=7,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4",
        SeriesDescription="mask",
        FrameOfReferenceUID=SPACE,
        ReferencedSeriesSequence=[{"SeriesInstanceUID": world.series_uid(1, 1)}],
        SegmentationType="BINARY",
        SegmentSequence=[segment],
        NumberOfFrames=1,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[place | of],
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        PixelSpacing=None,
        rows=SIZE,
        columns=SIZE,
        BitsAllocated=1,
        BitsStored=1,
        HighBit=0,
        pixels=struct.pack(f"<{SIZE}H", *rows),
    )


def structures() -> bytes:
    """A square outline in the same slice."""
    corners = [(2, 2), (13, 2), (13, 13), (2, 13)]
    data = "\\".join(f"{x}\\{y}\\{MIDDLE}" for x, y in corners)
    series = [{"SeriesInstanceUID": world.series_uid(1, 1)}]
    space = {"FrameOfReferenceUID": SPACE, "RTReferencedStudySequence": [{"RTReferencedSeriesSequence": series}]}
    contours = [{"ContourGeometricType": "CLOSED_PLANAR", "ContourData": data.encode()}]
    return world.instance(
        **PERSON,
        rows=0,
        modality="RTSTRUCT",
        series=8,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.481.3",
        SeriesDescription="outlines",
        StructureSetLabel="plan",
        ReferencedFrameOfReferenceSequence=[space],
        StructureSetROISequence=[{"ROINumber": 1, "ROIName": "Box", "ReferencedFrameOfReferenceUID": SPACE}],
        ROIContourSequence=[{"ReferencedROINumber": 1, "ROIDisplayColor": [255, 0, 0], "ContourSequence": contours}],
    )


def dose() -> bytes:
    """Five planes of 8 by 8 pixels of 2 mm; twice as much in each, and 4 Gy at most."""
    values = [250 * 2**plane for plane in range(SLICES) for _ in range(64)]
    return world.instance(
        **PERSON,
        modality="RTDOSE",
        series=9,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.481.2",
        SeriesDescription="dose",
        FrameOfReferenceUID=SPACE,
        rows=8,
        columns=8,
        PixelSpacing=[2, 2],
        ImagePositionPatient=[0.5, 0.5, 1],
        NumberOfFrames=SLICES,
        GridFrameOffsetVector=list(range(SLICES)),
        DoseUnits="GY",
        DoseGridScaling="0.001",
        pixels=struct.pack(f"<{len(values)}H", *values),
    )


def presentation() -> bytes:
    """A quarter turn, mirrored, a window of its own, a circle and a word on the first image, all around shut.

    Its table of grey levels changes dark and bright; a mask to be subtracted is what nobody applies.
    """
    circle = {"GraphicType": "CIRCLE", "GraphicAnnotationUnits": "PIXEL", "GraphicData": [8.0, 8.0, 12.0, 8.0]}
    text = {
        "UnformattedTextValue": "look here",
        "AnchorPointAnnotationUnits": "PIXEL",
        "AnchorPoint": [8.0, 8.0],
    }
    first = [{"ReferencedSOPClassUID": CT, "ReferencedSOPInstanceUID": world.sop_uid(1, 1, 1)}]
    drawn = {
        "ReferencedImageSequence": first,
        "GraphicLayer": "A",
        "GraphicObjectSequence": [circle],
        "TextObjectSequence": [text],
    }
    return world.instance(
        **PERSON,
        rows=0,
        modality="PR",
        series=10,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1",
        SeriesDescription="state",
        ContentLabel="KEYVIEW",
        ReferencedSeriesSequence=[{"SeriesInstanceUID": world.series_uid(1, 1)}],
        PresentationLUTSequence=[{"LUTDescriptor": [256, 0, 8], "LUTData": struct.pack("<256H", *range(255, -1, -1))}],
        MaskSubtractionSequence=[{"MaskOperation": "AVG_SUB"}],
        ImageRotation=90,
        ImageHorizontalFlip="Y",
        SoftcopyVOILUTSequence=[{"WindowCenter": "100", "WindowWidth": "50"}],
        GraphicAnnotationSequence=[drawn],
        ShutterShape="RECTANGULAR",
        ShutterLeftVerticalEdge="2",
        ShutterUpperHorizontalEdge="2",
        ShutterRightVerticalEdge="15",
        ShutterLowerHorizontalEdge="15",
    )


def coloured() -> bytes:
    """The third image alone, dark in blue and bright in red; a cross in magenta, and the lowest rows hidden in gray."""
    third = [{"ReferencedSOPClassUID": CT, "ReferencedSOPInstanceUID": world.sop_uid(1, 1, 3)}]
    ramps = {"Red": range(256), "Green": [0] * 256, "Blue": range(255, -1, -1)}
    palette: dict[str, Any] = {}
    for name, ramp in ramps.items():
        palette[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, 8]
        palette[f"{name}PaletteColorLookupTableData"] = bytes(ramp)
    cross = [0xFFFF if row == 4 else 0x0010 for row in range(SIZE)]  # noqa: PLR2004 - row and column 5
    low = [0xFFFF if row >= 12 else 0 for row in range(SIZE)]  # noqa: PLR2004 - where it begins
    planes: dict[str, Any] = {}
    for group, bits in ((0x6000, cross), (0x6002, low)):
        described: dict[int, Any] = {0x10: ("US", SIZE), 0x11: ("US", SIZE), 0x40: ("CS", "G"), 0x50: ("SS", [1, 1])}
        described |= {0x100: ("US", 1), 0x102: ("US", 0), 0x3000: ("OW", struct.pack(f"<{SIZE}H", *bits))}
        planes |= {f"x{group:04x}{element:04x}": value for element, value in described.items()}
    planes["x60001001"] = ("CS", "MARKS")
    return world.instance(
        **PERSON,
        **palette,
        **planes,
        rows=0,
        modality="PR",
        series=11,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.11.3",
        SeriesDescription="colours",
        ContentLabel="COLOURS",
        ReferencedSeriesSequence=[{"SeriesInstanceUID": world.series_uid(1, 1), "ReferencedImageSequence": third}],
        SoftcopyVOILUTSequence=[{"WindowCenter": "127.5", "WindowWidth": "255", "VOILUTFunction": "LINEAR_EXACT"}],
        GraphicLayerSequence=[
            {
                "GraphicLayer": "MARKS",
                "GraphicLayerOrder": "1",
                "GraphicLayerRecommendedDisplayCIELabValue": [39527, 57852, 17210],
            }
        ],
        ShutterShape="BITMAP",
        ShutterOverlayGroup=0x6002,
        ShutterPresentationValue=0x8080,
    )


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    files: dict[str, bytes] = {
        f"ct/{n}": world.instance(
            **PERSON, number=n, rows=SIZE, columns=SIZE, SeriesDescription="ct", FrameOfReferenceUID=SPACE
        )
        for n in range(1, SLICES + 1)
    }
    files |= {
        "sr": report(),
        "seg": segmentation(),
        "rs": structures(),
        "dose": dose(),
        "pr": presentation(),
        "pr2": coloured(),
        "pdf": document(3, "pdf", "application/pdf", PDF),
        "ecg": curves(),
        "stl": document(5, "stl", "model/stl", b"solid x\nendsolid x\n"),
        "plan": world.instance(**PERSON, rows=0, modality="RTPLAN", series=6, SeriesDescription="plan"),
    }
    world.plant(folder / "files", files)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
