"""Files that are gone are few: an index of them, so that all the others need not be counted one by one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make it."""
    op.create_index("file_gone", "file", ["id"], sqlite_where=sa.text("gone = 1"))


def downgrade() -> None:
    """Drop it."""
    op.drop_index("file_gone", "file")
