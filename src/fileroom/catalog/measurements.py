"""Measurements that the user made on a series: kept by public id, so that they outlive a rebuild; never in files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fileroom.catalog.resolving import resolve
from fileroom.catalog.writes import now
from fileroom.errors import BadRequest
from fileroom.model.entries import Level
from fileroom.model.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.model.pictures import Measurement


def kept(catalog: Catalog, series_id: str) -> list[Any]:
    """What was kept of a series, as it was written. NotFound when there is no such series."""
    own = _public_id(catalog, series_id)
    with catalog.database.reading() as cursor:
        row = cursor.execute("SELECT data FROM measurement WHERE public_id = ?", (own,)).fetchone()
    found: list[Any] = json.loads(row[0]) if row else []
    return found


def keep(catalog: Catalog, series_id: str, measurements: Sequence[Measurement]) -> None:
    """Keep these, and no others, of a series."""
    own = _public_id(catalog, series_id)
    with catalog.database.transaction() as cursor:
        cursor.execute("DELETE FROM measurement WHERE public_id = ?", (own,))
        if measurements:
            text = json.dumps(plain(list(measurements)), ensure_ascii=False, separators=(",", ":"))
            cursor.execute("INSERT INTO measurement(public_id, data, at) VALUES (?,?,?)", (own, text, now()))


def _public_id(catalog: Catalog, series_id: str) -> bytes:
    with catalog.database.engine.connect() as connection:
        level, row_id = resolve(connection, series_id)
    if level is not Level.SERIES:
        raise BadRequest("measurements are of a series")
    with catalog.database.reading() as cursor:
        found: bytes = cursor.execute("SELECT public_id FROM series WHERE id = ?", (row_id,)).fetchone()[0]
    return found
