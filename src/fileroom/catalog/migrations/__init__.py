"""Schema versions, by Alembic; ``PRAGMA user_version`` says the number at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config

from fileroom.catalog.schema import SCHEMA_VERSION
from fileroom.catalog.wording import fill

if TYPE_CHECKING:
    from sqlalchemy import Engine

_WORDS_BY_FIELD = 3  # the version that made the full-text index anew: its words come from the tables


def upgrade(engine: Engine) -> None:
    """Bring the catalog to the newest schema, in one transaction; another process doing the same is waited for."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            before = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if before < SCHEMA_VERSION:
                config.attributes["connection"] = connection
                alembic_upgrade(config, "head")
                if 0 < before < _WORDS_BY_FIELD:
                    fill(connection.connection.cursor())
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
