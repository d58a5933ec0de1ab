"""In which character set the texts of an entry were read, where that is a guess."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None

_LEVELS = ("patient", "study", "series")


def upgrade() -> None:
    """Add the columns; of what is there already a rebuild says it."""
    for level in _LEVELS:
        op.add_column(level, sa.Column("charset_guessed", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Forget it."""
    for level in _LEVELS:
        op.drop_column(level, "charset_guessed")
