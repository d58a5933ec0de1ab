"""The full-text index: one document of folded words, by field, for each patient, study and series.

A document holds the words of its entry and of all above and below it, so that a search at any level is one look-up.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fileroom.catalog.fields import FIELDS, tokens_of
from fileroom.catalog.language import Field
from fileroom.catalog.memory import Memory
from fileroom.model import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Document = dict[Field, set[str]]

_PATIENTS_REMEMBERED = 10_000
_TEXTS_REMEMBERED = 20_000
_ALL_AT_ONCE = 1000
_LEVELS = (Level.PATIENT, Level.STUDY, Level.SERIES)
_COLUMNS = tuple((level, field, column) for level in _LEVELS for field, column in FIELDS[level])
_FIRST = 3  # of a row: after the three row numbers


class WordIndex:
    """Writes the documents of entries that are new; remembers those of patients, which grow with every series."""

    def __init__(self) -> None:
        self._of_patient: Memory[int, Document] = Memory(_PATIENTS_REMEMBERED)

    def add(self, cursor: Any, series_ids: Iterable[int]) -> None:
        """Index new series, and what they bring to their studies and patients."""
        studies: set[int] = set()
        patients: dict[int, Document] = {}
        grown: set[int] = set()
        for row in _rows(cursor, "series.id", series_ids):
            patient_id, study_id, series_id = row[:_FIRST]
            words = _document([row], _said(cursor, row))
            _put(cursor, Level.SERIES, series_id, words)
            studies.add(study_id)
            known = self._of_patient.get(patient_id)
            if known is None:
                known = _of_all_below(cursor, "patient.id", patient_id)
                self._of_patient.keep(patient_id, known)
                grown.add(patient_id)
            elif _grow(known, words):
                grown.add(patient_id)
            patients[patient_id] = known
        for study_id in studies:
            _put(cursor, Level.STUDY, study_id, _of_all_below(cursor, "study.id", study_id))
        for patient_id in grown:
            _put(cursor, Level.PATIENT, patient_id, patients[patient_id])


def reindex(cursor: Any, patient_ids: Iterable[int]) -> None:
    """Write the documents of patients and of all below them anew: what stood there before is no longer so."""
    for patient_id in patient_ids:
        below = cursor.execute(
            "SELECT series.id FROM series JOIN study ON study.id = series.study_ref WHERE study.patient_ref = ?",
            (patient_id,),
        ).fetchall()
        WordIndex().add(cursor, [row[0] for row in below])


def fill(cursor: Any) -> None:
    """Index everything, into empty indexes."""
    words = WordIndex()
    last = 0
    while rows := cursor.execute(
        "SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?", (last, _ALL_AT_ONCE)
    ).fetchall():
        words.add(cursor, [row[0] for row in rows])
        last = rows[-1][0]


def _grow(known: Document, words: Document) -> bool:
    grown = False
    for field, more in words.items():
        have = known.setdefault(field, set())
        if not more <= have:
            have |= more
            grown = True
    return grown


def _rows(cursor: Any, column: str, ids: Iterable[int]) -> list[Sequence[Any]]:
    found: list[Sequence[Any]] = cursor.execute(
        f"{_SELECT} WHERE {column} IN (SELECT value FROM json_each(?)) ORDER BY series.id",  # noqa: S608 - our own names
        (json.dumps(list(ids)),),
    ).fetchall()
    return found


def _of_all_below(cursor: Any, column: str, row_id: int) -> Document:
    rows = _rows(cursor, column, [row_id])
    return _document(rows, [said for row in rows for said in _said(cursor, row)])


def _document(rows: Iterable[Sequence[Any]], said: Iterable[tuple[Field, str]]) -> Document:
    words: Document = {}
    for row in rows:
        for (_, field, _), text in zip(_COLUMNS, row[_FIRST:], strict=True):
            if text:
                words.setdefault(field, set()).update(_tokens(field, text))
    for field, text in said:
        words.setdefault(field, set()).update(_tokens(field, text))
    return words


@lru_cache(_TEXTS_REMEMBERED)
def _tokens(field: Field, text: str) -> frozenset[str]:
    return frozenset(tokens_of(field, text))


def _said(cursor: Any, row: Sequence[Any]) -> list[tuple[Field, str]]:
    """What the user wrote on the series of ``row``, its study and its patient."""
    if not cursor.execute(_ANYTHING_SAID).fetchone()[0]:
        return []
    found: list[tuple[str, str]] = cursor.execute(_SAID, (*row[:_FIRST], *row[:_FIRST])).fetchall()
    return [(Field(field), text) for field, text in found]


def _put(cursor: Any, level: Level, row_id: int, words: Document) -> None:
    texts = [" ".join(sorted(words.get(field, ()))) for field in Field]
    cursor.execute(_PUT[level], (row_id, *texts))


_TEXTS = ", ".join(f"{level.value}.{column}" for level, _, column in _COLUMNS)
_SELECT = (
    f"SELECT patient.id, study.id, series.id, {_TEXTS}"  # noqa: S608 - our own names
    " FROM series JOIN study ON study.id = series.study_ref JOIN patient ON patient.id = study.patient_ref"
)
_OWN = " UNION ALL ".join(f"SELECT public_id FROM {level.value} WHERE id = ?" for level in _LEVELS)  # noqa: S608 - our own names
_ANYTHING_SAID = "SELECT EXISTS (SELECT 1 FROM label) OR EXISTS (SELECT 1 FROM note)"
_SAID = (
    f"SELECT 'label', label FROM label WHERE public_id IN ({_OWN}) "  # noqa: S608 - our own names
    f"UNION ALL SELECT 'note', text FROM note WHERE public_id IN ({_OWN})"
)
_PUT = {
    level: f"INSERT OR REPLACE INTO {level.value}_words(rowid, {', '.join(Field)}) "  # noqa: S608 - our own names
    f"VALUES (?{', ?' * len(Field)})"
    for level in _LEVELS
}
