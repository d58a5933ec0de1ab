"""Who asked for an import."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column; nobody knows any more who asked for the imports that are there."""
    op.add_column("import", sa.Column("who", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("import", "who")
