"""What the catalog knows of files and instances, in the form that an import decides by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.catalog.paths import BELOW, below
from fileroom.model import Outcome, Reason
from fileroom.sources.paths import from_text, to_text

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog


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


def known_files(catalog: Catalog, filesystem_id: str, inside: str) -> dict[str, KnownFile]:
    """What the catalog knows of the files of one folder, by name."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_KNOWN, (filesystem_id, to_text(inside))).fetchall()
    return {
        from_text(name): KnownFile(
            file_id, size, mtime_ns, Outcome(outcome), Reason(reason), instance_id, bool(gone), bool(hidden)
        )
        for name, file_id, size, mtime_ns, outcome, reason, instance_id, gone, hidden in rows
    }


def folders_with_files(catalog: Catalog, filesystem_id: str, inside: str) -> list[tuple[str, list[int]]]:
    """Folders at and below ``inside`` on a drive, with the rows of their files that were there when last seen."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_PRESENT, (filesystem_id, *below(inside))).fetchall()
    found: dict[str, list[int]] = {}
    for path, file_id in rows:
        found.setdefault(from_text(path), []).append(file_id)
    return list(found.items())


_PRESENT = (
    "SELECT folder.path, file.id FROM drive JOIN folder ON folder.drive_id = drive.id "  # noqa: S608 - no value in it
    f"JOIN file ON file.folder_id = folder.id WHERE drive.filesystem_id = ? AND {BELOW} AND file.gone = 0"
)
_KNOWN = (
    "SELECT file.name, file.id, file.size, file.mtime_ns, file.outcome, file.reason, file.instance_id, file.gone, "
    "coalesce(instance.hidden, 0) FROM drive JOIN folder ON folder.drive_id = drive.id "
    "JOIN file ON file.folder_id = folder.id LEFT JOIN instance ON instance.id = file.instance_id "
    "WHERE drive.filesystem_id = ? AND folder.path = ?"
)
