"""Marking a drive that has no identity of its own; what is recorded of it stays recorded of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fileroom.errors import SourceError
from fileroom.sources import marker
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.catalog.store import Catalog
    from fileroom.sources.drives import Mount

# Where systems mount what is plugged in, and people what they connect by hand.
_PLUGGED_IN = ("/media/", "/run/media/", "/mnt/", "/Volumes/")


def nameless(catalog: Catalog, path: str) -> str | None:
    """The mount point of the drive that ``path`` lies on, when it was plugged in, can be known by nothing but that, and
    nothing of it is recorded yet: the one moment to ask whether it may be marked."""
    mount = _mount(catalog, path)
    if not mount.known_by_place or mount.kind == "memory" or not mount.point.startswith(_PLUGGED_IN):
        return None
    if _read_only(mount.point):
        return None
    with catalog.database.reading() as cursor:
        known = cursor.execute("SELECT 1 FROM drive WHERE filesystem_id = ?", (mount.filesystem_id,)).fetchone()
    return None if known else display(mount.point)


def mark(catalog: Catalog, path: str) -> Path | None:
    """Mark the drive that ``path`` lies on; gives the file that was written, None when it needs none.

    SourceError when it cannot be marked, or only a part of it is mounted.
    """
    before = _mount(catalog, path)
    if not before.known_by_place:
        return None
    if before.inside != "/":
        raise SourceError(f"{display(before.point)} is a part of a drive: mount the whole of it to mark it")
    written = marker.write(before.point)
    after = _mount(catalog, path)
    with catalog.database.transaction() as cursor:  # what was known by its place is known by its marker from now on
        cursor.execute(
            "UPDATE drive SET filesystem_id = ? WHERE filesystem_id = ?", (after.filesystem_id, before.filesystem_id)
        )
    return written


def _mount(catalog: Catalog, path: str) -> Mount:
    return catalog.mounts(fresh=True).locate(os.path.realpath(path))[0]


def _read_only(point: str) -> bool:
    try:
        return hasattr(os, "statvfs") and bool(os.statvfs(point).f_flag & os.ST_RDONLY)
    except OSError:
        return True
