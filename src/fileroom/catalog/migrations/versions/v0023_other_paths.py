"""Paths of other files that were opened, where the user asked that they be kept; and what was switched on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make them."""
    op.create_table("switched_on", sa.Column("name", sa.Text, primary_key=True))
    op.create_table(
        "other_path",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False, server_default=""),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("other_path")
    op.drop_table("switched_on")
