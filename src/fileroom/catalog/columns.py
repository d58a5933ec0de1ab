"""Which columns hold the attributes that the standard's doors answer, and how a value becomes the text of a data set.

Of patients, studies and series; what an instance says lies packed in its row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fileroom.catalog import schema as t
from fileroom.dicom.names import person_name
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement

    Column = tuple[Sequence[ColumnElement[Any]], Callable[..., str]]

_p, _s, _e = t.patient.c, t.study.c, t.series.c


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _groups(alphabetic: str, ideographic: str, phonetic: str) -> str:
    """A name in its three groups (PS3.5 6.2.1)."""
    return f"{alphabetic}={ideographic}={phonetic}".rstrip("=")


def _name(raw: str) -> str:
    if not raw:
        return ""
    name = person_name(raw)
    return _groups(name.alphabetic, name.ideographic, name.phonetic)


def _of(columns: Any, **named: str) -> dict[str, Column]:
    return {keyword: ((columns[column],), _plain) for keyword, column in named.items()}


_OF_PATIENTS: Final[dict[str, Column]] = {
    "PatientName": ((_p.name_alphabetic, _p.name_ideographic, _p.name_phonetic), _groups),
    **_of(
        _p,
        PatientID="patient_id",
        IssuerOfPatientID="issuer",
        PatientBirthDate="birth_date",
        PatientSex="sex",
    ),
}
COLUMNS: Final[dict[Level, dict[str, Column]]] = {
    Level.PATIENT: {
        **_OF_PATIENTS,
        **_of(
            _p,
            NumberOfPatientRelatedStudies="n_studies",
            NumberOfPatientRelatedSeries="n_series",
            NumberOfPatientRelatedInstances="n_instances",
        ),
    },
    Level.STUDY: {
        **_OF_PATIENTS,
        "ReferringPhysicianName": ((_s.referring_physician_name,), _name),
        **_of(
            _s,
            StudyDate="date",
            StudyTime="time",
            AccessionNumber="accession_number",
            ModalitiesInStudy="modalities",
            InstitutionName="institution_name",
            StudyDescription="description",
            PatientAge="patient_age",
            StudyInstanceUID="study_instance_uid",
            StudyID="study_id",
            NumberOfStudyRelatedSeries="n_series",
            NumberOfStudyRelatedInstances="n_instances",
        ),
    },
    Level.SERIES: {
        "PerformingPhysicianName": ((_e.performing_physician_name,), _name),
        **_of(
            _e,
            SeriesDate="date",
            SeriesTime="time",
            Modality="modality",
            Manufacturer="manufacturer",
            StationName="station_name",
            SeriesDescription="description",
            ManufacturerModelName="manufacturer_model_name",
            BodyPartExamined="body_part_examined",
            ProtocolName="protocol_name",
            PatientPosition="patient_position",
            SeriesInstanceUID="series_instance_uid",
            SeriesNumber="number",
            FrameOfReferenceUID="frame_of_reference_uid",
            Laterality="laterality",
            PerformedProcedureStepStartDate="performed_procedure_step_start_date",
            PerformedProcedureStepStartTime="performed_procedure_step_start_time",
            NumberOfSeriesRelatedInstances="n_instances",
        ),
    },
}


def has_all(level: Level, wanted: Sequence[tuple[Level, str]]) -> bool:
    """Whether entries of a level can be told by columns alone."""
    return level in COLUMNS and all(keyword in COLUMNS.get(own, {}) for own, keyword in wanted)
