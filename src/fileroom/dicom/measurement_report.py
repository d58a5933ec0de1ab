"""Measurements as a structured report: TID 1500 Measurement Report (PS3.16), a Comprehensive SR (PS3.3 A.35.3), or a
Comprehensive 3D SR (A.35.13) where some were made in planes of a volume: their points are places in the patient.

Regions with an area are planar ROI measurements (TID 1410), all else is in measurement groups (TID 1501) whose numbers
are inferred from their points.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.measuring import in_patient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pydicom.dataset import Dataset

    from fileroom.model.headers import Header
    from fileroom.model.pictures import Measured, Measurement

COMPREHENSIVE_SR: Final = "1.2.840.10008.5.1.4.1.1.88.33"
COMPREHENSIVE_3D_SR: Final = "1.2.840.10008.5.1.4.1.1.88.34"
IMPLEMENTATION: Final = "2.25.239446437563364126116014113712347823"
EXPLICIT_LE: Final = "1.2.840.10008.1.2.1"
SERIES_NUMBER: Final = 9001


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept (PS3.3 8.8)."""

    value: str
    scheme: str
    meaning: str


def _dcm(value: str, meaning: str) -> Code:
    return Code(value, "DCM", meaning)


def _sct(value: str, meaning: str) -> Code:
    return Code(value, "SCT", meaning)


REPORT = _dcm("126000", "Imaging Measurement Report")
UNITS: Final = {
    "mm": Code("mm", "UCUM", "millimeter"),
    "px": Code("{pixels}", "UCUM", "pixels"),
    "deg": Code("deg", "UCUM", "degree"),
    "mm2": Code("mm2", "UCUM", "square millimeter"),
    "px2": Code("{pixels}", "UCUM", "pixels"),
    "HU": Code("[hnsf'U]", "UCUM", "Hounsfield unit"),
    "SUVbw": Code("{SUVbw}g/ml", "UCUM", "Standardized Uptake Value body weight"),
    "Bq/ml": Code("Bq/ml", "UCUM", "Becquerels/milliliter"),
    "1": Code("1", "UCUM", "no units"),
}
SIZES: Final = {
    "length": _sct("410668003", "Length"),
    "angle": _sct("1483009", "Angle"),
    "cobb": _sct("285285000", "Cobb angle"),
    "area": _sct("42798000", "Area"),
}
# What the values of pixels are called, by their unit
QUANTITIES: Final = {
    "HU": _dcm("112031", "Attenuation Coefficient"),
    "SUVbw": _dcm("126401", "SUVbw"),
    "Bq/ml": Code("ACTIVITY", "99FILEROOM", "Activity Concentration"),
    "1": Code("PIXELVALUE", "99FILEROOM", "Pixel Value"),
}
DERIVATIONS: Final = {
    "mean": _sct("373098007", "Mean"),
    "sd": _sct("386136009", "Standard Deviation"),
    "min": _sct("255605001", "Minimum"),
    "max": _sct("56851009", "Maximum"),
}
REGIONS: Final = frozenset({"ellipse", "rectangle", "freehand"})


def measurement_report(headers: Mapping[str, Header], measurements: Sequence[Measurement], at: datetime) -> bytes:
    """The file (PS3.10) of a report on ``measurements``. ``headers`` are those of the images by SOP Instance UID; what
    was measured on others is left out."""
    load_pydicom()
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID

    with quiet_pydicom():
        known = [one for one in measurements if one.sop_instance_uid in headers]
        uids = list(dict.fromkeys(one.sop_instance_uid for one in known))
        header = headers[uids[0]] if uids else next(iter(headers.values()))
        report = Dataset()
        _add_modules(report, header, at)
        report.SOPClassUID = COMPREHENSIVE_3D_SR if any(one.plane is not None for one in known) else COMPREHENSIVE_SR
        report.update(_root([headers[uid] for uid in uids], known, headers))
        report.CurrentRequestedProcedureEvidenceSequence = _evidence([headers[uid] for uid in uids])
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = UID(report.SOPClassUID)
        meta.MediaStorageSOPInstanceUID = report.SOPInstanceUID
        meta.TransferSyntaxUID = UID(EXPLICIT_LE)
        meta.ImplementationClassUID = UID(IMPLEMENTATION)
        report.file_meta = meta
        out = BytesIO()
        report.save_as(out, enforce_file_format=True)
        return out.getvalue()


def _uid(seed: str = "") -> str:
    """A UID from a UUID (PS3.5 B.2): a new one, or always the same for a seed."""
    return f"2.25.{(uuid.uuid5(uuid.NAMESPACE_OID, seed) if seed else uuid.uuid4()).int}"


