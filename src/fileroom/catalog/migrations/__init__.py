"""Schema versions, by Alembic; ``PRAGMA user_version`` says the number at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config

from fileroom.catalog.schema import SCHEMA_VERSION
from fileroom.catalog.wording import fill
from fileroom.errors import CatalogError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_WORDS_BY_FIELD = 3  # the version that made the full-text index anew: its words come from the tables


def upgrade(engine: Engine) -> None:
    """Bring the catalog to the newest schema, in one transaction; another process doing the same is waited for."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.connect() as connection:
        # A table that others refer to is made anew under their eyes; before a transaction or not at all.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            before = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if before < SCHEMA_VERSION:
                config.attributes["connection"] = connection
                alembic_upgrade(config, "head")
                if 0 < before < _WORDS_BY_FIELD:
                    fill(connection.connection.cursor())
                _check(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            connection.invalidate()
            raise
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")


def _check(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise CatalogError("the catalog could not be brought to the newest version: it names rows that are not there")
