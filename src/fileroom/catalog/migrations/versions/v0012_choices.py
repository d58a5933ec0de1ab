"""Which of the files of one image the user wants to see; where there are conflicts is found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "choice",
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("public_id"),
    )
    op.create_index(
        "file_in_conflict", "file", ["instance_id"], unique=False, sqlite_where=sa.text("reason = 'other_content'")
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_index("file_in_conflict", "file")
    op.drop_table("choice")
