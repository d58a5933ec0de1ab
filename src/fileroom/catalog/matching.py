"""Attribute matching (PS3.4 C.2.2.2) as SQL conditions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, func, not_, or_, select, text, true

from fileroom.catalog import schema as t
from fileroom.errors import BadRequest
from fileroom.model.entries import Level
from fileroom.model.queries import Match

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from fileroom.model.queries import Condition

_ORDER = (Level.PATIENT, Level.STUDY, Level.SERIES, Level.INSTANCE)
_ABOVE_EVERY_DIGIT = "~"

# keyword -> (level, kind, columns). Kinds: "pn" ignores case (PS3.4 C.2.2.2.1 leaves that to us), "text" does not;
# "names" may be several, with a backslash between; a "moment" is a date and a time, one after the other.
KEYWORDS: dict[str, tuple[Level, str, tuple[ColumnElement[Any], ...]]] = {
    "PatientName": (
        Level.PATIENT,
        "pn",
        (t.patient.c.name_alphabetic, t.patient.c.name_ideographic, t.patient.c.name_phonetic),
    ),
    "PatientID": (Level.PATIENT, "text", (t.patient.c.patient_id,)),
    "IssuerOfPatientID": (Level.PATIENT, "text", (t.patient.c.issuer,)),
    "PatientBirthDate": (Level.PATIENT, "date", (t.patient.c.birth_date,)),
    "PatientSex": (Level.PATIENT, "text", (t.patient.c.sex,)),
    "StudyInstanceUID": (Level.STUDY, "text", (t.study.c.study_instance_uid,)),
    "StudyDate": (Level.STUDY, "date", (t.study.c.date,)),
    "StudyTime": (Level.STUDY, "date", (t.study.c.time,)),
    # Both as one moment: "combined date-time matching" (PS3.4 C.2.2.2.5.4).
    "StudyDateAndTime": (Level.STUDY, "moment", (t.study.c.date, t.study.c.time)),
    "StudyID": (Level.STUDY, "text", (t.study.c.study_id,)),
    "StudyDescription": (Level.STUDY, "text", (t.study.c.description,)),
    "AccessionNumber": (Level.STUDY, "text", (t.study.c.accession_number,)),
    "ReferringPhysicianName": (Level.STUDY, "pn", (t.study.c.referring_physician_name,)),
    "InstitutionName": (Level.STUDY, "text", (t.study.c.institution_name,)),
    "ModalitiesInStudy": (Level.STUDY, "modalities", ()),
    "SeriesInstanceUID": (Level.SERIES, "text", (t.series.c.series_instance_uid,)),
    "Modality": (Level.SERIES, "text", (t.series.c.modality,)),
    "SeriesNumber": (Level.SERIES, "number", (t.series.c.number,)),
    "SeriesDescription": (Level.SERIES, "text", (t.series.c.description,)),
    "SeriesDate": (Level.SERIES, "date", (t.series.c.date,)),
    "BodyPartExamined": (Level.SERIES, "text", (t.series.c.body_part_examined,)),
    "PerformingPhysicianName": (Level.SERIES, "names", (t.series.c.performing_physician_name,)),
    "PerformedProcedureStepStartDate": (Level.SERIES, "date", (t.series.c.performed_procedure_step_start_date,)),
    "PerformedProcedureStepStartTime": (Level.SERIES, "date", (t.series.c.performed_procedure_step_start_time,)),
    "SeriesDateAndTime": (Level.SERIES, "moment", (t.series.c.date, t.series.c.time)),
    "PerformedProcedureStepStartDateAndTime": (
        Level.SERIES,
        "moment",
        (t.series.c.performed_procedure_step_start_date, t.series.c.performed_procedure_step_start_time),
    ),
    "Manufacturer": (Level.SERIES, "text", (t.series.c.manufacturer,)),
    "StationName": (Level.SERIES, "text", (t.series.c.station_name,)),
    "SOPInstanceUID": (Level.INSTANCE, "text", (t.instance.c.sop_instance_uid,)),
    "SOPClassUID": (Level.INSTANCE, "text", (t.instance.c.sop_class_uid,)),
    "InstanceNumber": (Level.INSTANCE, "number", (t.instance.c.number,)),
}


def clause(condition: Condition, level: Level) -> ColumnElement[bool]:
    """The SQL of one matching key, asked at ``level``. BadRequest for a key that is unknown or of a lower level."""
    if condition.keyword not in KEYWORDS:
        raise BadRequest(f"{condition.keyword} cannot be searched by")
    own, kind, columns = KEYWORDS[condition.keyword]
    if _ORDER.index(own) > _ORDER.index(level):
        raise BadRequest(f"{condition.keyword} does not belong to the level of {level.value}")
    if condition.match is Match.EMPTY:
        return _is_empty(kind, columns)
    if all(_matches_all(value, condition.match) for value in condition.values):
        return true()
    if kind == "modalities":
        return _modalities(condition)
    if kind == "moment":
        return _range(columns[0] + columns[1], condition.values)
    if kind == "names":
        return _names(columns[0], condition)
    if kind == "pn":
        return _name(columns if len(columns) > 1 else _split(columns[0]), condition)
    return or_(*(_one(column, kind, condition) for column in columns))


def _name(groups: tuple[ColumnElement[Any], ...], condition: Condition) -> ColumnElement[bool]:
    if any("=" in value for value in condition.values):
        return or_(*(_groups(groups, value) for value in condition.values))
    return or_(*(_one(group, "pn", condition) for group in groups))


def _names(column: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    """Any of the names in one column (PS3.4 C.2.2.3)."""
    listed = func.replace(func.json_quote(column), "\\\\", '","')  # of each backslash JSON makes two
    each = func.json_each(func.printf("[%s]", listed)).table_valued("value")
    one_of = select(each.c.value).where(_name(_split(each.c.value), condition)).exists()
    several = func.instr(column, "\\") > 0
    return or_(and_(several, one_of), and_(not_(several), _name(_split(column), condition)))


def _groups(columns: tuple[ColumnElement[Any], ...], value: str) -> ColumnElement[bool]:
    """A name that is asked for in several component groups: each that is given is matched in its own (PS3.5 6.2.1)."""
    asked = zip(columns, value.split("="), strict=False)
    return and_(true(), *(column.like(_like(one), escape="\\") for column, one in asked if one.strip("*")))


def _split(name: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """The three component groups of a name that stands in one column (PS3.5 6.2)."""
    rest: ColumnElement[Any] = name.op("||")("==")
    groups = []
    for _ in range(3):
        end = func.instr(rest, "=")
        groups.append(func.substr(rest, 1, end - 1))
        rest = func.substr(rest, end + 1)
    return tuple(groups)


def _is_empty(kind: str, columns: tuple[ColumnElement[Any], ...]) -> ColumnElement[bool]:
    """No value at all (PS3.4 C.2.2.2.7)."""
    if kind == "modalities":
        has = t.series.alias()
        return t.study.c.id.not_in(select(has.c.study_ref).where(and_(has.c.hidden == 0, has.c.modality != "")))
    return and_(*(column.is_(None) if kind == "number" else column == "" for column in columns))


def _matches_all(value: str, match: Match) -> bool:
    """Universal matching; a lone * as a wildcard matches an empty value too (PS3.4 C.2.2.2.3, C.2.2.2.4)."""
    return not value or (value == "*" and match is Match.WILDCARD)


def _modalities(condition: Condition) -> ColumnElement[bool]:
    has = t.series.alias()
    one = or_(*(_text(has.c.modality, value, condition.match) for value in condition.values))
    return t.study.c.id.in_(select(has.c.study_ref).where(and_(has.c.hidden == 0, one)))


def _one(column: ColumnElement[Any], kind: str, condition: Condition) -> ColumnElement[bool]:
    if kind == "number":
        numbers = [int(v) for v in condition.values if v.strip().lstrip("+-").isdecimal()]
        return column.in_(numbers) if numbers else false()
    if condition.match is Match.RANGE:
        return _range(column, condition.values)
    if kind == "pn":
        return or_(*(column.like(_like(value), escape="\\") for value in condition.values))
    if condition.match is Match.LIST:  # of any length: what is spelt out as OR is limited (PS3.4 C.2.2.2.2)
        return column.in_(
            select(text("value")).select_from(func.json_each(json.dumps(condition.values))).scalar_subquery()
        )
    return or_(*(_text(column, value, condition.match) for value in condition.values))


def _range(column: ColumnElement[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    """Both ends included; an empty value matches no range (PS3.4 C.2.2.2.5)."""
    low, high = values[0], values[-1]
    parts = [column != ""]
    if low:
        parts.append(column >= low)
    if high:
        parts.append(column <= high + _ABOVE_EVERY_DIGIT)  # "11" as an end holds 11:59:59
    return and_(*parts)


def _text(column: ColumnElement[Any], value: str, match: Match) -> ColumnElement[bool]:
    if match is Match.WILDCARD:
        return column.op("GLOB")(value.replace("[", "[[]"))  # * and ? mean the same; a bracket is itself
    return column == value


def _like(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_")
