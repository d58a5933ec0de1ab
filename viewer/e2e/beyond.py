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


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    files: dict[str, bytes] = {
        f"ct/{n}": world.instance(**PERSON, number=n, rows=16, columns=16, SeriesDescription="ct") for n in range(1, 6)
    }
    files |= {
        "sr": report(),
        "pdf": document(3, "pdf", "application/pdf", PDF),
        "ecg": curves(),
        "stl": document(5, "stl", "model/stl", b"solid x\nendsolid x\n"),
        "plan": world.instance(**PERSON, rows=0, modality="RTPLAN", series=6, SeriesDescription="plan"),
    }
    world.plant(folder / "files", files)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
