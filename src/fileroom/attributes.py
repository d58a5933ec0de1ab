"""What the standard's doors match by and answer: attributes of the four levels, and matching keys (PS3.4 C.2.2.2).

One row for each attribute: its keyword, tag and value representation (PS3.6), where its value is, and whether it is
always answered or only when it is asked for. QIDO-RS and C-FIND read the same rows, so that both doors find the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fileroom.errors import BadRequest
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level, Patient, Series, Study
from fileroom.model.queries import Condition, FileKey, Match

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# PS3.3 C.4.23.1.1; what is missing cannot be had by putting a disk back.
AVAILABILITY = {State.ONLINE: "ONLINE", State.CHANGED: "ONLINE", State.OFFLINE: "OFFLINE", State.MISSING: "UNAVAILABLE"}
# What is found in the catalog without a file being opened.
INDEXED = frozenset(
    (
        "PatientName PatientID IssuerOfPatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate StudyTime "
        "StudyID StudyDescription AccessionNumber ReferringPhysicianName InstitutionName ModalitiesInStudy "
        "SeriesInstanceUID Modality SeriesNumber SeriesDescription SeriesDate BodyPartExamined "
        "PerformingPhysicianName PerformedProcedureStepStartDate PerformedProcedureStepStartTime Manufacturer "
        "StationName SOPInstanceUID SOPClassUID InstanceNumber"
    ).split()
)
# What we compute of what is there, and no file says.
_COMPUTED = re.compile(
    "InstanceAvailability|RetrieveURL|SpecificCharacterSet|AvailableTransferSyntaxUID|Number.*Related.*"
)
# Names that are matched fuzzily on request, with the field of our own search for them.
FUZZY = {"PatientName": "name", "ReferringPhysicianName": "phys", "PerformingPhysicianName": "phys"}
_PARTS = re.compile(r'[\s^=*?"]+')
# A date and its time whose ranges are one stretch when both are asked for (PS3.4 C.2.2.2.5.4).
MOMENTS = ("Study", "Series", "PerformedProcedureStepStart")
EMPTY = '""'  # what asks for attributes without a value (PS3.4 C.2.2.2.7)
# Wildcards mean something in these only (PS3.4 C.2.2.2.4).
WILD_VRS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
# Lists are for UIDs (PS3.4 C.2.2.2.2); coded strings cannot hold the separators either, and clients send them.
LIST_VRS = {"UI", "CS"}
# Several values at once are asked for in these only (PS3.4 C.2.2.2.8).
SEVERAL_VRS = {"AE", "AS", "AT", "CS", "LO", "PN", "SH", "UC"}
DATE = re.compile(r"[0-9]{8}")
TIME = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?")


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
PATIENT: tuple[Attribute[Patient], ...] = (
    _row("00080056", "CS", "InstanceAvailability", lambda p: AVAILABILITY[p.state]),
    _row("00100010", "PN", "PatientName", lambda p: p.name, "R"),
    _row("00100020", "LO", "PatientID", lambda p: p.patient_id, "R"),
    _row("00100021", "LO", "IssuerOfPatientID", lambda p: p.issuer_of_patient_id),
    _row("00100030", "DA", "PatientBirthDate", lambda p: p.birth_date, "R"),
    _row("00100040", "CS", "PatientSex", lambda p: p.sex, "R"),
    _row("00201200", "IS", "NumberOfPatientRelatedStudies", lambda p: p.counts.studies, "R"),
    _row("00201202", "IS", "NumberOfPatientRelatedSeries", lambda p: p.counts.series, "R"),
    _row("00201204", "IS", "NumberOfPatientRelatedInstances", lambda p: p.counts.instances, "R"),
)
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
    Level.PATIENT: PATIENT,
    Level.STUDY: STUDY,
    Level.SERIES: SERIES,
    Level.INSTANCE: INSTANCE,
}
# The levels whose attributes may be matched and included at a level: its own and those above.
REACH = {
    Level.PATIENT: (Level.PATIENT,),
    Level.STUDY: (Level.STUDY,),
    Level.SERIES: (Level.SERIES, Level.STUDY),
    Level.INSTANCE: (Level.INSTANCE, Level.SERIES, Level.STUDY),
}


def attribute(name: str, level: Level) -> Attribute[Any] | None:
    """The attribute of that keyword or tag (eight hexadecimal digits in any case), seen from ``level``."""
    tag = name.upper()
    return next((row for one in REACH[level] for row in BY_LEVEL[one] if name == row.keyword or tag == row.tag), None)


def fuzzy_words(row: Attribute[Any], value: str) -> list[str]:
    """A name as terms of our own search, each part the beginning of a word (PS3.4 C.2.2.2.1.1: fuzzy matching)."""
    return [f'{FUZZY[row.keyword]}:"{part}"' for part in _PARTS.split(value) if part]


def conditions(row: Attribute[Any], value: str) -> list[Condition]:
    """One matching key; none for universal matching (PS3.4 C.2.2.2.3), which a lone ``*`` is too (C.2.2.2.4)."""
    if not value.strip("*"):
        return []
    if value == EMPTY:
        return [Condition(row.keyword, Match.EMPTY, ())]
    if row.vr in {"DA", "TM"}:
        return [_date_or_time(row, value)]
    if row.vr in {"IS", "US"}:
        return [Condition(row.keyword, Match.SINGLE, (str(whole_number(row.keyword, value.strip(), -(2**31), 2**31)),))]
    if row.vr in WILD_VRS and re.search(r"[*?]", value):
        return [Condition(row.keyword, Match.WILDCARD, (value,))]
    if row.vr in LIST_VRS:
        values = tuple(one for one in re.split(r"[,\\]", value) if one)
        if not values:
            return []  # separators alone: nothing is asked of it, as of a value of no length
        return [Condition(row.keyword, Match.SINGLE if len(values) == 1 else Match.LIST, values)]
    return [Condition(row.keyword, Match.SINGLE, (value,))]


def each_of(tag: str, vr: str, value: str) -> list[str]:
    """Multiple Value Matching (PS3.4 C.2.2.2.8): the values of a key, of which each has to be there.

    A key as it is where it has one value, or its attribute (eight hexadecimal digits) can have but one. BadRequest for
    wildcards among several values.
    """
    values = [one for one in re.split(r"[,\\]" if vr in LIST_VRS else r"\\", value) if one.strip()]
    if len(values) < 2 or vr not in SEVERAL_VRS or not _can_have_several(tag):  # noqa: PLR2004 - several
        return [value]
    if any(set(one) & set("*?") for one in values):
        raise BadRequest("Several values are matched as they are, without wildcards.")
    return values


def _can_have_several(tag: str) -> bool:
    from pydicom.datadict import dictionary_has_tag, dictionary_VM

    number = int(tag, 16)
    return dictionary_has_tag(number) and dictionary_VM(number) != "1"


def combined(given: list[Condition]) -> list[Condition]:
    """The same keys, with ranges of a date and of its time taken as one: from a moment on one day to one on another."""
    ranges = {one.keyword: one for one in given if one.match is Match.RANGE}
    found = list(given)
    for stem in MOMENTS:
        date, time = ranges.get(f"{stem}Date"), ranges.get(f"{stem}Time")
        if date is None or time is None:
            continue
        low = date.values[0] + time.values[0] if date.values[0] else ""
        high = date.values[1] + time.values[1] if date.values[1] else ""
        found = [one for one in found if one not in (date, time)]
        found.append(Condition(f"{stem}DateAndTime", Match.RANGE, (low, high)))
    return found


def file_keys(name: str, value: str, level: Level, *, several: bool = False) -> list[FileKey]:
    """A key that only files can tell: an attribute, or one in a sequence (``Sequence.Attribute``). No key for
    universal matching; for ``several`` values one each. BadRequest when there is no such attribute, it is computed, or
    belongs to a lower level."""
    found = tags_of(name)
    above = {row.tag for one in REACH[level] for row in BY_LEVEL[one]}
    below = {row.tag for rows in BY_LEVEL.values() for row in rows} - above
    if found is None or found[0][0] in below or _COMPUTED.fullmatch(keyword_of(found[0][-1])):
        raise BadRequest(f"“{name[:64]}” is nothing that is matched at the level of {level.value}.")
    tags, vr = found
    values = each_of(tags[-1], vr, value) if several else [value]
    return [FileKey(tags, vr, one) for one in values if one.strip("*") and vr != "SQ"]


def tags_of(name: str) -> tuple[tuple[str, ...], str] | None:
    """The tags that ``name`` leads by, a keyword or tag or several with dots between, and the VR of the last one."""
    from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword

    tags = []
    vr = ""
    for step in name.split("."):
        known = tag_for_keyword(step)
        if known is None and not re.fullmatch("[0-9A-Fa-f]{8}", step):
            return None
        if vr not in {"", "SQ", "UN"}:
            return None  # nothing lies in what is no sequence
        tag = known if known is not None else int(step, 16)
        if not dictionary_has_tag(tag) and not tag >> 16 & 1:
            return None  # only private attributes may be unknown to the standard (PS3.5 7.8)
        vr = dictionary_VR(tag)[:2] if dictionary_has_tag(tag) else "UN"
        tags.append(f"{tag:08X}")
    return tuple(tags), vr


def keyword_of(tag: str) -> str:
    """The keyword of a tag, "" for one that has none."""
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(int(tag, 16))


def _date_or_time(row: Attribute[Any], value: str) -> Condition:
    """A date or a time, or a range of them, open at an end or not (PS3.4 C.2.2.2.5)."""
    form = DATE if row.vr == "DA" else TIME
    ends = tuple(end.strip() for end in value.split("-"))
    if len(ends) > 2 or not any(ends) or not all(form.fullmatch(end) for end in ends if end):  # noqa: PLR2004 - two ends
        raise BadRequest(f"“{row.keyword}” must be {'YYYYMMDD' if row.vr == 'DA' else 'HHMMSS'}, or a range of them.")
    return Condition(row.keyword, Match.SINGLE if len(ends) == 1 else Match.RANGE, ends)


def whole_number(name: str, given: str, low: int, high: int = 2**53) -> int:
    """``given`` as a whole number in plain digits; BadRequest names the limits."""
    if not (given.isascii() and given.removeprefix("-").isdigit() and len(given) < 18) or not low <= int(given) <= high:  # noqa: PLR2004 - digits that fit 64 bits
        limits = f"from {low} to {high}" if high < 2**53 else f"of {low} or more"
        raise BadRequest(f"“{name}” must be a whole number {limits}.")
    return int(given)
