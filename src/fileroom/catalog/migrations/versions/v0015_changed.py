"""Files that are no longer as they were recorded, and what is shown from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None

_COLUMNS = (
    ("file", "changed"),
    ("instance", "changed"),
    ("series", "n_changed"),
    ("study", "n_changed"),
    ("patient", "n_changed"),
)


def upgrade() -> None:
    """Add the columns; nothing is known to have changed yet."""
    for table, column in _COLUMNS:
        op.add_column(table, sa.Column(column, sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Forget it: the next check says it again."""
    for table, column in _COLUMNS:
        op.drop_column(table, column)
