"""Files that claim to be one image and are not the same, and which of them the user chose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog.paths import on_drive
from fileroom.catalog.store import id_text
from fileroom.errors import NotFound
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.paths import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.store import Catalog


@dataclass(frozen=True, slots=True)
class Claimant:
    """One file of an image, and where it lies; ``path`` is None while its drive is away."""

    id: int
    instance_id: int
    path: str | None
    known_as: str
    drive: str
    size: int
    mtime_ns: int
    digest: bytes
    gone: bool
    conflict: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """An image that several files claim to be."""

    instance_id: int
    public_id: bytes
    series_id: int
    series: str
    number: int | None
    chosen: bool
    files: tuple[Claimant, ...]

    @property
    def id(self) -> str:
        """The public id of the image."""
        return id_text(Level.INSTANCE, self.public_id)


# A conflict is over when one side is gone: then there is nothing to choose.
_CONFLICTS = (
    "FROM instance JOIN series ON series.id = instance.series_ref "
    "JOIN study ON study.id = series.study_ref WHERE instance.hidden = 0 AND instance.id IN "
    "(SELECT instance_id FROM file WHERE reason = 'other_content' AND gone = 0) "
)
_CLAIM = (
    "SELECT instance.id, instance.public_id, series.id, series.public_id, instance.number, "
    "EXISTS (SELECT 1 FROM choice WHERE choice.public_id = instance.public_id) "
)


def count(catalog: Catalog) -> int:
    """How many images have a conflict."""
    with catalog.database.reading() as cursor:
        return int(cursor.execute(f"SELECT count(*) {_CONFLICTS}").fetchone()[0])


def claims(catalog: Catalog, *, series: int | None, limit: int | None, offset: int) -> list[Claim]:
    """Images with a conflict, series by series."""
    only = "AND series.id = ? " if series is not None else ""
    values = (*([series] if series is not None else []), -1 if limit is None else limit, offset)
    with catalog.database.reading() as cursor:
        rows = cursor.execute(
            f"{_CLAIM}{_CONFLICTS}{only}ORDER BY series.id, instance.number, instance.id LIMIT ? OFFSET ?",
            values,
        ).fetchall()
        files = _files(catalog, cursor, [row[0] for row in rows])
    return [_claim(row, files) for row in rows]


def claim_of_file(catalog: Catalog, file_id: int) -> Claim:
    """The image that a file claims to be. NotFound when it is no file of one."""
    with catalog.database.reading() as cursor:
        row = cursor.execute(
            f"{_CLAIM}FROM instance JOIN series ON series.id = instance.series_ref "  # noqa: S608 - no value in it
            "WHERE instance.id = (SELECT instance_id FROM file WHERE id = ?)",
            (file_id,),
        ).fetchone()
        if row is None:
            raise NotFound("this is no file of an image in the archive")
        return _claim(row, _files(catalog, cursor, [row[0]]))


def file_at(catalog: Catalog, filesystem_id: str, inside: str) -> int:
    """The row of a file by its place. NotFound when it was never met."""
    folder, _, name = inside.rpartition("/")
    with catalog.database.reading() as cursor:
        row = cursor.execute(
            "SELECT file.id FROM file JOIN folder ON folder.id = file.folder_id "
            "JOIN drive ON drive.id = folder.drive_id "
            "WHERE drive.filesystem_id = ? AND folder.path = ? AND file.name = ?",
            (filesystem_id, to_text(folder or "/"), to_text(name)),
        ).fetchone()
    if row is None:
        raise NotFound("the archive does not know this file")
    return int(row[0])


def _claim(row: Sequence[Any], files: dict[int, list[Claimant]]) -> Claim:
    return Claim(
        instance_id=row[0],
        public_id=row[1],
        series_id=row[2],
        series=id_text(Level.SERIES, row[3]),
        number=row[4],
        chosen=bool(row[5]),
        files=tuple(files.get(row[0], ())),
    )


def _files(catalog: Catalog, cursor: Any, instances: list[int]) -> dict[int, list[Claimant]]:
    mounts = catalog.mounts()
    found: dict[int, list[Claimant]] = {}
    for row in cursor.execute(_FILES, (json.dumps(instances),)):
        file_id, instance_id, name, size, mtime_ns, digest, gone, reason, shown, folder, drive_id, point, label = row
        inside = on_drive(folder, name)
        found.setdefault(instance_id, []).append(
            Claimant(
                id=file_id,
                instance_id=instance_id,
                path=mounts.absolute(drive_id, inside),
                known_as=mounts.shown(drive_id, from_text(point), inside),
                drive=from_text(label),
                size=size,
                mtime_ns=mtime_ns,
                digest=digest or b"",
                gone=bool(gone),
                conflict=reason == Reason.OTHER_CONTENT.value,
                shown=bool(shown),
            )
        )
    return found


_FILES = (
    "SELECT file.id, file.instance_id, file.name, file.size, file.mtime_ns, file.digest, file.gone, file.reason, "
    "file.id = instance.file_id, folder.path, drive.filesystem_id, drive.mount_point, drive.label "
    "FROM json_each(?) AS wanted JOIN instance ON instance.id = wanted.value "
    "JOIN file ON file.instance_id = instance.id JOIN folder ON folder.id = file.folder_id "
    "JOIN drive ON drive.id = folder.drive_id ORDER BY file.id != instance.file_id, file.id"
)

# -- what the user chose -------------------------------------------------------------------------------------------


def remember(cursor: Any, public_id: bytes, size: int, digest: bytes, content: bytes, at: str) -> None:
    """The user's word: of this image, the file with this content is to be shown, whatever path it has."""
    cursor.execute(
        "INSERT OR REPLACE INTO choice(public_id, size, digest, content, at) VALUES (?,?,?,?,?)",
        (public_id, size, digest, content, at),
    )


def forget(cursor: Any, public_id: bytes) -> bool:
    """Take it back; says whether there was one."""
    return cursor.execute("DELETE FROM choice WHERE public_id = ? RETURNING 1", (public_id,)).fetchone() is not None


def content_chosen(cursor: Any, instance_id: int, size: int, digest: bytes) -> bytes | None:
    """The SHA-256 that was chosen for an image, if a file of this size and header may be it."""
    row = cursor.execute(
        "SELECT choice.content FROM choice JOIN instance ON instance.public_id = choice.public_id "
        "WHERE instance.id = ? AND choice.size = ? AND choice.digest = ?",
        (instance_id, size, digest),
    ).fetchone()
    return row[0] if row else None


def prefer(cursor: Any, instance_id: int, file_id: int, twins: Sequence[int]) -> None:
    """Mark the files of an image: one is shown, its twins hold the same, all others contradict it."""
    sql = "UPDATE file SET outcome = ?, reason = ?, detail = '' WHERE id IN (SELECT value FROM json_each(?))"
    others = cursor.execute("SELECT id FROM file WHERE instance_id = ?", (instance_id,)).fetchall()
    against = [row[0] for row in others if row[0] != file_id and row[0] not in twins]
    for outcome, reason, ids in (
        (Outcome.CONFLICT, Reason.OTHER_CONTENT, against),
        (Outcome.DUPLICATE, Reason.SAME_INSTANCE, list(twins)),
        (Outcome.CHANGED, Reason.CHOSEN, [file_id]),
    ):
        cursor.execute(sql, (outcome.value, reason.value, json.dumps(ids)))
    cursor.execute(
        "UPDATE instance SET (file_id, changed) = (SELECT id, changed FROM file WHERE id = ?) WHERE id = ?",
        (file_id, instance_id),
    )
