"""What checks found is remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "checkup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("read_data", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sample", sa.Float(), server_default="1", nullable=False),
        sa.Column("n_files", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_offline", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_first_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_bytes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("counts", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checkup_id", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.Column("entry", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("numbers", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["checkup_id"], ["checkup.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("finding_by_checkup", "finding", ["checkup_id", "trouble"], unique=False)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("finding")
    op.drop_table("checkup")
