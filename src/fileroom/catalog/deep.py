"""Pages deep down in a long list, at the cost of the first.

SQLite counts its way to a row: half a million of them take it forty milliseconds. So it is told where to begin: of the
lists that an index holds in their order, the keys of one row in five thousand are remembered as they are passed, until
somebody writes. Only who goes first to where nobody has been pays for the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import literal, select, tuple_

from fileroom.catalog.remembered import remembered
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from fileroom.catalog.engine import Database
    from fileroom.model.queries import Query

LEAP: Final = 5000  # rows between two that are remembered: to count so many takes half a millisecond
_IN_ORDER: Final = {Level.STUDY: frozenset({"date"})}  # of patients an index holds every order (schema.py)

Key = tuple[Any, ...]


def applies(query: Query, order: Sequence[str]) -> bool:
    """Whether an index holds this list in its order: all entries of a level, by one field."""
    whole = not (query.words or query.conditions or query.parent or query.drive is not None or query.state)
    field = order[0].removeprefix("-")
    held = query.level is Level.PATIENT or field in _IN_ORDER.get(query.level, ())
    return whole and held and len(order) == 1


class Way:
    """A list in one direction: its columns in their order, the last of them unique, ``down`` or up."""

    def __init__(self, columns: Sequence[ColumnElement[Any]], where: ColumnElement[bool], *, down: bool) -> None:
        self._columns = columns
        self._where = where
        self._down = down

    def rows(
        self, database: Database, connection: Connection, wanted: Select[Any], start: int, size: int, key: Key
    ) -> Sequence[Row[Any]]:
        """``size`` rows of ``wanted`` from the row ``start`` on. ``key`` names the list."""
        known: dict[int, Key] = remembered(database, connection, ("deep", key, self._down), dict)
        base = start // LEAP * LEAP
        at = max((place for place in known if place <= base), default=0)
        while at < base:
            step = self._from(select(*self._columns), known.get(at)).limit(1).offset(LEAP)
            passed = connection.execute(step).first()
            if passed is None:
                return []
            at += LEAP
            known[at] = tuple(passed)
        return connection.execute(self._from(wanted, known.get(base)).limit(size).offset(start - base)).all()

    def _from(self, statement: Select[Any], key: Key | None) -> Select[Any]:
        found = statement.where(self._where)
        if key is not None:
            here, there = tuple_(*self._columns), tuple_(*map(literal, key))
            found = found.where(here <= there if self._down else here >= there)
        return found.order_by(*(column.desc() if self._down else column.asc() for column in self._columns))
