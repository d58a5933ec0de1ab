"""Counts, modalities and dates of the levels, kept in the rows so that a list costs what it shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


# A limit counts the people that are shown: who was said to be somebody else is not one more (decision 0025).
PERSONS: Final = "SELECT count(*) FROM patient WHERE hidden = 0 AND same_as IS NULL"


def recount(cursor: Any, series_ids: Iterable[int]) -> None:
    """Bring counts, modalities and dates of series and all above them up to date with what is shown of them."""
    series = sorted(series_ids)
    if not series:
        return
    cursor.executemany(_RECOUNT_SERIES, [(i,) for i in series])
    recount_above(cursor, series)


def recount_above(cursor: Any, series_ids: Iterable[int]) -> None:
    """The same of what stands above series whose own counts are right."""
    series = sorted(series_ids)
    if not series:
        return
    wanted = json.dumps(series)
    studies = cursor.execute(
        "SELECT DISTINCT study_ref FROM series WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
    ).fetchall()
    cursor.executemany(_RECOUNT_STUDY, studies)
    patients = cursor.execute(
        "SELECT DISTINCT patient_ref FROM study WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([row[0] for row in studies]),),
    ).fetchall()
    recount_patients(cursor, [row[0] for row in patients])


def recount_patients(cursor: Any, patient_ids: Iterable[int]) -> None:
    """Bring what patients' rows say up to date; one that stands for others (``persons``) counts what all of them have,
    and is shown as long as any of them has something to show."""
    patients = sorted(patient_ids)
    cursor.executemany(_RECOUNT_PATIENT, [(i,) for i in patients])
    standing = cursor.execute(_STANDING, (json.dumps(patients),)).fetchall()
    cursor.executemany(_RECOUNT_PERSON, standing)


_RECOUNT_SERIES = (
    "UPDATE series SET (n_instances, n_frames, n_bytes, n_missing, n_changed) = (SELECT count(*), "
    "coalesce(sum(frames), 0), coalesce(sum(bytes), 0), coalesce(sum(missing), 0), coalesce(sum(changed), 0) "
    "FROM instance WHERE series_ref = series.id AND hidden = 0) WHERE id = ?"
)
_RECOUNT_STUDY = (
    "UPDATE study SET (n_series, n_instances, n_frames, n_bytes, n_missing, n_changed, modalities) = (SELECT count(*), "
    "coalesce(sum(n_instances), 0), coalesce(sum(n_frames), 0), coalesce(sum(n_bytes), 0), "
    "coalesce(sum(n_missing), 0), coalesce(sum(n_changed), 0), "
    "coalesce((SELECT group_concat(modality, '\\') FROM (SELECT DISTINCT modality "
    "FROM series WHERE study_ref = study.id AND hidden = 0 AND modality != '' ORDER BY modality)), '') "
    "FROM series WHERE study_ref = study.id AND hidden = 0) WHERE id = ?"
)
_OF_PATIENT = (
    "UPDATE patient SET (n_studies, n_series, n_instances, n_frames, n_bytes, n_missing, n_changed, "
    "last_study_date, modalities{more}) = (SELECT count(*), coalesce(sum(n_series), 0), coalesce(sum(n_instances), 0), "
    "coalesce(sum(n_frames), 0), coalesce(sum(n_bytes), 0), coalesce(sum(n_missing), 0), "
    "coalesce(sum(n_changed), 0), coalesce(max(date), ''), "
    "coalesce((SELECT group_concat(modality, '\\') FROM (SELECT DISTINCT series.modality FROM series "
    "JOIN study AS s ON s.id = series.study_ref WHERE s.patient_ref {whose} AND series.hidden = 0 "
    "AND s.hidden = 0 AND series.modality != '' ORDER BY series.modality)), ''){shown} "
    "FROM study WHERE patient_ref {whose} AND hidden = 0) WHERE id = ?"
)
_RECOUNT_PATIENT = _OF_PATIENT.format(whose="= patient.id", more="", shown="")
_RECOUNT_PERSON = _OF_PATIENT.format(
    whose="IN (SELECT p.id FROM patient AS p WHERE p.id = patient.id OR p.same_as = patient.id)",
    more=", hidden",
    shown=", count(*) = 0",
)
_STANDING = (
    "SELECT DISTINCT same_as FROM patient, json_each(?) AS touched "
    "WHERE same_as IS NOT NULL AND (patient.id = touched.value OR same_as = touched.value)"
)
