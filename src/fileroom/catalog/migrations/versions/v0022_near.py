"""Public ids of instances begin as those of their studies: what comes together lies together in the index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None

_ID_BYTES = 16
_AT_ONCE = 500
_NEW = "substr(study.public_id, 1, 2) || substr(instance.public_id, 1, 14)"
_OF = (
    f"SELECT CAST({_NEW} AS BLOB) AS new FROM instance JOIN series ON series.id = instance.series_ref "  # noqa: S608 - our own words
    "JOIN study ON study.id = series.study_ref WHERE instance.public_id = "
)
# What the user said of instances, and what is kept about imports; tables that name entries of other levels have none.
_NAMED = (("removal", "public_id"), ("choice", "public_id"), ("opened", "public_id"), ("relinked", "instance"))
_REST = ("series_ref sop_instance_uid sop_class_uid number file_id frames bytes missing hidden header changed").split()
_CHANGES = """
    CREATE TRIGGER instance_changes AFTER UPDATE OF hidden, missing ON instance
    WHEN OLD.hidden != NEW.hidden OR OLD.missing != NEW.missing
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id IN (
    SELECT folder_id FROM file WHERE instance_id = NEW.id UNION
    SELECT file.folder_id FROM source JOIN file ON file.id = source.file_id WHERE source.instance_id = NEW.id); END
    """


def upgrade() -> None:
    """Name them anew wherever they are named; then the table itself, made anew from what it holds.

    An id of what is not in the catalog stays as it is: nothing is found by it, before or after.
    """
    for table, column in _NAMED:
        op.execute(
            f"UPDATE {table} SET {column} = ({_OF} {table}.{column}) WHERE EXISTS ({_OF} {table}.{column})"  # noqa: S608 - our own names
        )
    by_text = f"{_OF} unhex(substr(finding.entry, 2))"
    op.execute(
        f"UPDATE finding SET entry = 'i' || lower(hex(({by_text}))) WHERE entry LIKE 'i%' AND EXISTS ({by_text})"  # noqa: S608 - our own names
    )
    _ledger()
    _instance()


def _ledger() -> None:
    run = op.get_bind().exec_driver_sql
    last = 0
    while rows := run(
        "SELECT id, brought FROM ledger WHERE id > ? AND brought != x'' ORDER BY id LIMIT ?", (last, _AT_ONCE)
    ).fetchall():
        cut = {row[0]: [row[1][at : at + _ID_BYTES] for at in range(0, len(row[1]), _ID_BYTES)] for row in rows}
        named = ",".join(sorted({f'"{one.hex()}"' for ids in cut.values() for one in ids}))
        found = run(
            f"SELECT instance.public_id, CAST({_NEW} AS BLOB) FROM json_each(?) AS named "  # noqa: S608 - our own words
            "JOIN instance ON instance.public_id = unhex(named.value) "
            "JOIN series ON series.id = instance.series_ref JOIN study ON study.id = series.study_ref",
            (f"[{named}]",),
        ).fetchall()
        new: dict[bytes, bytes] = dict(map(tuple, found))
        for row, ids in cut.items():
            run("UPDATE ledger SET brought = ? WHERE id = ?", (b"".join(new.get(one, one) for one in ids), row))
        last = rows[-1][0]


def _instance() -> None:
    texts = ("sop_class_uid", "header")
    counts = ("frames", "bytes", "missing", "hidden", "changed")
    op.create_table(
        "instance_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.LargeBinary(), nullable=False),
        sa.Column("series_ref", sa.Integer(), nullable=False),
        sa.Column("sop_instance_uid", sa.Text(), nullable=False),
        sa.Column(texts[0], sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in counts[:4]),
        sa.Column(texts[1], sa.Text(), server_default="", nullable=False),
        sa.Column(counts[4], sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["series_ref"], ["series.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("public_id"),
        sa.UniqueConstraint("sop_instance_uid", "series_ref"),
    )
    taken = ", ".join(f"instance.{name}" for name in _REST)
    op.execute(
        f"INSERT INTO instance_new(id, public_id, {', '.join(_REST)}) "  # noqa: S608 - our own names
        f"SELECT instance.id, CAST({_NEW} AS BLOB), {taken} FROM instance "
        "JOIN series ON series.id = instance.series_ref JOIN study ON study.id = series.study_ref ORDER BY instance.id"
    )
    op.drop_table("instance")
    op.rename_table("instance_new", "instance")
    op.create_index("instance_by_series", "instance", ["series_ref"], unique=False)
    op.create_index("instance_hidden", "instance", ["id"], sqlite_where=sa.text("hidden = 1"))
    op.execute(_CHANGES)


def downgrade() -> None:
    """There is no way back: what the ids were is not kept."""
    raise RuntimeError("a catalog does not go back to an older version")
