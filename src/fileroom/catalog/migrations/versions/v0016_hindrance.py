"""What hindered the last look at a root."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column; nothing is known to have."""
    op.add_column("root", sa.Column("hindrance", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Forget it: the next look says it again."""
    op.drop_column("root", "hindrance")
