"""Where files lie, as the catalog knows it: roots, and every file with its place, in the order of the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.catalog.anew import recorded
from fileroom.catalog.charsets import of_root
from fileroom.catalog.paths import BELOW, below, on_drive
from fileroom.model.drives import Drive, Hindrance, Root, State
from fileroom.sources.paths import display, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.catalog.store import Catalog

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """One file of an instance; ``path`` is None while its drive is away."""

    id: int
    path: str | None
    size: int
    mtime_ns: int
    content_digest: bytes | None
    changed: bool  # it is known already not to be as recorded


def roots(catalog: Catalog) -> tuple[Root, ...]:
    """The folders the user brought in, by path."""
    mounts = catalog.mounts()
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_ROOTS).fetchall()
        charsets = dict(cursor.execute("SELECT subject, charset FROM charset_rule").fetchall())
        found = []
        for row in rows:
            root_id, inside, added, last_import, watched, hindrance, *drive_row = row
            drive_id, filesystem_id, kind, label, mount_point = drive_row
            files, dicom = cursor.execute(_FILES_BELOW, (drive_id, *below(from_text(inside)))).fetchone()
            here = mounts.absolute(filesystem_id, from_text(inside))
            drive = _drive(drive_id, filesystem_id, kind, label, mount_point, here)
            found.append(
                Root(
                    id=root_id,
                    path=display(mounts.shown(filesystem_id, from_text(mount_point), from_text(inside))),
                    drive=drive,
                    added=added,
                    last_import=last_import,
                    files=files,
                    dicom=dicom,
                    watched=bool(watched),
                    state=_state(here),
                    hindrance=Hindrance(hindrance) if hindrance else None,
                    charset=charsets.get(to_text(of_root(filesystem_id, from_text(inside))), ""),
                )
            )
    return tuple(sorted(found, key=lambda root: root.path))


def drives(catalog: Catalog) -> tuple[Drive, ...]:
    """The drives on which something of the catalog lies, by label."""
    mounts = catalog.mounts()
    with catalog.database.reading() as cursor:
        rows = cursor.execute(
            "SELECT id, filesystem_id, kind, label, mount_point FROM drive ORDER BY label, id"
        ).fetchall()
    return tuple(_drive(row[0], row[1], row[2], row[3], row[4], mounts.absolute(row[1], "/")) for row in rows)


def _drive(drive_id: int, filesystem_id: str, kind: str, label: str, mount_point: str, here: str | None) -> Drive:
    return Drive(
        id=drive_id,
        kind=kind,
        filesystem_id=filesystem_id,
        label=display(from_text(label)),
        mount_point=display(from_text(mount_point)),
        state=State.OFFLINE if here is None else State.ONLINE,
    )


def _state(path: str | None) -> State:
    if path is None:
        return State.OFFLINE
    return State.ONLINE if os.path.lexists(path) else State.MISSING


def files(catalog: Catalog) -> Iterator[list[KnownPlace]]:
    """Every file of an instance that was there when last looked at, some at a time, folder by folder."""
    mounts = catalog.mounts()
    last = (0, 0)
    while True:
        with catalog.database.reading() as cursor:
            rows = cursor.execute(_FILES, (*last, _PAGE)).fetchall()
        if not rows:
            return
        last = (rows[-1][0], rows[-1][1])
        yield [
            KnownPlace(
                file_id,
                mounts.absolute(filesystem_id, on_drive(folder, name)),
                size,
                recorded(mtime_ns),
                content_digest,
                bool(changed),
            )
            for _, file_id, name, size, mtime_ns, content_digest, folder, filesystem_id, changed in rows
        ]


def record_contents(catalog: Catalog, digests: list[tuple[bytes, int]]) -> None:
    """Remember what files hold: (SHA-256, file row)."""
    with catalog.database.transaction() as cursor:
        cursor.executemany("UPDATE file SET content_digest = ? WHERE id = ?", digests)


def count_files(catalog: Catalog) -> int:
    """How many :func:`files` there are."""
    with catalog.database.reading() as cursor:
        return int(cursor.execute("SELECT count(*) FROM file WHERE instance_id IS NOT NULL AND gone = 0").fetchone()[0])


def database_troubles(catalog: Catalog) -> list[str]:
    """What SQLite and SQLCipher say of the file itself; nothing when all is well."""
    with catalog.database.reading() as cursor:
        sealed = [row[0] for row in cursor.execute("PRAGMA cipher_integrity_check")]
        whole = [row[0] for row in cursor.execute("PRAGMA integrity_check") if row[0] != "ok"]
        orphans = [f"{row[0]}: row {row[1]}" for row in cursor.execute("PRAGMA foreign_key_check")]
    return [*sealed, *whole, *orphans]


_ROOTS = (
    "SELECT root.id, root.path, root.added, root.last_import, root.watched, root.hindrance, drive.id, "
    "drive.filesystem_id, drive.kind, drive.label, drive.mount_point FROM root "
    "JOIN drive ON drive.id = root.drive_id WHERE root.forgotten = ''"
)
_FILES_BELOW = (
    "SELECT count(*), count(file.instance_id) FROM folder "  # noqa: S608 - no value in it
    f"JOIN file ON file.folder_id = folder.id WHERE folder.drive_id = ? AND {BELOW} AND file.gone = 0"
)
_FILES = (
    "SELECT file.folder_id, file.id, file.name, file.size, file.mtime_ns, file.content_digest, folder.path, "
    "drive.filesystem_id, file.changed FROM file JOIN folder ON folder.id = file.folder_id "
    "JOIN drive ON drive.id = folder.drive_id WHERE (file.folder_id, file.id) > (?, ?) "
    "AND file.instance_id IS NOT NULL AND file.gone = 0 ORDER BY file.folder_id, file.id LIMIT ?"
)
