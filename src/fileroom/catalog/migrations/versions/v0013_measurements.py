"""Measurements that the user made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "measurement",
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("public_id"),
    )


def downgrade() -> None:
    """Drop the table with what is in it."""
    op.drop_table("measurement")