def _add_modules(report: Dataset, header: Header, at: datetime) -> None:
    """Patient, study, series, equipment and document: whose images these are, and that a program wrote this."""
    day, time = at.strftime("%Y%m%d"), at.strftime("%H%M%S")
    values: dict[str, Any] = {
        "SpecificCharacterSet": "ISO_IR 192",
        "SOPInstanceUID": _uid(),
        "StudyDate": header.study_date,
        "StudyTime": header.study_time,
        "AccessionNumber": header.accession_number,
        "ReferringPhysicianName": header.referring_physician_name,
        "StudyDescription": header.study_description,
        "StudyID": header.study_id,
        "StudyInstanceUID": header.study_instance_uid,
        "PatientName": header.patient_name,
        "PatientID": header.patient_id,
        "PatientBirthDate": header.patient_birth_date,
        "PatientSex": header.patient_sex,
        "Modality": "SR",
        "SeriesInstanceUID": _uid(),
        "SeriesNumber": SERIES_NUMBER,
        "SeriesDate": day,
        "SeriesTime": time,
        "SeriesDescription": "Measurements",
        "Manufacturer": "fileroom",
        "InstanceNumber": 1,
        "ContentDate": day,
        "ContentTime": time,
        "InstanceCreationDate": day,
        "InstanceCreationTime": time,
        "CompletionFlag": "PARTIAL",
        "VerificationFlag": "UNVERIFIED",
        "PreliminaryFlag": "PRELIMINARY",
        "PerformedProcedureCodeSequence": [],
        "ReferencedPerformedProcedureStepSequence": [],
    }
    for keyword, value in values.items():
        setattr(report, keyword, value)


def _evidence(headers: Sequence[Header]) -> list[Dataset]:
    """The images that were measured, by study and series (C.17.2.4)."""
    studies: dict[str, dict[str, list[Header]]] = {}
    for header in headers:
        studies.setdefault(header.study_instance_uid, {}).setdefault(header.series_instance_uid, []).append(header)
    return [
        _made(
            StudyInstanceUID=study,
            ReferencedSeriesSequence=[
                _made(SeriesInstanceUID=series, ReferencedSOPSequence=[_reference(image) for image in images])
                for series, images in found.items()
            ],
        )
        for study, found in studies.items()
    ]


# -- the tree ------------------------------------------------------------------------------------------------------


def _root(images: Sequence[Header], measurements: Sequence[Measurement], headers: Mapping[str, Header]) -> Dataset:
    root = _container("", REPORT, "1500")
    del root.RelationshipType
    language = _code("HAS CONCEPT MOD", _dcm("121049", "Language of Content Item and Descendants"))
    language.ConceptCodeSequence = [_coded(Code("en", "RFC5646", "English"))]
    procedure = _code("HAS CONCEPT MOD", _dcm("121058", "Procedure reported"))
    procedure.ConceptCodeSequence = [_coded(_sct("363679005", "Imaging procedure"))]
    library = _container("CONTAINS", _dcm("111028", "Image Library"), "1600")
    group = _container("CONTAINS", _dcm("126200", "Image Library Group"))
    group.ContentSequence = [_image("CONTAINS", header) for header in images]
    library.ContentSequence = [group] if images else []
    found = _container("CONTAINS", _dcm("126010", "Imaging Measurements"))
    found.ContentSequence = [_group(one, headers[one.sop_instance_uid]) for one in measurements]
    root.ContentSequence = [language, *_observer(), procedure, library, found]
    return root


def _observer() -> list[Dataset]:
    """A program, not a person that we would know (TID 1002, 1004)."""
    kind = _code("HAS OBS CONTEXT", _dcm("121005", "Observer Type"))
    kind.ConceptCodeSequence = [_coded(_dcm("121007", "Device"))]
    uid = _item("UIDREF", "HAS OBS CONTEXT", _dcm("121012", "Device Observer UID"))
    uid.UID = IMPLEMENTATION
    name = _item("TEXT", "HAS OBS CONTEXT", _dcm("121013", "Device Observer Name"))
    name.TextValue = "fileroom"
    return [kind, uid, name]


def _group(one: Measurement, header: Header) -> Dataset:
    region = one.kind in REGIONS
    group = _container("CONTAINS", _dcm("125007", "Measurement Group"), "1410" if region else "1501")
    name = _item("TEXT", "HAS OBS CONTEXT", _dcm("112039", "Tracking Identifier"))
    name.TextValue = one.text or one.id
    uid = _item("UIDREF", "HAS OBS CONTEXT", _dcm("112040", "Tracking Unique Identifier"))
    uid.UID = _uid(one.id)
    content = [name, uid]
    if region:
        content.append(_points("CONTAINS", one, header, _dcm("111030", "Image Region")))
    for value in one.values:
        number = _number(one, value)
        if not region:
            number.ContentSequence = [*number.get("ContentSequence", []), _points("INFERRED FROM", one, header)]
        content.append(number)
    if one.kind == "arrow":
        comment = _item("TEXT", "CONTAINS", _dcm("121106", "Comment"))
        comment.TextValue = one.text or "-"
        comment.ContentSequence = [_points("INFERRED FROM", one, header)]
        content.append(comment)
    group.ContentSequence = content
    return group


