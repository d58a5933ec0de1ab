"""``python older.py ARCHIVE``: its catalog as a version left it that knew of fewer attributes."""

from __future__ import annotations

import sys
from pathlib import Path

from fileroom.archive import Archive
from fileroom.settings import Settings


def main(folder: str) -> None:
    """The header that each series keeps whole loses its last attribute, as if nobody had asked for it."""
    with (
        Archive.open(Settings(archive=Path(folder), use_keyring=False)) as archive,
        archive._catalog.database.transaction() as cursor,  # what no command does
    ):
        cursor.execute("UPDATE series SET base = json_remove(base, '$[#-1]')")


main(sys.argv[1])
