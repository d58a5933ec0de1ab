"""Entries as the DICOM JSON model (PS3.18 F), with the attributes that a search answers (Tables 10.6.3-3 to -5).

One row for each attribute: its keyword, tag and value representation (PS3.6), where its value is, and whether it
is always answered or only when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from fileroom.model import Instance, Level, PersonName, Series, State, Study

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from fileroom.model import Header

T = TypeVar("T")
Dataset = dict[str, dict[str, Any]]

# PS3.3 C.4.23.1.1; what is missing cannot be had by putting a disk back.
AVAILABILITY = {State.ONLINE: "ONLINE", State.CHANGED: "ONLINE", State.OFFLINE: "OFFLINE", State.MISSING: "UNAVAILABLE"}
# Everything in JSON is UTF-8 (PS3.18 F.2.1), whatever the file's character set.
UTF_8 = "ISO_IR 192"
# A backslash does not separate values in these (PS3.5 6.2).
TEXT_VRS = {"ST", "LT", "UT", "UR"}


@dataclass(frozen=True, slots=True)
class Attribute(Generic[T]):
    """One attribute of an entry of class ``T``."""

    keyword: str
    tag: str
    vr: str
    value: Callable[[T], Any]
    always: bool = False


def _row(tag: str, vr: str, keyword: str, value: Callable[[T], Any], mark: str = "") -> Attribute[T]:
    return Attribute(keyword, tag, vr, value, always=mark == "R")


# "R": always answered, as required by the tables, or asked for by every viewer.
STUDY: tuple[Attribute[Study], ...] = (
    _row("00080020", "DA", "StudyDate", lambda s: s.date, "R"),
    _row("00080030", "TM", "StudyTime", lambda s: s.time, "R"),
    _row("00080050", "SH", "AccessionNumber", lambda s: s.accession_number, "R"),
    _row("00080056", "CS", "InstanceAvailability", lambda s: AVAILABILITY[s.state], "R"),
    _row("00080061", "CS", "ModalitiesInStudy", lambda s: s.modalities, "R"),
    _row("00080080", "LO", "InstitutionName", lambda s: s.institution_name),
    _row("00080090", "PN", "ReferringPhysicianName", lambda s: s.referring_physician_name, "R"),
    _row("00081030", "LO", "StudyDescription", lambda s: s.description, "R"),
    _row("00100010", "PN", "PatientName", lambda s: s.patient.name, "R"),
    _row("00100020", "LO", "PatientID", lambda s: s.patient.patient_id, "R"),
    _row("00100021", "LO", "IssuerOfPatientID", lambda s: s.patient.issuer_of_patient_id),
    _row("00100030", "DA", "PatientBirthDate", lambda s: s.patient.birth_date, "R"),
    _row("00100040", "CS", "PatientSex", lambda s: s.patient.sex, "R"),
    _row("00101010", "AS", "PatientAge", lambda s: s.patient_age),
    _row("0020000D", "UI", "StudyInstanceUID", lambda s: s.study_instance_uid, "R"),
    _row("00200010", "SH", "StudyID", lambda s: s.study_id, "R"),
    _row("00201206", "IS", "NumberOfStudyRelatedSeries", lambda s: s.counts.series, "R"),
    _row("00201208", "IS", "NumberOfStudyRelatedInstances", lambda s: s.counts.instances, "R"),
)
SERIES: tuple[Attribute[Series], ...] = (
    _row("00080021", "DA", "SeriesDate", lambda s: s.date),
    _row("00080031", "TM", "SeriesTime", lambda s: s.time),
    _row("00080056", "CS", "InstanceAvailability", lambda s: AVAILABILITY[s.state], "R"),
    _row("00080060", "CS", "Modality", lambda s: s.modality, "R"),
    _row("00080070", "LO", "Manufacturer", lambda s: s.manufacturer),
    _row("00081010", "SH", "StationName", lambda s: s.station_name),
    _row("0008103E", "LO", "SeriesDescription", lambda s: s.description, "R"),
    _row("00081050", "PN", "PerformingPhysicianName", lambda s: s.performing_physician_name),
    _row("00081090", "LO", "ManufacturerModelName", lambda s: s.manufacturer_model_name),
    _row("00180015", "CS", "BodyPartExamined", lambda s: s.body_part_examined),
    _row("00181030", "LO", "ProtocolName", lambda s: s.protocol_name),
    _row("00185100", "CS", "PatientPosition", lambda s: s.patient_position),
    _row("0020000E", "UI", "SeriesInstanceUID", lambda s: s.series_instance_uid, "R"),
    _row("00200011", "IS", "SeriesNumber", lambda s: s.number, "R"),
    _row("00200052", "UI", "FrameOfReferenceUID", lambda s: s.frame_of_reference_uid),
    _row("00200060", "CS", "Laterality", lambda s: s.laterality),
    _row("00400244", "DA", "PerformedProcedureStepStartDate", lambda s: s.performed_procedure_step_start_date, "R"),
    _row("00400245", "TM", "PerformedProcedureStepStartTime", lambda s: s.performed_procedure_step_start_time, "R"),
    _row("00201209", "IS", "NumberOfSeriesRelatedInstances", lambda s: s.counts.instances, "R"),
)
INSTANCE: tuple[Attribute[Instance], ...] = (
    _row("00080008", "CS", "ImageType", lambda i: i.header.image_type),
    _row("00080016", "UI", "SOPClassUID", lambda i: i.header.sop_class_uid, "R"),
    _row("00080018", "UI", "SOPInstanceUID", lambda i: i.header.sop_instance_uid, "R"),
    _row("00080022", "DA", "AcquisitionDate", lambda i: i.header.acquisition_date),
    _row("00080023", "DA", "ContentDate", lambda i: i.header.content_date),
    _row("00080032", "TM", "AcquisitionTime", lambda i: i.header.acquisition_time),
    _row("00080033", "TM", "ContentTime", lambda i: i.header.content_time),
    _row("00080056", "CS", "InstanceAvailability", lambda i: AVAILABILITY[i.state], "R"),
    _row("00083002", "UI", "AvailableTransferSyntaxUID", lambda i: i.header.transfer_syntax_uid),
    _row("00200012", "IS", "AcquisitionNumber", lambda i: i.header.acquisition_number),
    _row("00200013", "IS", "InstanceNumber", lambda i: i.header.instance_number, "R"),
    _row("00204000", "LT", "ImageComments", lambda i: i.header.image_comments),
    _row("00280008", "IS", "NumberOfFrames", lambda i: i.header.number_of_frames, "R"),
    _row("00280010", "US", "Rows", lambda i: i.header.rows, "R"),
    _row("00280011", "US", "Columns", lambda i: i.header.columns, "R"),
    _row("00280100", "US", "BitsAllocated", lambda i: i.header.bits_allocated, "R"),
)
# "Shall be present if known" (type C): left out when it is not, where all others are sent without a value.
IF_KNOWN = {"NumberOfFrames", "Rows", "Columns", "BitsAllocated"}
BY_LEVEL: dict[Level, tuple[Attribute[Any], ...]] = {
    Level.STUDY: STUDY,
    Level.SERIES: SERIES,
    Level.INSTANCE: INSTANCE,
}
# The levels whose attributes may be matched and included at a level: its own and those above.
REACH = {
    Level.STUDY: (Level.STUDY,),
    Level.SERIES: (Level.SERIES, Level.STUDY),
    Level.INSTANCE: (Level.INSTANCE, Level.SERIES, Level.STUDY),
}


def attribute(name: str, level: Level) -> Attribute[Any] | None:
    """The attribute of that keyword or tag (eight hexadecimal digits in any case), seen from ``level``."""
    tag = name.upper()
    return next((row for one in REACH[level] for row in BY_LEVEL[one] if name == row.keyword or tag == row.tag), None)


def element(vr: str, value: Any) -> dict[str, Any]:
    """One attribute: without a value it is its value representation alone (PS3.18 F.2.2)."""
    values = _values(vr, value)
    return {"vr": vr, "Value": values} if values else {"vr": vr}


def _values(vr: str, value: Any) -> list[Any]:
    if isinstance(value, PersonName):
        groups = (("Alphabetic", value.alphabetic), ("Ideographic", value.ideographic), ("Phonetic", value.phonetic))
        return [{name: text for name, text in groups if text}] if value else []
    if isinstance(value, str):
        value = (value,) if vr in TEXT_VRS else value.split("\\")
    elif not isinstance(value, tuple):
        value = () if value is None else (value,)
    # An empty value between others is null (PS3.18 F.2.5).
    return [one if one != "" else None for one in value] if any(one not in {None, ""} for one in value) else []


def study_json(study: Study, base: str, include: Collection[str] = ()) -> Dataset:
    """A study, with the attributes of Table 10.6.3-3 and those in ``include`` (keywords, or ``all``)."""
    return _data_set(study_url(base, study), _rows(STUDY, study, include))


def series_json(series: Series, base: str, include: Collection[str] = (), *, whole: bool = False) -> Dataset:
    """A series (Table 10.6.3-4). ``whole`` adds the study's attributes: a search over all studies needs them."""
    above = _above(STUDY, series.study, include, whole=whole, uid="StudyInstanceUID")
    own = _rows(SERIES, series, include)
    return _data_set(series_url(base, series), above, own)


