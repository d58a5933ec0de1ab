"""Fewer rows and indexes for each file: a ledger of many lines to a row, one index for the UIDs of instances."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make both tables anew from what they hold; nothing refers to them by more than row numbers, which stay."""
    _ledger()
    _instance()


def _ledger() -> None:
    op.create_table(
        "ledger_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("files", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lines", sa.Text(), server_default="", nullable=False),
        sa.Column("brought", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"]),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "INSERT INTO ledger_new(import_id, folder_id, outcome, reason, files, lines, brought) "
        "SELECT import_id, folder_id, outcome, reason, count(*), "
        "json_array(json_group_array(name), json_group_array(size), json_group_array(detail)), "
        "unhex(coalesce(group_concat(hex(instance), ''), '')) "
        "FROM (SELECT * FROM ledger ORDER BY id) GROUP BY import_id, folder_id, outcome, reason"
    )
    op.drop_table("ledger")
    op.rename_table("ledger_new", "ledger")
    op.create_index("ledger_by_import", "ledger", ["import_id", "folder_id"], unique=False)


def _instance() -> None:
    op.create_table(
        "instance_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("series_ref", sa.Integer(), nullable=False),
        sa.Column("sop_instance_uid", sa.Text(), nullable=False),
        sa.Column("sop_class_uid", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("frames", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bytes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missing", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hidden", sa.Integer(), server_default="0", nullable=False),
        sa.Column("header", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["series_ref"], ["series.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("public_id"),
        sa.UniqueConstraint("sop_instance_uid", "series_ref"),
    )
    columns = (
        "id, public_id, series_ref, sop_instance_uid, sop_class_uid, number, file_id, frames, bytes, missing, hidden"
    )
    op.execute(f"INSERT INTO instance_new({columns}, header) SELECT {columns}, header FROM instance ORDER BY id")  # noqa: S608 - our own names
    op.drop_table("instance")
    op.rename_table("instance_new", "instance")
    op.create_index("instance_by_series", "instance", ["series_ref"], unique=False)
    op.create_index("instance_hidden", "instance", ["id"], sqlite_where=sa.text("hidden = 1"))


def downgrade() -> None:
    """There is no way back: older programs want the older tables."""
    raise RuntimeError("a catalog does not go back to an older version")
