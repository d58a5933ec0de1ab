"""Roots that were taken from the list, and what was removed with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns; nothing has been taken from the list yet."""
    op.add_column("root", sa.Column("forgotten", sa.Text(), server_default="", nullable=False))
    op.add_column("removal", sa.Column("origin", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Forget both: the roots are listed again, what was removed with them stays removed."""
    op.drop_column("removal", "origin")
    op.drop_column("root", "forgotten")
