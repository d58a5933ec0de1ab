"""What the catalog knows of files and instances, in the form that an import decides by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from fileroom.catalog.anew import EARLIEST, is_marked, recorded
from fileroom.catalog.paths import BELOW, below
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.paths import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.sources.folder import Listing

# What could not be read or had no place is tried again each time: permissions and limits change.
TRY_AGAIN = frozenset({Outcome.UNREADABLE, Outcome.REFUSED})


# What the directory of a container says of a member, or its size of a container, stays so until the container changes.
FINAL = frozenset(
    {
        Reason.ENCRYPTED,
        Reason.LINK_MEMBER,
        Reason.OUTSIDE_CONTAINER,
        Reason.SAME_NAME,
        Reason.NESTED_CONTAINER,
        Reason.UNKNOWN_STORAGE,
        Reason.BOMB,
    }
)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the catalog knows of one file of a folder."""

    id: int
    size: int
    mtime_ns: int
    outcome: Outcome
    reason: Reason
    instance_id: int | None
    gone: bool
    hidden: bool  # its instance was removed from the archive
    anew: bool = False  # a rebuild wants it read, however it stands
    changed: bool = False  # it was seen not to be as recorded, and has not been read since

    @property
    def copied(self) -> bool:
        """It was copied into the archive (or need not be): the instance has its file there and not here."""
        return self.reason is Reason.COPIED

    @property
    def in_place(self) -> bool:
        """It is a file of an instance where it lies."""
        return self.instance_id is not None and not self.copied

    @property
    def try_again(self) -> bool:
        """Whether it is to be read however it stands."""
        return self.outcome in TRY_AGAIN and self.reason not in FINAL


@dataclass(frozen=True, slots=True)
class InstanceFile:
    """One file of a known instance, with its place on a drive."""

    id: int
    size: int
    mtime_ns: int
    digest: bytes
    conflict: bool
    filesystem_id: str
    path: str


@dataclass(frozen=True, slots=True)
class KnownInstance:
    """An instance that has the SOP Instance UID in question."""

    id: int
    series_id: int
    hidden: bool
    files: tuple[InstanceFile, ...]
    shown: int | None  # the row of the file whose facts are shown


class Recorded(NamedTuple):
    """A folder as a whole: its row, how its files looked together when all of them stood as recorded, if they do still,
    and the number of changes of what is recorded."""

    folder: int | None
    look: bytes
    changes: int


_NEIGHBOURS = 100
_LAST = "\U0010ffff"  # after every path
UNKNOWN = Recorded(None, b"", 0)
LOOK_AGAIN = -(1 << 62)


