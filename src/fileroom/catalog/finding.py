"""The search language as SQL: full-text look-ups for words, ranges of columns for days.

What each term means is said once, in ``explain.matches``; a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, false, func, literal_column, not_, or_, select, text, true

from fileroom.catalog import schema as t
from fileroom.catalog.language import Field
from fileroom.catalog.typos import forgive
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

    from fileroom.catalog.dates import Days
    from fileroom.catalog.language import Term

# Fields that belong to a patient as such; all others are of one study and of what lies below it.
_OF_PATIENT = frozenset({Field.NAME, Field.ID, Field.BORN, Field.SEX, Field.LABEL, Field.NOTE})
_SHORT_DATE, _LONG_DATE = 8, 10  # YYYYMMDD, and YYYY.MM.DD of ACR-NEMA


def clause(level: Level, terms: Sequence[Term]) -> ColumnElement[bool]:
    """The SQL condition of ``terms`` for entries of ``level``, over the tables that ``queries`` joins for it."""
    own = Level.SERIES if level is Level.INSTANCE else level
    parts = [_words(own, _rows(level), [term for term in terms if term.words])]
    parts += [_signed(term, _days(own, term)) for term in terms if term.days]
    together = [term for term in terms if of_study(term)]
    if own is Level.PATIENT and len(together) > 1:  # "mod:CT date:2024" means one study that is both
        one = select(t.study.c.patient_ref).where(t.study.c.hidden == 0, clause(Level.STUDY, together))
        parts.append(t.patient.c.id.in_(one))
    return and_(*parts)


def of_study(term: Term) -> bool:
    """Whether ``term`` asks for something that a study has, or a series of it."""
    return not term.negated and term.field is not None and term.field not in _OF_PATIENT


def _rows(level: Level) -> ColumnElement[int]:
    columns: dict[Level, ColumnElement[int]] = {
        Level.PATIENT: t.patient.c.id,
        Level.STUDY: t.study.c.id,
        Level.SERIES: t.series.c.id,
        Level.INSTANCE: t.instance.c.series_ref,
    }
    return columns[level]


def _signed(term: Term, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return not_(condition) if term.negated else condition


# -- words ---------------------------------------------------------------------------------------------------------


def _words(level: Level, column: ColumnElement[int], terms: Sequence[Term]) -> ColumnElement[bool]:
    wanted = " AND ".join(expression(term) for term in terms if not term.negated)
    unwanted = " OR ".join(expression(term) for term in terms if term.negated)
    if wanted:
        return column.in_(_look_up(level, f"({wanted}) NOT ({unwanted})" if unwanted else wanted))
    return column.not_in(_look_up(level, unwanted)) if unwanted else true()


def expression(term: Term) -> str:
    """A term in the language of FTS5; words are folded to letters and digits, so quotes keep its operators out."""
    words = [" OR ".join(f'"{way}"*' for way in word) for word in term.words]
    together = " AND ".join(f"({word})" for word in words)
    return f"({{{term.field.value}}} : ({together}))" if term.field else f"({together})"


def _look_up(level: Level, expression: str) -> Any:
    name = f"{level.value}_words"
    rows = text(f"SELECT rowid FROM {name} WHERE {name} MATCH :words")  # noqa: S608 - our own names
    # a parameter of its own for each look-up: one statement may hold several
    bound = rows.bindparams(bindparam("words", expression, unique=True))
    return bound.columns(literal_column("rowid")).scalar_subquery()


# -- days ----------------------------------------------------------------------------------------------------------


def _days(level: Level, term: Term) -> ColumnElement[bool]:
    if term.days is None:
        return true()
    parts: list[ColumnElement[bool]] = []
    if term.field in {None, Field.BORN}:
        parts.append(_within(t.patient.c.birth_date, term.days))
    if term.field in {None, Field.DATE}:
        within = _within(t.study.c.date, term.days)
        if level is Level.PATIENT:
            within = t.patient.c.id.in_(select(t.study.c.patient_ref).where(t.study.c.hidden == 0, within))
        parts.append(within)
    return or_(*parts) if parts else false()


def _within(column: ColumnElement[str], days: Days) -> ColumnElement[bool]:
    long = func.replace(func.replace(column, ".", ""), "-", "")
    return or_(
        and_(column.between(days.first, days.last), func.length(column) == _SHORT_DATE),
        and_(func.length(column) == _LONG_DATE, long.between(days.first, days.last), func.length(long) == _SHORT_DATE),
    )


# -- small slips ---------------------------------------------------------------------------------------------------


def forgiven(connection: Connection, level: Level, terms: Sequence[Term]) -> tuple[Term, ...] | None:
    """``terms`` with the words that begin no word of the index replaced by those that are one slip away, as further
    spellings; ``None`` when there is nothing to forgive."""
    own = Level.SERIES if level is Level.INSTANCE else level
    name = f"{own.value}_words"
    statement = f"SELECT 1 FROM {name} WHERE {name} MATCH ? LIMIT 1"  # noqa: S608 - our own names
    cursor = connection.connection.cursor()  # some hundred small questions: the driver's own cursor asks them fastest

    def begins(term: Term, start: str) -> bool:
        asked = expression(replace(term, words=((start,),)))
        return cursor.execute(statement, (asked,)).fetchone() is not None

    changed = False
    found: list[Term] = []
    for term in terms:
        words = []
        for word in term.words:
            near: tuple[str, ...] = ()
            if not term.negated and not any(begins(term, way) for way in word):
                near = forgive(word[0], partial(begins, term))
            changed = changed or bool(near)
            words.append(near or word)
        found.append(replace(term, words=tuple(words)))
    return tuple(found) if changed else None
