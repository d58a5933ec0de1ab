"""The catalog as one object: the sealed database of an archive folder, its key, and what is mounted now."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from fileroom.catalog import keys
from fileroom.catalog.engine import Database
from fileroom.errors import CatalogError, NotFound
from fileroom.model import Level
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CATALOG_FILE = "catalog.db"
FILES_FOLDER = "files"  # copies that the archive owns
OWN = "archive"  # the drive on which they are recorded, so that they are found wherever the archive is moved to
LETTERS = {Level.PATIENT: "p", Level.STUDY: "s", Level.SERIES: "e", Level.INSTANCE: "i"}
LEVELS = {letter: level for level, letter in LETTERS.items()}
_MOUNTS_SECONDS = 2.0
SEPARATOR = "\x1f"


class Catalog:
    """The index of one archive folder. Safe to read from several threads; writes come one at a time."""

    def __init__(self, folder: Path, *, use_keyring: bool) -> None:
        self.folder = folder
        make_private_folder(folder)
        self.key = keys.load_or_make(folder, use_keyring=use_keyring)
        self._ids = keys.PublicIds(self.key.derive("public ids"))
        self.path = folder / CATALOG_FILE
        self.database = Database(self.path, self.key.derive("catalog"))
        self._mounts: tuple[float, Mounts] | None = None
        self._mounts_lock = threading.Lock()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def public_id(self, level: Level, *identity: str) -> bytes:
        """The public id of the entry that ``identity`` names: a patient's key, then study, series, instance UID."""
        return self._ids.of(level.value, SEPARATOR.join(identity))

    def public_ids_below(self, level: Level, *identity: str) -> Callable[[str], bytes]:
        """The same for many entries that differ only in the last part of their identity, which is still to be given."""
        return self._ids.beginning(level.value, SEPARATOR.join((*identity, "")))

    def row_of(self, entry_id: str) -> int:
        """The row number of a whole public id. NotFound when there is none."""
        level, public_id = LEVELS[entry_id[0]], bytes.fromhex(entry_id[1:])
        with self.database.reading() as cursor:
            row = cursor.execute(f"SELECT id FROM {level.value} WHERE public_id = ?", (public_id,)).fetchone()  # noqa: S608 - our own names
        if row is None:
            raise NotFound("there is no such entry")
        return int(row[0])

    def sealed(self) -> bool:
        """Whether the file on disk is encrypted: a plain SQLite file says so in its first bytes."""
        with self.path.open("rb") as file:
            return not file.read(16).startswith(b"SQLite format 3")

    def size(self) -> int:
        """Bytes of the database with its write-ahead log."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def mounts(self, *, fresh: bool = False) -> Mounts:
        """What is mounted, looked up again after two seconds; ``fresh``: now."""
        with self._mounts_lock:
            now = time.monotonic()
            if fresh or self._mounts is None or now - self._mounts[0] > _MOUNTS_SECONDS:
                self._mounts = (now, Mounts.of((*drives.current().mounts, self._own_folder())))
            return self._mounts[1]

    def disk_of_own_files(self) -> str:
        """The identity of the drive that the folder of copies lies on."""
        return drives.current().locate(self._own_folder().point)[0].filesystem_id

    def _own_folder(self) -> Mount:
        """The folder of copies as a drive of its own. It may be a link to where there is room."""
        return Mount(OWN, "archive", OWN, os.path.realpath(self.folder / FILES_FOLDER))


def id_text(level: Level, public_id: bytes) -> str:
    """A public id as it is shown: a letter for the level and 32 hexadecimal digits."""
    return LETTERS[level] + public_id.hex()


def make_private_folder(folder: Path) -> None:
    """Make ``folder`` for its owner alone; one that is there already is closed to others."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise CatalogError(f"the archive folder {folder} cannot be made: {error.strerror}") from error
