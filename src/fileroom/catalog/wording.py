"""The full-text index: one document of folded words for each patient, study and series.

A document holds the words of its entry and of all above and below it, so that a search at any level is one look-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.catalog.memory import Memory
from fileroom.catalog.words import date_tokens, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PATIENTS_REMEMBERED = 10_000


class _Words(set[str]):
    changed = False


class WordIndex:
    """Writes the documents of entries that are new; remembers those of patients, which grow with every series."""

    def __init__(self) -> None:
        self._of_patient: Memory[int, _Words] = Memory(_PATIENTS_REMEMBERED)

    def add(self, cursor: Any, series_ids: Iterable[int]) -> None:
        """Index new series, and what they bring to their studies and patients."""
        studies: set[int] = set()
        patients: dict[int, _Words] = {}
        for series_id in series_ids:
            row = cursor.execute(_WORDS_OF_SERIES, (series_id,)).fetchone()
            patient_id, study_id = row[0], row[1]
            words = _series_tokens(row) | _study_tokens(row) | _patient_tokens(row)
            _put(cursor, "series_words", series_id, words)
            studies.add(study_id)
            patients[patient_id] = self._grow(cursor, patient_id, words)
        for study_id in studies:
            rows = cursor.execute(_WORDS_OF_STUDY, (study_id,)).fetchall()
            words = _study_tokens(rows[0]) | _patient_tokens(rows[0])
            _put(cursor, "study_words", study_id, words.union(*(_series_tokens(row) for row in rows)))
        for patient_id, known in patients.items():
            if known.changed:
                _put(cursor, "patient_words", patient_id, known)
                known.changed = False

    def _grow(self, cursor: Any, patient_id: int, words: set[str]) -> _Words:
        known = self._of_patient.get(patient_id)
        if known is None:
            known = _Words()
            for row in cursor.execute(_WORDS_OF_PATIENT, (patient_id,)):
                known |= _patient_tokens(row) | _study_tokens(row) | _series_tokens(row)
            known.changed = True
            self._of_patient.keep(patient_id, known)
        elif not words <= known:
            known |= words
            known.changed = True
        return known


_WORDS = (
    "SELECT patient.id, study.id, patient.name_alphabetic, patient.name_ideographic, patient.name_phonetic, "
    "patient.patient_id, patient.issuer, patient.birth_date, study.description, study.study_id, "
    "study.accession_number, study.institution_name, study.referring_physician_name, study.date, "
    "study.study_instance_uid, series.description, series.protocol_name, series.body_part_examined, series.modality, "
    "series.station_name, series.manufacturer, series.manufacturer_model_name, series.performing_physician_name, "
    "series.series_instance_uid FROM series JOIN study ON study.id = series.study_ref "
    "JOIN patient ON patient.id = study.patient_ref WHERE "
)
_WORDS_OF_SERIES = _WORDS + "series.id = ?"
_WORDS_OF_STUDY = _WORDS + "study.id = ?"
_WORDS_OF_PATIENT = _WORDS + "patient.id = ?"


def _patient_tokens(row: Sequence[Any]) -> set[str]:
    return tokens(*row[2:7]) | date_tokens(row[7])


def _study_tokens(row: Sequence[Any]) -> set[str]:
    return tokens(*row[8:13]) | date_tokens(row[13]) | tokens(row[14].replace(".", ""))


def _series_tokens(row: Sequence[Any]) -> set[str]:
    return tokens(*row[15:23]) | tokens(row[23].replace(".", ""))


def _put(cursor: Any, table: str, row_id: int, words: set[str]) -> None:
    cursor.execute(
        f"INSERT OR REPLACE INTO {table}(rowid, words) VALUES (?, ?)",  # noqa: S608 - our own names
        (row_id, " ".join(sorted(words))),
    )
