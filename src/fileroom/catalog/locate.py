"""Where the file of an instance lies: the one look that every frame on the screen costs, so it is kept short."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fileroom.catalog import changes, packing
from fileroom.catalog.anew import recorded
from fileroom.catalog.changes import Seen, differs
from fileroom.catalog.paths import on_drive
from fileroom.catalog.store import LETTERS
from fileroom.errors import CatalogError, NotFound, Unavailable
from fileroom.model import Level, Reason
from fileroom.sources.opened import look

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog
    from fileroom.model import Header
    from fileroom.sources.opened import Facts

_INSTANCE = LETTERS[Level.INSTANCE]
_FILES = (
    "SELECT instance.header, instance.sop_instance_uid, instance.number, series.base, instance.frames, "
    "file.name, folder.path, drive.filesystem_id, file.id, file.size, file.mtime_ns, file.changed "
    "FROM instance JOIN series ON series.id = instance.series_ref "
    "LEFT JOIN file ON file.instance_id = instance.id AND file.reason != ? "
    "LEFT JOIN folder ON folder.id = file.folder_id LEFT JOIN drive ON drive.id = folder.drive_id "
    "WHERE instance.public_id = ? ORDER BY file.id IS NOT instance.file_id, file.gone, file.id"
)


@dataclass(frozen=True, slots=True)
class Located:
    """A file of an instance that is there now, with what the catalog knows of its image."""

    path: str
    size: int
    mtime_ns: int
    frames: int
    header: Header


def locate(catalog: Catalog, instance_id: str) -> Located:
    """The first file of an instance that can be reached, and is as recorded if any is.

    NotFound, or Unavailable when there is none.
    """
    try:
        public_id = bytes.fromhex(instance_id[1:])
    except ValueError:
        public_id = b""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_FILES, (Reason.OTHER_CONTENT.value, public_id)).fetchall()
    if not rows or instance_id[:1] != _INSTANCE:
        raise NotFound("there is no such instance")
    mounts, away = catalog.mounts(), False
    changed: Located | None = None
    for header, uid, number, base, frames, name, folder, filesystem_id, *recorded_facts in rows:
        if name is None:
            continue
        path = mounts.absolute(filesystem_id, on_drive(folder, name))
        away = away or path is None
        if path is not None and (facts := _facts(path)) is not None:
            whole = packing.unpack(header, _base(base), uid, number)
            found = Located(path, facts.size, facts.mtime_ns, frames, whole)
            if _stands(catalog, facts, *recorded_facts):
                return found
            changed = changed or found  # a copy that is what it was is better
    if changed is not None:
        return changed
    raise Unavailable(
        "the drive of this image is not connected" if away else "the file of this image is not where it was"
    )


def _stands(catalog: Catalog, facts: Facts, row: int, size: int, mtime_ns: int, known_to_differ: int) -> bool:
    """Whether a file is as recorded; when that is news, it is remembered, unless something hinders that."""
    mtime_ns = recorded(mtime_ns)
    changed = differs(size, mtime_ns, facts)
    if changed != bool(known_to_differ):
        with contextlib.suppress(CatalogError):  # whoever wants to look at an image is not to hear of it
            changes.note(catalog, [Seen(row, size, mtime_ns, changed)])
    return not changed


def _facts(path: str) -> Facts | None:
    try:
        return look(path)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _base(text: str) -> tuple[Any, ...]:
    """The header that a series has in common; its images are asked for one after the other."""
    return packing.unpack_base(text)
