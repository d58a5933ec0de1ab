"""What a purge may delete, and what goes from the catalog with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog.counts import recount
from fileroom.catalog.schema import WORD_TABLES
from fileroom.catalog.store import OWN
from fileroom.catalog.wording import reindex
from fileroom.model.entries import PersonName
from fileroom.sources.paths import from_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.store import Catalog


@dataclass(frozen=True, slots=True)
class OwnedFile:
    """A copy of an instance that was removed from the archive; ``path`` is below the archive's own folder."""

    id: int
    path: str
    size: int
    mtime_ns: int
    study_id: int
    patient: PersonName
    date: str
    description: str


def purgeable(catalog: Catalog) -> list[OwnedFile]:
    """The copies that fileroom made of what is removed now, study by study."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_PURGEABLE, (OWN,)).fetchall()
    return [
        OwnedFile(row[0], from_text(row[1]), row[2], row[3], row[4], PersonName(row[5], row[6], row[7]), row[8], row[9])
        for row in rows
    ]


def forget_files(catalog: Catalog, file_ids: Sequence[int]) -> None:
    """Drop the rows of copies that are no more, and entries that nothing is left of: they cannot be restored."""
    wanted = json.dumps(list(file_ids))
    with catalog.database.transaction() as cursor:
        instances = _column(
            cursor, "SELECT DISTINCT instance_id FROM file WHERE id IN (SELECT value FROM json_each(?))", wanted
        )
        cursor.execute(_DROP_OWNED, (wanted,))
        cursor.execute("DELETE FROM file WHERE id IN (SELECT value FROM json_each(?))", (wanted,))
        empty = _column(
            cursor,
            "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM file WHERE instance_id = value)",
            json.dumps(instances),
        )
        cursor.execute(_OTHER_FILE, (json.dumps([row for row in instances if row not in set(empty)]),))
        _drop_instances(cursor, json.dumps(empty))


def _drop_instances(cursor: Any, wanted: str) -> None:
    series = _column(
        cursor, "SELECT DISTINCT series_ref FROM instance WHERE id IN (SELECT value FROM json_each(?))", wanted
    )
    # The paths they were copied from are unknown again, so that they can be copied again.
    cursor.execute(
        "DELETE FROM file WHERE id IN (SELECT file_id FROM source "
        "WHERE instance_id IN (SELECT value FROM json_each(?)))",
        (wanted,),
    )
    cursor.execute(
        "DELETE FROM removal WHERE public_id IN "
        "(SELECT public_id FROM instance WHERE id IN (SELECT value FROM json_each(?)))",
        (wanted,),
    )
    cursor.execute("DELETE FROM instance WHERE id IN (SELECT value FROM json_each(?))", (wanted,))
    studies = drop_empty(cursor, "series", "study_ref", series, "instance", "series_ref")
    patients = drop_empty(cursor, "study", "patient_ref", studies, "series", "study_ref")
    drop_empty(cursor, "patient", "id", patients, "study", "patient_ref")
    recount(
        cursor,
        _column(cursor, "SELECT id FROM series WHERE id IN (SELECT value FROM json_each(?))", json.dumps(series)),
    )
    reindex(
        cursor,
        _column(cursor, "SELECT id FROM patient WHERE id IN (SELECT value FROM json_each(?))", json.dumps(patients)),
    )


def drop_empty(cursor: Any, table: str, above: str, ids: Sequence[int], below: str, ref: str) -> list[int]:
    """Delete those rows of ``table`` that nothing refers to; gives the rows above all of ``ids``."""
    wanted = json.dumps(ids)
    up = _column(cursor, f"SELECT DISTINCT {above} FROM {table} WHERE id IN (SELECT value FROM json_each(?))", wanted)  # noqa: S608 - our own names
    stood_for = " OR EXISTS (SELECT 1 FROM patient AS p WHERE p.same_as = value)" if table == "patient" else ""
    empty = _column(
        cursor,
        f"SELECT value FROM json_each(?) WHERE NOT (EXISTS (SELECT 1 FROM {below} WHERE {ref} = value){stood_for})",  # noqa: S608 - our own names
        wanted,
    )
    gone = [(row,) for row in empty]
    if table == "series":
        cursor.executemany("DELETE FROM thumbnail WHERE series_id = ?", gone)
    words = next(name for name in WORD_TABLES if name.startswith(table))
    cursor.executemany(f"DELETE FROM {words} WHERE rowid = ?", gone)  # noqa: S608 - our own names
    cursor.executemany(f"DELETE FROM removal WHERE public_id = (SELECT public_id FROM {table} WHERE id = ?)", gone)  # noqa: S608 - our own names
    cursor.executemany(f"DELETE FROM {table} WHERE id = ?", gone)  # noqa: S608 - our own names
    return up


def _column(cursor: Any, sql: str, value: str) -> list[int]:
    return [row[0] for row in cursor.execute(sql, (value,))]


_PURGEABLE = (
    "SELECT file.id, owned.path, owned.size, owned.mtime_ns, study.id, patient.name_alphabetic, "
    "patient.name_ideographic, patient.name_phonetic, study.date, study.description FROM instance "
    "JOIN file ON file.instance_id = instance.id JOIN folder ON folder.id = file.folder_id "
    "JOIN drive ON drive.id = folder.drive_id AND drive.filesystem_id = ? "
    "JOIN owned ON owned.path = rtrim(folder.path, '/') || '/' || file.name "
    "JOIN series ON series.id = instance.series_ref JOIN study ON study.id = series.study_ref "
    "JOIN patient ON patient.id = study.patient_ref WHERE instance.hidden = 1 "
    "ORDER BY patient.sort_name, patient.id, study.date, study.id, owned.path"
)
_DROP_OWNED = (
    "DELETE FROM owned WHERE path IN (SELECT rtrim(folder.path, '/') || '/' || file.name FROM file "
    "JOIN folder ON folder.id = file.folder_id WHERE file.id IN (SELECT value FROM json_each(?)))"
)
# A removed instance that has a file elsewhere, which is its user's, goes on from that one.
_OTHER_FILE = (
    "UPDATE instance SET (file_id, changed) = (SELECT min(id), changed FROM file WHERE instance_id = instance.id) "
    "WHERE id IN (SELECT value FROM json_each(?))"
)
