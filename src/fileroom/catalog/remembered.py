"""What a connection has worked out about the catalog and need not work out again until somebody writes.

Kept with the connection, in memory: SQLite tells each connection whether another one has written (PRAGMA
data_version), and the database counts what this process writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from sqlalchemy import Connection

    from fileroom.catalog.engine import Database

_MOST = 64


def remembered(database: Database, connection: Connection, key: Hashable, work_out: Callable[[], Any]) -> Any:
    """What ``work_out`` says, asked once for each state of the catalog. Inside a transaction of ``connection``."""
    state = (connection.exec_driver_sql("PRAGMA data_version").scalar_one(), database.writes)
    kept: dict[Hashable, Any] = connection.info.setdefault("remembered", {})
    if connection.info.get("state") != state or len(kept) > _MOST:
        kept.clear()
        connection.info["state"] = state
    if key not in kept:
        kept[key] = work_out()
    return kept[key]
