"""An audit trail: that something was done, by whom and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("at", "who", "what", "detail")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("audit")