class KnownFiles:
    """What the catalog knows of the folders of an import: asked over one connection, each time as of now."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._drive = ""
        self._looks: dict[str, Recorded] = {}  # of all folders known on the drive from one path to another
        self._from, self._upto = "", ""

    def folder(self, filesystem_id: str, inside: str) -> int | None:
        """The row of a folder; None when nothing is known of it."""
        row = self._cursor.execute(_FOLDER, (to_text(inside), filesystem_id)).fetchone()
        return row[0] if row else None

    def look(self, filesystem_id: str, inside: str) -> Recorded:
        """What is recorded of a folder as a whole: as of now, or of when one of its neighbours was asked for.

        A walk goes nearly by path, and a question for each folder would cost as much as listing it.
        """
        path = to_text(inside)
        if filesystem_id != self._drive or not self._from <= path <= self._upto:
            rows = self._cursor.execute(_LOOKS, (filesystem_id, path, _NEIGHBOURS)).fetchall()
            self._looks = {row[0]: Recorded(row[1], row[2] or b"", row[3]) for row in rows}
            self._drive, self._from = filesystem_id, path
            self._upto = rows[-1][0] if len(rows) == _NEIGHBOURS else _LAST
        return self._looks.get(path, UNKNOWN)

    def present_files(self, folder_id: int, listing: Listing, now_ns: int) -> list[tuple[str, int, int]]:
        """Name, size and time of the files of a folder, or a part of it, that were there when last seen, by name.

        The time of those that have to be looked at however they stand is told as :data:`LOOK_AGAIN`, which no file
        has: what could not be read, what a limit refused, what has a time in the future, what was removed from the
        archive, what was seen to have changed.
        """
        where, values = _range(listing)
        found: list[tuple[str, int, int]] = self._cursor.execute(
            _PRESENT.format(where), (now_ns, *sorted(TRY_AGAIN), folder_id, *values)
        ).fetchall()
        return found

    def present(self, folder_id: int) -> list[int]:
        """The rows of the files of a folder that were there when last seen."""
        rows = self._cursor.execute("SELECT id FROM file WHERE folder_id = ? AND gone = 0", (folder_id,)).fetchall()
        return [row[0] for row in rows]

    def files(self, folder_id: int, listing: Listing) -> dict[str, KnownFile]:
        """All that is known of the files of a folder, or a part of it, by name."""
        where, values = _range(listing)
        rows = self._cursor.execute(_KNOWN.format(where), (folder_id, *values)).fetchall()
        return {from_text(row[0]): _known(row) for row in rows}

    def one(self, filesystem_id: str, inside: str, name: str) -> KnownFile | None:
        """What is known of one file of a folder."""
        folder = self.folder(filesystem_id, inside)
        rows = self._cursor.execute(_KNOWN.format("AND name = ?"), (folder, to_text(name))).fetchall()
        return _known(rows[0]) if rows else None

    def containers_of(self, file_ids: Sequence[int]) -> list[str]:
        """The names of those of some files that are containers."""
        rows = self._cursor.execute(
            "SELECT name FROM file WHERE id IN (SELECT value FROM json_each(?)) AND reason IN (?, ?)",
            (json.dumps(file_ids), Reason.CONTAINER.value, Reason.BROKEN_CONTAINER.value),
        ).fetchall()
        return [from_text(row[0]) for row in rows]

    def members(self, filesystem_id: str, container: str) -> tuple[int, bool]:
        """How many files of a container were there when last seen, and whether all of them need no second look."""
        final = ",".join(f"'{reason.value}'" for reason in sorted(FINAL))
        again = ",".join(f"'{outcome.value}'" for outcome in sorted(TRY_AGAIN))
        sql = _MEMBERS.format(again, final)
        files, look = self._cursor.execute(sql, (filesystem_id, *below(container))).fetchone()
        return files, not look


def _known(row: Sequence[Any]) -> KnownFile:
    _, file_id, size, mtime_ns, outcome, reason, instance_id, gone, hidden, changed = row
    return KnownFile(
        file_id, size, recorded(mtime_ns), Outcome(outcome), Reason(reason), instance_id, bool(gone), bool(hidden),
        anew=is_marked(mtime_ns), changed=bool(changed),
    )  # fmt: skip


def _range(listing: Listing) -> tuple[str, tuple[str, ...]]:
    """The condition that holds for the names of a part; a whole folder has none."""
    if listing.upto is not None:
        return "AND name > ? AND name <= ?", (listing.after, listing.upto)
    return ("AND name > ?", (listing.after,)) if listing.after else ("", ())


def holds_files(catalog: Catalog, filesystem_id: str, inside: str) -> bool:
    """Whether there were files at or below ``inside`` on a drive when it was last looked at."""
    with catalog.database.reading() as cursor:
        return cursor.execute(_FOLDERS + " LIMIT 1", (filesystem_id, *below(inside))).fetchone() is not None


def folders_with_files(catalog: Catalog, filesystem_id: str, inside: str) -> Iterator[tuple[int, str]]:
    """The folders at and below ``inside`` on a drive that held files when last looked at: row and path."""
    with catalog.database.reading() as cursor:
        for folder_id, path in cursor.execute(_FOLDERS, (filesystem_id, *below(inside))):
            yield folder_id, from_text(path)


def stands(catalog: Catalog, uid: str, size: int, digest: bytes) -> bool:
    """Whether an instance with this SOP Instance UID has a file of this size and digest that was there last."""
    with catalog.database.reading() as cursor:
        return bool(cursor.execute(_STANDS, (uid, size, digest)).fetchone()[0])


_STANDS = (
    "SELECT EXISTS (SELECT 1 FROM instance JOIN file ON file.instance_id = instance.id "
    "WHERE instance.sop_instance_uid = ? AND file.size = ? AND file.digest = ? AND file.gone = 0)"
)
_FOLDERS = (
    "SELECT folder.id, folder.path FROM drive JOIN folder ON folder.drive_id = drive.id "  # noqa: S608 - our own words
    f"WHERE drive.filesystem_id = ? AND {BELOW} "
    "AND EXISTS (SELECT 1 FROM file WHERE folder_id = folder.id AND gone = 0)"
)
_FOLDER = (
    "SELECT folder.id FROM drive JOIN folder ON folder.drive_id = drive.id AND folder.path = ? "
    "WHERE drive.filesystem_id = ?"
)
_LOOKS = (
    "SELECT path, id, CASE WHEN look_at = n_changes THEN look END, n_changes FROM folder "
    "WHERE drive_id = (SELECT id FROM drive WHERE filesystem_id = ?) AND path >= ? ORDER BY path LIMIT ?"
)
_KNOWN = (
    # A path that was copied stands for the instance of its copy; without it (-1 is no size) it is to be copied again.
    "SELECT name, file.id, CASE WHEN reason = 'copied' AND coalesce(instance.missing, 1) THEN -1 ELSE size END, "
    "mtime_ns, outcome, reason, instance.id, gone, coalesce(instance.hidden, 0), file.changed "
    "FROM file LEFT JOIN source ON source.file_id = file.id AND reason = 'copied' "
    "LEFT JOIN instance ON instance.id = coalesce(file.instance_id, source.instance_id) WHERE folder_id = ? {}"
)
_MEMBERS = (
    "SELECT count(*), coalesce(sum((outcome IN ({}) AND reason NOT IN ({})) OR mtime_ns = 0 "  # noqa: S608 - our own words
    f"OR file.changed OR mtime_ns < {EARLIEST} "
    "OR coalesce(instance.hidden, 0) OR (reason = 'copied' AND coalesce(instance.missing, 1))), 0) "
    "FROM drive JOIN folder ON folder.drive_id = drive.id JOIN file ON file.folder_id = folder.id "
    "LEFT JOIN source ON source.file_id = file.id AND reason = 'copied' "
    "LEFT JOIN instance ON instance.id = coalesce(file.instance_id, source.instance_id) "
    f"WHERE drive.filesystem_id = ? AND {BELOW} AND gone = 0"
)
_PRESENT = (
    "SELECT name, size, CASE WHEN changed = 0 AND mtime_ns <= ? AND outcome NOT IN (?, ?) "  # noqa: S608 - our own number
    "AND (instance_id IS NULL OR NOT EXISTS "
    "(SELECT 1 FROM instance INDEXED BY instance_hidden WHERE id = instance_id AND hidden = 1)) "
    "AND (reason != 'copied' OR EXISTS (SELECT 1 FROM source JOIN instance ON instance.id = source.instance_id "
    f"WHERE source.file_id = file.id AND missing = 0 AND hidden = 0)) THEN mtime_ns ELSE {LOOK_AGAIN} END "
    "FROM file WHERE folder_id = ? {} AND gone = 0 ORDER BY name"
)
