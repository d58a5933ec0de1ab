"""Other DICOM nodes that the user named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make their table."""
    texts = ("kind", "title", "host", "url", "secret", "at")
    numbers = ("port", "calls", "tls")
    op.create_table(
        "peer",
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in texts),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Drop the table with what is in it."""
    op.drop_table("peer")
