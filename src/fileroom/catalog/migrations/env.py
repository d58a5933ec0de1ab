"""Alembic's entry: runs the versions over the connection it is handed."""

from __future__ import annotations

from alembic import context

from fileroom.catalog.schema import metadata

# The caller holds the transaction (BEGIN IMMEDIATE), so that two processes cannot migrate at once.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
