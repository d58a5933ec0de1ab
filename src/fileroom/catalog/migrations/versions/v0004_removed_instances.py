"""An index of what was removed from the archive, so that an import need not look at every instance for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("instance_hidden", "instance", ["id"], sqlite_where=sa.text("hidden = 1"))


def downgrade() -> None:
    """Do without it."""
    op.drop_index("instance_hidden", "instance")
