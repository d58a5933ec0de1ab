"""The list of patients in any order, from an index each."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

_ORDERS = (
    "birth_date", "patient_id", "sex", "n_studies", "n_series", "n_instances", "n_bytes", "modalities",
    "last_study_date",
)  # fmt: skip


def upgrade() -> None:
    """Make the indexes."""
    op.drop_index("patient_by_name", "patient")
    op.create_index("patient_by_name", "patient", ["hidden", "same_as", "sort_name", "id"])
    for column in _ORDERS:
        op.create_index(f"patient_order_{column}", "patient", ["hidden", "same_as", column, "sort_name", "id"])


def downgrade() -> None:
    """Sort again."""
    for column in _ORDERS:
        op.drop_index(f"patient_order_{column}", "patient")
    op.drop_index("patient_by_name", "patient")
    op.create_index("patient_by_name", "patient", ["hidden", "sort_name", "id"])
