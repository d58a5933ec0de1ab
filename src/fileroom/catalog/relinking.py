"""Files that are not where they were, and following them to where they are: what a relink reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.catalog.paths import on_drive
from fileroom.catalog.writes import Writer
from fileroom.model.entries import Counts
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.paths import display, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.sources.drives import Mount

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Recorded:
    """A file of an instance with its place. ``gone``: it was not there when its folder was last looked at; ``told``:
    its header tells it from all others. Of two files with one header and different pixels nobody could say which of
    them was found."""

    id: int
    instance_id: int
    series_id: int
    size: int
    digest: bytes
    gone: bool
    told: bool
    filesystem_id: str
    mount_point: str
    folder: str  # on its drive
    name: str

    @property
    def inside(self) -> str:
        """Its path on the drive."""
        return f"{self.folder.rstrip('/')}/{self.name}"


@dataclass(frozen=True, slots=True)
class FoundAt:
    """Where a file was found."""

    mount: Mount
    folder: str  # on its drive
    name: str
    path: str
    size: int
    mtime_ns: int
    row: int | None  # the lost file that was recorded at this very place


def recorded_files(catalog: Catalog) -> Iterator[list[Recorded]]:
    """Every file of an instance, some at a time, folder by folder."""
    last = (0, 0)
    texts: dict[str, str] = {}  # one object for each drive and folder, however many files have it
    while True:
        with catalog.database.reading() as cursor:
            rows = cursor.execute(_RECORDED, (*last, _PAGE)).fetchall()
        if not rows:
            return
        last = (rows[-1][0], rows[-1][1])
        page = []
        for row in rows:
            drive, point, folder = (
                texts.setdefault(text, text) for text in (row[8], from_text(row[9]), from_text(row[10]))
            )
            known = (row[1], row[2], row[3], row[4], row[5], bool(row[6]), not row[7])
            page.append(Recorded(*known, drive, point, folder, from_text(row[11])))
        yield page


def follow(cursor: Any, writer: Writer, import_id: int, pairs: Sequence[tuple[Recorded, FoundAt, str]]) -> None:
    """Record files where they were found; the text is the place they had, to be shown. Can be taken back."""
    writer.begin(cursor)
    for lost, found, was in pairs:
        folder = writer.folder(found.mount, found.folder)
        name = to_text(found.name)
        writer.ledger.lines(folder, Outcome.MOVED, Reason.MOVED_FROM).add(found.name, found.size, was, None)
        cursor.execute(_REMEMBER, (import_id, folder, name, lost.id))
        cursor.execute(_FOLLOW, (folder, name, found.mtime_ns, was, lost.id))
        writer.unlink(lost.instance_id)
    writer.finish()
    for series_id, mount in {lost.series_id: found.mount for lost, found, _ in pairs}.items():
        writer.move_home(series_id, writer.drive(mount))


def take_back(catalog: Catalog, import_id: int) -> Counts:
    """Record files where they were before a relink; those that have moved on since then stay."""
    with catalog.database.transaction() as cursor:
        writer = Writer(catalog, import_id)
        writer.begin(cursor)
        instances = series = size = 0
        homes: dict[int, int] = {}
        for row in cursor.execute(_RELINKED, (import_id,)).fetchall():
            file_id, instance_id, series_id, bytes_, drive_id, *before = row
            cursor.execute(_PUT_BACK, (*before, file_id))
            writer.unlink(instance_id)
            homes[series_id] = drive_id
            instances, size = instances + 1, size + bytes_
        cursor.execute("DELETE FROM relinked WHERE import_id = ?", (import_id,))
        writer.finish()
        for series_id, drive_id in homes.items():
            writer.move_home(series_id, drive_id)
        series = len(homes)
    return Counts(series=series, instances=instances, bytes=size)


def shown_folder(lost: Recorded, here: str | None) -> str:
    """The folder a file was in, as it is shown; ``here`` is where that is now, if its drive is there."""
    return display(here if here is not None else lost.mount_point.rstrip("/") + on_drive(to_text(lost.folder), ""))


_RECORDED = (
    "SELECT file.folder_id, file.id, file.instance_id, instance.series_ref, file.size, file.digest, file.gone, "
    "EXISTS (SELECT 1 FROM file AS other WHERE other.instance_id = file.instance_id "
    "AND other.reason = 'other_content' AND other.size = file.size AND other.digest = file.digest), "
    "drive.filesystem_id, drive.mount_point, folder.path, file.name FROM file "
    "JOIN instance ON instance.id = file.instance_id JOIN folder ON folder.id = file.folder_id "
    "JOIN drive ON drive.id = folder.drive_id WHERE (file.folder_id, file.id) > (?, ?) AND file.digest IS NOT NULL "
    "ORDER BY file.folder_id, file.id LIMIT ?"
)
_REMEMBER = (
    "INSERT INTO relinked(import_id, instance, old_folder_id, old_name, old_mtime_ns, old_gone, old_outcome, "
    "old_reason, old_detail, new_folder_id, new_name) SELECT ?, instance.public_id, file.folder_id, file.name, "
    "file.mtime_ns, file.gone, file.outcome, file.reason, file.detail, ?, ? FROM file "
    "JOIN instance ON instance.id = file.instance_id WHERE file.id = ?"
)
_FOLLOW = (
    "UPDATE file SET folder_id = ?, name = ?, mtime_ns = ?, outcome = 'moved', reason = 'moved_from', detail = ?, "
    "gone = 0, changed = 0 WHERE id = ?"
)
_RELINKED = (
    "SELECT file.id, instance.id, instance.series_ref, file.size, folder.drive_id, old_folder_id, old_name, "
    "old_mtime_ns, old_gone, old_outcome, old_reason, old_detail FROM relinked "
    "JOIN file ON file.folder_id = new_folder_id AND file.name = new_name "
    "JOIN instance ON instance.id = file.instance_id AND instance.public_id = relinked.instance "
    "JOIN folder ON folder.id = old_folder_id WHERE import_id = ? AND NOT EXISTS (SELECT 1 FROM file AS there "
    "WHERE there.folder_id = old_folder_id AND there.name = old_name AND there.id != file.id) ORDER BY relinked.id DESC"
)
_PUT_BACK = (
    "UPDATE file SET folder_id = ?, name = ?, mtime_ns = ?, gone = ?, outcome = ?, reason = ?, detail = ? WHERE id = ?"
)
