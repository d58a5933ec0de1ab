"""The full-text index: one document of folded words, by field, for each patient, study and series.

A document holds the words of its entry and of all above and below it, so that a search at any level is one look-up.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Set
from functools import lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

from fileroom.catalog.fields import FIELDS, tokens_of
from fileroom.catalog.language import Field
from fileroom.catalog.memory import Memory
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Document = dict[Field, set[str]]  # that grows
Words = Mapping[Field, Set[str]]

_REMEMBERED = 2_000  # studies and patients, each
_TEXTS_REMEMBERED = 20_000
_ALL_AT_ONCE = 1000
_LEVELS = (Level.PATIENT, Level.STUDY, Level.SERIES)
_COLUMNS = tuple((level, field, column) for level in _LEVELS for field, column in FIELDS[level])
_FIELDS = tuple(Field)
_NOTHING: frozenset[str] = frozenset()
_FIRST = 3  # of a row: after the three row numbers
_ENDS = tuple(_FIRST + n for n in accumulate(len(FIELDS[level]) for level in _LEVELS))
_PARTS = tuple(zip(_LEVELS, (_FIRST, *_ENDS), _ENDS, strict=False))  # where the texts of each level stand in it


@dataclasses.dataclass(slots=True)
class NewRows:
    """The rows that a batch has made: of the new ones the batch knows all there is to index."""

    series: list[int] = dataclasses.field(default_factory=list)
    studies: set[int] = dataclasses.field(default_factory=set)
    patients: set[int] = dataclasses.field(default_factory=set)


class WordIndex:
    """Writes the documents of entries that are new; remembers those that grow with every series."""

    def __init__(self) -> None:
        self._studies = _Growing(Level.STUDY)
        self._patients = _Growing(Level.PATIENT)

    def add(self, cursor: Any, new: NewRows) -> None:
        """Index new series, and what they bring to their studies and patients."""
        if not new.series:
            return
        anything_said = bool(cursor.execute(ANYTHING_SAID).fetchone()[0])
        if anything_said:  # what is written on an entry may be another thing by now
            self._studies.forget()
            self._patients.forget()
        of_series = []
        for row in _rows(cursor, "series.id", new.series):
            patient_id, study_id, series_id = row[:_FIRST]
            words = _document(row, _said(cursor, row) if anything_said else ())
            of_series.append((series_id, *_texts(words)))
            self._studies.grow(cursor, study_id, words, is_new=study_id in new.studies)
            self._patients.grow(cursor, patient_id, words, is_new=patient_id in new.patients)
        cursor.executemany(_PUT[Level.SERIES], of_series)
        self._studies.write(cursor)
        self._patients.write(cursor)


class _Growing:
    """The documents of the studies, or of the patients."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._known: Memory[int, Document] = Memory(_REMEMBERED)
        self._changed: dict[int, Document] = {}

    def forget(self) -> None:
        """Take everything from the catalog again."""
        self._known.clear()

    def grow(self, cursor: Any, row_id: int, more: Words, *, is_new: bool) -> None:
        """Add words to a document. One that is new has none but those that it is told."""
        words = self._changed.get(row_id) or self._known.get(row_id)
        if words is None:
            words = {}
            if not is_new:
                _grow(words, _of_all_below(cursor, f"{self._level.value}.id", row_id))
            _grow(words, more)
        elif not _grow(words, more):
            return
        self._changed[row_id] = words

    def write(self, cursor: Any) -> None:
        """Put what has changed into the index."""
        cursor.executemany(_PUT[self._level], [(row_id, *_texts(words)) for row_id, words in self._changed.items()])
        for row_id, words in self._changed.items():
            self._known.keep(row_id, words)
        self._changed = {}


def reindex(cursor: Any, patient_ids: Iterable[int]) -> None:
    """Write the documents of patients and of all below them anew: what stood there before is no longer so."""
    for patient_id in patient_ids:
        below = cursor.execute(
            "SELECT series.id FROM series JOIN study ON study.id = series.study_ref WHERE study.patient_ref = ?",
            (patient_id,),
        ).fetchall()
        WordIndex().add(cursor, NewRows([row[0] for row in below]))


def fill(cursor: Any) -> None:
    """Index everything, into empty indexes."""
    words = WordIndex()
    last = 0
    while rows := cursor.execute(
        "SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?", (last, _ALL_AT_ONCE)
    ).fetchall():
        words.add(cursor, NewRows([row[0] for row in rows]))
        last = rows[-1][0]


def _grow(known: Document, words: Words) -> bool:
    grown = False
    for field, more in words.items():
        have = known.get(field)
        if have is None:
            known[field] = set(more)
            grown = True
        elif not more <= have:
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
    words: Document = {}
    for row in _rows(cursor, column, [row_id]):
        _grow(words, _document(row, _said(cursor, row)))
    return words


def _document(row: Sequence[Any], said: Iterable[tuple[Field, str]]) -> Words:
    """The words of a series, and of what stands above it."""
    words: dict[Field, Set[str]] = {}
    found = (_words(level, tuple(row[start:end])) for level, start, end in _PARTS)
    for field, more in chain(*found, ((field, _tokens(field, text)) for field, text in said)):
        known = words.get(field)
        words[field] = more if known is None else known | more
    return words


@lru_cache(_REMEMBERED)  # many series have a study or a patient in common
def _words(level: Level, texts: tuple[str | None, ...]) -> tuple[tuple[Field, frozenset[str]], ...]:
    """The words of one row, by field."""
    words: dict[Field, frozenset[str]] = {}
    for (field, _), text in zip(FIELDS[level], texts, strict=True):
        if text:
            words[field] = words.get(field, _NOTHING) | _tokens(field, text)
    return tuple(words.items())


@lru_cache(_TEXTS_REMEMBERED)
def _tokens(field: Field, text: str) -> frozenset[str]:
    return frozenset(tokens_of(field, text))


def _said(cursor: Any, row: Sequence[Any]) -> list[tuple[Field, str]]:
    """What the user wrote on the series of ``row``, its study and its patient."""
    found: list[tuple[str, str]] = cursor.execute(_SAID, (*row[:_FIRST], *row[:_FIRST])).fetchall()
    return [(Field(field), text) for field, text in found]


def _texts(words: Words) -> list[str]:
    return [" ".join(words[field]) if field in words else "" for field in _FIELDS]


_TEXTS = ", ".join(f"{level.value}.{column}" for level, _, column in _COLUMNS)
_SELECT = (
    f"SELECT patient.id, study.id, series.id, {_TEXTS}"  # noqa: S608 - our own names
    " FROM series JOIN study ON study.id = series.study_ref JOIN patient ON patient.id = study.patient_ref"
)
_OWN = " UNION ALL ".join(f"SELECT public_id FROM {level.value} WHERE id = ?" for level in _LEVELS)  # noqa: S608 - our own names
ANYTHING_SAID = "SELECT EXISTS (SELECT 1 FROM label) OR EXISTS (SELECT 1 FROM note)"
_SAID = (
    f"SELECT 'label', label FROM label WHERE public_id IN ({_OWN}) "  # noqa: S608 - our own names
    f"UNION ALL SELECT 'note', text FROM note WHERE public_id IN ({_OWN})"
)
_PUT = {
    level: f"INSERT OR REPLACE INTO {level.value}_words(rowid, {', '.join(Field)}) "  # noqa: S608 - our own names
    f"VALUES (?{', ?' * len(Field)})"
    for level in _LEVELS
}
