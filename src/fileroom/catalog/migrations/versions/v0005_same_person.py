"""Rules on who is the same person, and where they lead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the table of rules; nobody is the same as another yet."""
    op.create_table(
        "patient_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), server_default="", nullable=False),
        sa.Column("first", sa.Text(), server_default="", nullable=False),
        sa.Column("second", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("patient", sa.Column("same_as", sa.Integer(), nullable=True))
    op.create_index("patient_by_patient_id", "patient", ["patient_id"], unique=False)
    op.create_index(
        "patient_same_as", "patient", ["same_as"], unique=False, sqlite_where=sa.text("same_as IS NOT NULL")
    )


def downgrade() -> None:
    """Forget the rules."""
    op.drop_index("patient_same_as", "patient")
    op.drop_index("patient_by_patient_id", "patient")
    op.drop_column("patient", "same_as")
    op.drop_table("patient_rule")
