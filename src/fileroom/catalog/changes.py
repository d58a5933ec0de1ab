"""Files that were seen not to be as recorded, by those who do not read them: checks, and whoever opens an image.

What the catalog shows of such a file is what it said before. The next import that reads it clears the mark; so does
seeing it as recorded again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from fileroom.catalog.anew import SHIFT
from fileroom.catalog.counts import recount
from fileroom.sources.held import ANY_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fileroom.catalog.store import Catalog
    from fileroom.sources.opened import Facts


class Seen(NamedTuple):
    """A file with the facts that it was compared with, and whether it has changed since they were recorded."""

    row: int
    size: int
    mtime_ns: int
    changed: bool


def differs(size: int, mtime_ns: int, facts: Facts) -> bool:
    """Whether a file is not as it was recorded. No time is recorded of one that has to be read again anyway, and what
    was copied into memory has none and never changes."""
    return facts.size != size or (mtime_ns not in {0, facts.mtime_ns} and facts.mtime_ns != ANY_TIME)


def note(catalog: Catalog, seen: Iterable[Seen]) -> None:
    """Remember how files were seen to stand; of what an import has read in the meantime nothing is said."""
    with catalog.database.transaction() as cursor:
        instances = {
            row[0]
            for one in seen
            for row in cursor.execute(_NOTE, (one.changed, *one[:3], one.mtime_ns - SHIFT, one.changed))
        }
        wanted = json.dumps(sorted(instances))
        recount(cursor, {row[0] for row in cursor.execute(_INSTANCES, (wanted,)).fetchall()})


_NOTE = (
    "UPDATE file SET changed = ? WHERE id = ? AND size = ? AND mtime_ns IN (?, ?) AND gone = 0 AND changed != ? "
    "AND instance_id IS NOT NULL RETURNING instance_id"
)
_INSTANCES = (
    "UPDATE instance SET changed = coalesce((SELECT file.changed FROM file WHERE file.id = instance.file_id), 0) "
    "WHERE id IN (SELECT value FROM json_each(?)) RETURNING series_ref"
)
