"""A new catalog, from the schema as it is now: what the migrations make of nothing, in a tenth of their time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.catalog.language import Field
from fileroom.catalog.schema import SCHEMA_VERSION, TRIGGERS, WORD_TABLES, metadata

if TYPE_CHECKING:
    from sqlalchemy import Engine

_WORDS = (
    f"fts5({', '.join(Field)}, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', "
    "prefix='1 2 3', detail=column)"
)


def create(engine: Engine) -> bool:
    """Make every table where there is none yet, in one transaction. False when there is something already."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # another process doing the same is waited for
        try:
            empty = connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").first() is None
            if empty:
                metadata.create_all(connection, checkfirst=False)
                for trigger in TRIGGERS:
                    connection.exec_driver_sql(trigger)
                for name in WORD_TABLES:
                    connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {name} USING {_WORDS}")
                # The migrations to come are to know where they begin.
                connection.exec_driver_sql("CREATE TABLE alembic_version(version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
                connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (f"{SCHEMA_VERSION:04}",))
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
        return empty
