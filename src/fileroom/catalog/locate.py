"""Where the file of an instance lies: the one look that every frame on the screen costs, so it is kept short."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fileroom.catalog import packing
from fileroom.catalog.paths import on_drive
from fileroom.catalog.store import LETTERS
from fileroom.errors import NotFound, Unavailable
from fileroom.model import Level, Reason
from fileroom.sources.opened import look

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog
    from fileroom.model import Header
    from fileroom.sources.opened import Facts

_INSTANCE = LETTERS[Level.INSTANCE]
_FILES = (
    "SELECT instance.header, instance.sop_instance_uid, instance.number, series.base, instance.frames, "
    "file.name, folder.path, drive.filesystem_id "
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
    """The first file of an instance that can be reached. NotFound, or Unavailable when there is none."""
    try:
        public_id = bytes.fromhex(instance_id[1:])
    except ValueError:
        public_id = b""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(_FILES, (Reason.OTHER_CONTENT.value, public_id)).fetchall()
    if not rows or instance_id[:1] != _INSTANCE:
        raise NotFound("there is no such instance")
    mounts, away = catalog.mounts(), False
    for header, uid, number, base, frames, name, folder, filesystem_id in rows:
        if name is None:
            continue
        path = mounts.absolute(filesystem_id, on_drive(folder, name))
        away = away or path is None
        if path is not None and (facts := _facts(path)) is not None:
            whole = packing.unpack(header, _base(base), uid, number)
            return Located(path, facts.size, facts.mtime_ns, frames, whole)
    raise Unavailable(
        "the drive of this image is not connected" if away else "the file of this image is not where it was"
    )


def _facts(path: str) -> Facts | None:
    try:
        return look(path)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _base(text: str) -> tuple[Any, ...]:
    """The header that a series has in common; its images are asked for one after the other."""
    return packing.unpack_base(text)