def instance_json(
    instance: Instance,
    base: str,
    include: Collection[str] = (),
    *,
    whole_study: bool = False,
    whole_series: bool = False,
) -> Dataset:
    """An instance (Table 10.6.3-5), with its study's and series' attributes where the search ran over all of them."""
    series = instance.series
    study = _above(STUDY, series.study, include, whole=whole_study, uid="StudyInstanceUID")
    above = _above(SERIES, series, include, whole=whole_series, uid="SeriesInstanceUID")
    own = _rows(INSTANCE, instance, include)
    return _data_set(header_url(base, instance.header), study, above, own)


def _rows(rows: tuple[Attribute[T], ...], entry: T, include: Collection[str]) -> Dataset:
    everything = "all" in include
    return {
        row.tag: found
        for row in rows
        if row.always or everything or row.keyword in include
        if "Value" in (found := element(row.vr, row.value(entry))) or row.keyword not in IF_KNOWN
    }


def _above(rows: tuple[Attribute[T], ...], entry: T, include: Collection[str], *, whole: bool, uid: str) -> Dataset:
    """Attributes of an entry above: all that its own search would answer, or only what was asked for by name."""
    wanted = {row.keyword for row in rows if whole and row.always} | set(include) - {"all"} | {uid}
    return {row.tag: element(row.vr, row.value(entry)) for row in rows if row.keyword in wanted}


def _data_set(retrieve_url: str, *parts: Dataset) -> Dataset:
    found = {"00080005": element("CS", UTF_8), "00081190": element("UR", retrieve_url)}
    for part in parts:
        found |= part
    return dict(sorted(found.items()))  # by ascending tag (PS3.18 F.2.2)


def study_url(base: str, study: Study) -> str:
    """Where WADO-RS has that study."""
    return _address(base, study.study_instance_uid)


def series_url(base: str, series: Series) -> str:
    """Where WADO-RS has that series."""
    return _address(base, series.study.study_instance_uid, series.series_instance_uid)


def header_url(base: str, header: Header) -> str:
    """Where WADO-RS has the instance of that header."""
    return _address(base, header.study_instance_uid, header.series_instance_uid, header.sop_instance_uid)


def _address(base: str, *uids: str) -> str:
    """The address of the resource that one, two or three UIDs name (PS3.18 10.1)."""
    levels = ("studies", "series", "instances")
    return base + "".join(f"/{level}/{quote(uid, safe='')}" for level, uid in zip(levels, uids, strict=False))
