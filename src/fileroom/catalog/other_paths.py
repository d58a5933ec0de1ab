"""The paths of other files that were opened last: only where the user asked that they be kept, and sealed then.

A path may name a patient, so nobody's is kept unasked; and never that of a disc or stick, which leaves no trace.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from fileroom.catalog.writes import now
from fileroom.model.others import RecentPaths
from fileroom.sources.paths import to_text
from fileroom.sources.removable import plugged_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.store import Catalog

MOST: Final = 30
_SWITCH: Final = "other_paths"


def recent_paths(catalog: Catalog) -> RecentPaths:
    """Whether they are kept, and those that are, the newest first."""
    with catalog.database.reading() as cursor:
        on = cursor.execute("SELECT 1 FROM switched_on WHERE name = ?", (_SWITCH,)).fetchone() is not None
        rows = cursor.execute("SELECT path FROM other_path ORDER BY at DESC, rowid DESC").fetchall()
    return RecentPaths(keep=on, paths=tuple(path for (path,) in rows))


def keep_paths(catalog: Catalog, *, keep: bool) -> None:
    """Keep them from now on, or not: then those that were kept are forgotten, too."""
    with catalog.database.transaction() as cursor:
        if keep:
            cursor.execute("INSERT OR IGNORE INTO switched_on(name) VALUES (?)", (_SWITCH,))
        else:
            cursor.execute("DELETE FROM switched_on WHERE name = ?", (_SWITCH,))
            cursor.execute("DELETE FROM other_path")


def forget_paths(catalog: Catalog) -> None:
    """Forget those that were kept; the switch stays as it is."""
    with catalog.database.transaction() as cursor:
        cursor.execute("DELETE FROM other_path")


def note_paths(catalog: Catalog, paths: Sequence[str]) -> None:
    """Remember what was opened now, if that is wanted."""
    if not recent_paths(catalog).keep:
        return
    media = [PurePath(medium.path) for medium in plugged_in()]
    with catalog.database.transaction() as cursor:
        for path in paths:
            if not any(PurePath(path).is_relative_to(medium) for medium in media):
                cursor.execute("INSERT OR REPLACE INTO other_path(path, at) VALUES (?,?)", (to_text(path), now()))
        cursor.execute(
            "DELETE FROM other_path WHERE path NOT IN "
            "(SELECT path FROM other_path ORDER BY at DESC, rowid DESC LIMIT ?)",
            (MOST,),
        )
