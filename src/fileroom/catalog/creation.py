"""A new catalog, from the schema as it is now: what the migrations make of nothing, in a twentieth of their time.

The statements are kept in ``tables.sql``, for SQLAlchemy takes longer to put them together than SQLite to carry them
out. ``python -m fileroom.catalog.creation`` writes that file; one of another version of the schema is left aside.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fileroom.catalog.language import Field
from fileroom.catalog.schema import SCHEMA_VERSION, TRIGGERS, WORD_TABLES, metadata

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.schema import DDLElement

KEPT: Final = Path(__file__).with_name("tables.sql")
_BETWEEN: Final = "\n;\n"
_FIRST: Final = f"-- version {SCHEMA_VERSION} of the schema\n"
_WORDS: Final = (
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
                cursor: Any = connection.connection.cursor()
                for statement in _kept() or statements():
                    cursor.execute(statement)
                # The migrations to come are to know where they begin.
                cursor.execute("INSERT INTO alembic_version VALUES (?)", (f"{SCHEMA_VERSION:04}",))
                cursor.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
        return empty


def statements() -> list[str]:
    """What makes all tables, as the schema says it."""
    from sqlalchemy.dialects.sqlite import dialect
    from sqlalchemy.schema import CreateIndex, CreateTable

    made: list[str] = []
    for table in metadata.sorted_tables:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        wanted: list[DDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
        made += (str(one.compile(dialect=dialect())) for one in wanted)
    made += TRIGGERS
    made += (f"CREATE VIRTUAL TABLE {name} USING {_WORDS}" for name in WORD_TABLES)
    made.append("CREATE TABLE alembic_version(version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    return ["\n".join(line.rstrip() for line in sql.strip().splitlines()) for sql in made]


def text() -> str:
    """The same, as it is to be kept."""
    return _FIRST + _BETWEEN.join(statements()) + _BETWEEN


def _kept() -> list[str]:
    """What was kept of this version of the schema; nothing when it is of another."""
    try:
        said = KEPT.read_text(encoding="utf-8")
    except OSError:  # it is not there, or not for us to read: the schema says the same
        return []
    return said[len(_FIRST) :].split(_BETWEEN)[:-1] if said.startswith(_FIRST) else []


if __name__ == "__main__":
    KEPT.write_text(text(), encoding="utf-8")
