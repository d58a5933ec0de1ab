"""Copies that the archive owns, the paths they were made of, and what a relink changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _ref(name: str, target: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{target}.id"), nullable=False)


def upgrade() -> None:
    """Add three tables, and what kind of import an import was."""
    op.add_column("import", _text("kind"))
    op.create_table(
        "source",
        sa.Column("file_id", sa.Integer(), sa.ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("instance_id", sa.Integer(), sa.ForeignKey("instance.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("source_by_instance", "source", ["instance_id"], unique=False)
    op.create_table(
        "owned",
        sa.Column("path", sa.Text(), primary_key=True),
        _count("size"),
        _count("mtime_ns"),
        _text("at"),
    )
    op.create_table(
        "relinked",
        sa.Column("id", sa.Integer(), primary_key=True),
        _ref("import_id", "import"),
        sa.Column("instance", sa.LargeBinary(), nullable=False),
        _ref("old_folder_id", "folder"),
        _ref("new_folder_id", "folder"),
        _text("old_name"),
        _text("new_name"),
        _count("old_mtime_ns"),
        _count("old_gone"),
        _text("old_outcome"),
        _text("old_reason"),
        _text("old_detail"),
    )
    op.create_index("relinked_by_import", "relinked", ["import_id"], unique=False)


def downgrade() -> None:
    """Older versions of fileroom cannot open a newer catalog, and nothing here makes one older."""
    raise RuntimeError("a catalog is never made older")
