"""A search by words alone, best matches first, at a cost that does not grow with the archive.

The index gives hits in the order in which they were brought in, and as many as one likes to take. While there are few,
they are sorted. When there are many, nobody reads them all: whose name begins with what was typed comes first, in the
order of names (a look into an index), then the rest as it was brought in; and they are counted up to a limit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog.finding import expression, of_study
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from fileroom.catalog.language import Term
    from fileroom.model.queries import Query

FEW = 2000  # so many are sorted
COUNTED = 10_000
_EVERYTHING = -1
_AFTER_ALL = "\U0010ffff"
_LEVELS = {Level.PATIENT, Level.STUDY, Level.SERIES}
# The plus keeps SQLite from walking a whole index in order to find the few rows it is given.
SHOWN = {
    Level.PATIENT: ("+patient.hidden = 0", "+patient.same_as IS NULL"),
    Level.STUDY: ("+study.hidden = 0",),
    Level.SERIES: ("+series.hidden = 0",),
}


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: when ``few``, the rows of all hits in no order; else those of the page in theirs, with how many
    there are, ``more`` when there are more than were counted."""

    rows: list[int]
    few: bool
    total: int = 0
    more: bool = False


def applies(query: Query, terms: Sequence[Term]) -> bool:
    """Whether nothing but words is asked, in the order of the best match."""
    simple = query.level in _LEVELS and not query.order and not query.conditions and query.parent is None
    simple = simple and query.drive is None and query.state is None
    words = terms and all(term.words and not term.negated for term in terms)
    return bool(simple and words and sum(of_study(term) for term in terms) <= 1)


def look_up(connection: Connection, query: Query, terms: Sequence[Term]) -> Hits:
    """The hits of a query that :func:`applies`."""
    wanted = " AND ".join(expression(term) for term in terms)
    index = f"{query.level.value}_words"
    first = _column(connection, f"SELECT rowid FROM {index} WHERE {index} MATCH ? LIMIT {FEW + 1}", wanted)  # noqa: S608 - our own names
    if len(first) <= FEW:
        return Hits(first, few=True)
    total = _column(
        connection,
        f"SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT {COUNTED + 1})",  # noqa: S608 - our own names
        wanted,
    )[0]
    return Hits(_page(connection, query, terms, wanted), few=False, total=min(total, COUNTED), more=total > COUNTED)


def _page(connection: Connection, query: Query, terms: Sequence[Term], wanted: str) -> list[int]:
    limit = _EVERYTHING if query.limit is None else query.limit
    begins = terms[0].words[0][0] if query.level is Level.PATIENT and _is_one_word(terms) else ""
    if not begins:
        return _rest(connection, query.level, wanted, "", limit, query.offset)
    named = _column(
        connection,
        "SELECT id FROM patient AS entry WHERE hidden = 0 AND same_as IS NULL AND sort_name BETWEEN ? AND ? "
        "ORDER BY sort_name, id LIMIT ? OFFSET ?",
        begins,
        begins + _AFTER_ALL,
        limit,
        query.offset,
    )
    if limit != _EVERYTHING and len(named) == limit:
        return named
    before = query.offset + len(named) if named else _count_named(connection, begins)
    room = limit if limit == _EVERYTHING else limit - len(named)
    return named + _rest(connection, query.level, wanted, begins, room, max(0, query.offset - before))


def _is_one_word(terms: Sequence[Term]) -> bool:
    return len(terms) == 1 and len(terms[0].words) == 1 and terms[0].field in {None, "name"}


def _count_named(connection: Connection, begins: str) -> int:
    counted: int = _column(
        connection,
        "SELECT count(*) FROM patient WHERE hidden = 0 AND same_as IS NULL AND sort_name BETWEEN ? AND ?",
        begins,
        begins + _AFTER_ALL,
    )[0]
    return counted


def _rest(connection: Connection, level: Level, wanted: str, without: str, limit: int, offset: int) -> list[int]:
    """Hits as they were brought in, but for those whose name begins with ``without``."""
    index = f"{level.value}_words"
    named = "AND patient.sort_name NOT BETWEEN ? AND ? " if without else ""
    return _column(
        connection,
        f"SELECT {level.value}.id FROM {index} AS hit CROSS JOIN {level.value} ON {level.value}.id = hit.rowid "  # noqa: S608 - our own names
        f"WHERE hit.{index} MATCH ? AND {' AND '.join(SHOWN[level])} {named}LIMIT ? OFFSET ?",
        wanted,
        *((without, without + _AFTER_ALL) if without else ()),
        limit,
        offset,
    )


def _column(connection: Connection, statement: str, *values: Any) -> list[Any]:
    return [row[0] for row in connection.exec_driver_sql(statement, values)]


def as_json(rows: Sequence[int]) -> str:
    """Row numbers as one parameter of a statement."""
    return json.dumps(list(rows))