def _number(one: Measurement, value: Measured) -> Dataset:
    derived = DERIVATIONS.get(value.name)
    size = SIZES.get("cobb" if one.kind == "cobb" else value.name)
    item = _item(
        "NUM", "CONTAINS", size if size is not None else QUANTITIES[value.unit if value.unit in QUANTITIES else "1"]
    )
    item.MeasuredValueSequence = [
        _made(NumericValue=f"{value.value:.6g}", MeasurementUnitsCodeSequence=[_coded(UNITS[value.unit])])
    ]
    if derived is not None:
        modifier = _code("HAS CONCEPT MOD", _dcm("121401", "Derivation"))
        modifier.ConceptCodeSequence = [_coded(derived)]
        item.ContentSequence = [modifier]
    return item


def _points(relation: str, one: Measurement, header: Header, name: Code | None = None) -> Dataset:
    """Spatial coordinates (C.18.6): column and row, the upper left corner of the first pixel at 0\\0."""
    if one.plane is not None:
        return _places(relation, one, header, name)
    item = _item("SCOORD", relation, name)
    points = [(column + 0.5, row + 0.5) for column, row in one.points]
    kind = "POLYLINE"
    if one.kind == "probe":
        kind = "POINT"
    elif one.kind == "ellipse":  # the ends of its axes, the longer first (C.18.6.1.2)
        kind = "ELLIPSE"
        points = points if _distance(*points[:2]) >= _distance(*points[2:]) else points[2:] + points[:2]
    elif one.kind in {"rectangle", "freehand"}:
        points = _closed(one.kind, points)
    item.GraphicType = kind
    item.GraphicData = [float(part) for point in points for part in point]
    item.ContentSequence = [_image("SELECTED FROM", header, one.frame)]
    return item


def _places(relation: str, one: Measurement, header: Header, name: Code | None) -> Dataset:
    """The same in the patient, by frame of reference (C.18.9): what was measured in a plane lies on no image."""
    item = _item("SCOORD3D", relation, name)
    closed = one.kind in {"rectangle", "freehand"}
    drawn = replace(one, points=tuple(_closed(one.kind, list(one.points)))) if closed else one
    places = in_patient(drawn)
    kind = "POINT" if one.kind == "probe" else "POLYGON" if closed else "POLYLINE"
    if one.kind == "ellipse":
        kind = "ELLIPSE"
        first, last = (math.dist(*one.points[at : at + 2]) for at in (0, 2))
        places = places if first >= last else places[2:] + places[:2]
    item.GraphicType = kind
    item.GraphicData = [float(part) for place in places for part in place]
    # a series that names none has one of its own: its slices were found to lie in one space
    item.ReferencedFrameOfReferenceUID = header.frame_of_reference_uid or _uid(header.series_instance_uid)
    return item


def _closed(kind: str, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The outline of a rectangle or a freehand line, which ends where it began."""
    if kind == "rectangle":
        (left, top), (right, bottom) = points
        points = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [*points, points[0]]


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


# -- content items -------------------------------------------------------------------------------------------------


def _made(**values: Any) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _coded(code: Code) -> Dataset:
    return _made(CodeValue=code.value, CodingSchemeDesignator=code.scheme, CodeMeaning=code.meaning)


def _item(kind: str, relation: str, name: Code | None) -> Dataset:
    item = _made(RelationshipType=relation, ValueType=kind)
    if name is not None:
        item.ConceptNameCodeSequence = [_coded(name)]
    return item


def _code(relation: str, name: Code) -> Dataset:
    return _item("CODE", relation, name)


def _container(relation: str, name: Code, template: str = "") -> Dataset:
    item = _item("CONTAINER", relation, name)
    item.ContinuityOfContent = "SEPARATE"
    if template:
        item.ContentTemplateSequence = [_made(MappingResource="DCMR", TemplateIdentifier=template)]
    return item


def _reference(header: Header, frame: int | None = None) -> Dataset:
    found = _made(ReferencedSOPClassUID=header.sop_class_uid, ReferencedSOPInstanceUID=header.sop_instance_uid)
    if frame is not None and (header.number_of_frames or 1) > 1:
        found.ReferencedFrameNumber = frame
    return found


def _image(relation: str, header: Header, frame: int | None = None) -> Dataset:
    item = _item("IMAGE", relation, None)
    item.ReferencedSOPSequence = [_reference(header, frame)]
    return item
