"""Notes and labels; full-text search by field: an index with a column for each, filled from the tables afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

_COLUMNS = (
    "name, id, born, sex, date, description, accession, institution, physician, modality, part, equipment, uid, "
    "label, note"
)


def upgrade() -> None:
    """Make the tables of what the user writes, and the three indexes anew."""
    op.create_table(
        "note",
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("public_id"),
    )
    op.create_table(
        "label",
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("public_id", "label"),
    )
    op.create_index("label_by_name", "label", ["label"], unique=False)
    for name in ("patient_words", "study_words", "series_words"):
        op.execute(f"DROP TABLE {name}")
        op.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5({_COLUMNS}, content='', contentless_delete=1, "
            "tokenize='unicode61 remove_diacritics 0', prefix='1 2 3', detail=column)"
        )


def downgrade() -> None:
    """What has no fields cannot be searched by field: import again with the older version instead."""
    raise RuntimeError("the words of the first version are not kept")
