"""Files that are to be read anew, however they stand: a rebuild marks them, and reading them takes the mark away.

The mark is in the recorded time of change, put back by two centuries to before there were files: it costs nothing while
nobody rebuilds, and the time is not lost.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from fileroom.catalog.packing import FIELDS
from fileroom.catalog.paths import BELOW, below
from fileroom.sources.paths import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.store import Catalog

SHIFT: Final = 3 << 61  # nanoseconds
EARLIEST: Final = -(1 << 61)  # the year 1896: what is before is marked
_LATEST: Final = 1 << 62  # 2116; a later time is marked as if it were this, and the file has changed then


def is_marked(mtime_ns: int) -> bool:
    """Whether the file with this recorded time is to be read anew."""
    return mtime_ns < EARLIEST


def recorded(mtime_ns: int) -> int:
    """The time that was recorded, mark or not.

    >>> [recorded(1_700_000_000_000_000_000 - SHIFT), recorded(1_700_000_000_000_000_000), recorded(0 - SHIFT)]
    [1700000000000000000, 1700000000000000000, 0]
    """
    return mtime_ns + SHIFT if is_marked(mtime_ns) else mtime_ns


def mark(catalog: Catalog, filesystem_id: str, inside: str) -> None:
    """Mark the file at ``inside`` on a drive, or all that were there below it when last seen.

    Not what was copied into the archive: of that the copy is read.
    """
    with catalog.database.transaction() as cursor:
        mark_below(cursor, filesystem_id, inside)


def mark_below(cursor: Any, filesystem_id: str, inside: str) -> None:
    """The same within a transaction."""
    folder, _, name = inside.rpartition("/")
    cursor.execute(_MARK, (filesystem_id, *below(inside), to_text(folder or "/"), to_text(name)))


def mark_patients(cursor: Any, patients: Sequence[int]) -> None:
    """Mark the files of some patients."""
    cursor.execute(_MARK_PATIENTS, (json.dumps(list(patients)),))


def marked(cursor: Any) -> int:
    """How many files are still to be read anew."""
    return int(cursor.execute(f"SELECT count(*) FROM file WHERE mtime_ns < {EARLIEST}").fetchone()[0])  # noqa: S608 - our own number


def outdated(catalog: Catalog) -> bool:
    """Whether files were read by a version that took less from their headers, and not all of them have been since.

    The header that a series keeps whole has as many fields as that version knew of, and the oldest series the fewest.
    """
    with catalog.database.reading() as cursor:
        oldest = cursor.execute(_OLDEST).fetchone()
        known = max(oldest[0], cursor.execute("PRAGMA application_id").fetchone()[0]) if oldest else len(FIELDS)
    return bool(known < len(FIELDS))


def keep_up(catalog: Catalog) -> None:
    """All that was read is read anew, or marked to be: nothing is left of what older versions did not take."""
    with catalog.database.transaction() as cursor:
        cursor.execute(f"PRAGMA application_id = {len(FIELDS)}")  # a number that SQLite keeps and has no use for


_OLDEST = "SELECT json_array_length(base) FROM series WHERE base != '' ORDER BY id LIMIT 1"
_UPDATE = (
    f"UPDATE file SET mtime_ns = min(mtime_ns, {_LATEST}) - {SHIFT} "  # noqa: S608 - our own numbers
    f"WHERE gone = 0 AND reason != 'copied' AND mtime_ns >= {EARLIEST} AND id IN "
)
_MARK = (
    f"{_UPDATE} (SELECT file.id FROM drive "  # noqa: S608 - our own words
    "JOIN folder ON folder.drive_id = drive.id JOIN file ON file.folder_id = folder.id "
    f"WHERE drive.filesystem_id = ? AND ({BELOW} OR (folder.path = ? AND file.name = ?)))"
)
_MARK_PATIENTS = (
    f"{_UPDATE} (SELECT file.id FROM study JOIN series ON series.study_ref = study.id "  # noqa: S608 - our own words
    "JOIN instance ON instance.series_ref = series.id JOIN file ON file.instance_id = instance.id "
    "WHERE study.patient_ref IN (SELECT value FROM json_each(?)))"
)
