"""From a public id to the row it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fileroom.catalog import schema as t
from fileroom.catalog.store import LEVELS
from fileroom.errors import BadRequest, NotFound
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

TABLES: dict[Level, Table] = {
    Level.PATIENT: t.patient,
    Level.STUDY: t.study,
    Level.SERIES: t.series,
    Level.INSTANCE: t.instance,
}
_SHORTEST_PREFIX = 6
_ID_LENGTH = 33


def resolve(connection: Connection, entry_id: str) -> tuple[Level, int]:
    """Level and row of a public id or of the beginning of one (at least six characters)."""
    level = LEVELS.get(entry_id[:1])
    digits = entry_id[1:].lower()
    if level is None or not digits or any(c not in "0123456789abcdef" for c in digits):
        raise NotFound("there is no such entry")
    if len(entry_id) < _SHORTEST_PREFIX or len(entry_id) > _ID_LENGTH:
        raise NotFound("there is no such entry: give at least six characters of its id")
    low = bytes.fromhex(digits.ljust(32, "0"))
    high = bytes.fromhex(digits.ljust(32, "f"))
    column = TABLES[level].c.public_id
    found = connection.execute(select(TABLES[level].c.id).where(column.between(low, high)).limit(2)).scalars().all()
    if not found:
        raise NotFound("there is no such entry")
    if len(found) > 1:
        raise BadRequest("more than one id begins so: give more of it")
    return level, found[0]
