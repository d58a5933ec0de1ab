"""How the files of a folder look together, so that a folder that stands as recorded is told by one comparison."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None

_TRIGGERS = (
    """
    CREATE TRIGGER file_changes AFTER UPDATE OF
    folder_id, name, size, mtime_ns, outcome, reason, instance_id, gone, changed ON file
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id IN (OLD.folder_id, NEW.folder_id); END
    """,
    """
    CREATE TRIGGER file_goes AFTER DELETE ON file
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id = OLD.folder_id; END
    """,
    """
    CREATE TRIGGER instance_changes AFTER UPDATE OF hidden, missing ON instance
    WHEN OLD.hidden != NEW.hidden OR OLD.missing != NEW.missing
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id IN (
    SELECT folder_id FROM file WHERE instance_id = NEW.id UNION
    SELECT file.folder_id FROM source JOIN file ON file.id = source.file_id WHERE source.instance_id = NEW.id); END
    """,
    """
    CREATE TRIGGER source_changes AFTER UPDATE ON source
    BEGIN UPDATE folder SET n_changes = n_changes + 1
    WHERE id = (SELECT folder_id FROM file WHERE id = NEW.file_id); END
    """,
    """
    CREATE TRIGGER source_goes AFTER DELETE ON source
    BEGIN UPDATE folder SET n_changes = n_changes + 1
    WHERE id = (SELECT folder_id FROM file WHERE id = OLD.file_id); END
    """,
)


def upgrade() -> None:
    """Add the columns, which the next import fills, and what sees to it that they are not believed for too long."""
    op.add_column("folder", sa.Column("look", sa.LargeBinary()))
    op.add_column("folder", sa.Column("look_at", sa.Integer()))
    op.add_column("folder", sa.Column("n_changes", sa.Integer(), server_default="0", nullable=False))
    for trigger in _TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    """Forget it."""
    for name in ("file_changes", "file_goes", "instance_changes", "source_changes", "source_goes"):
        op.execute(f"DROP TRIGGER {name}")
    for name in ("n_changes", "look_at", "look"):
        op.drop_column("folder", name)
