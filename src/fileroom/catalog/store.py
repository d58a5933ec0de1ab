"""The catalog as one object: the sealed database of an archive folder, its key, and what is mounted now."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fileroom.catalog import keys
from fileroom.catalog.home import FILES_FOLDER, FolderHome
from fileroom.catalog.lately import Lately
from fileroom.errors import NotFound
from fileroom.model.entries import Level
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.catalog.home import Home

OWN = "archive"  # the drive on which they are recorded, so that they are found wherever the archive is moved to
LETTERS = {Level.PATIENT: "p", Level.STUDY: "s", Level.SERIES: "e", Level.INSTANCE: "i"}
LEVELS = {letter: level for level, letter in LETTERS.items()}
_OF_STUDY = 2  # bytes: there are as many beginnings as the index has pages when it holds seven million
_MOUNTS_SECONDS = 2.0
SEPARATOR = "\x1f"


class Catalog:
    """The index of one archive folder. Safe to read from several threads; writes come one at a time."""

    def __init__(self, home: Home | Path, *, use_keyring: bool = False) -> None:
        self.home: Home = FolderHome(home, use_keyring=use_keyring) if isinstance(home, Path) else home
        self.folder = self.home.folder
        self.key = self.home.key()
        self._ids = keys.PublicIds(self.key.derive("public ids"))
        self.database = self.home.database(self.key.derive("catalog"))
        self.path = self.database.path
        self._held: tuple[Mount, ...] = ()
        self._mounts: tuple[float, Mounts] | None = None
        self._mounts_lock = threading.Lock()
        self.totals: Lately[dict[str, int]] = Lately()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def public_id(self, level: Level, *identity: str) -> bytes:
        """The public id of the entry that ``identity`` names: a patient's key, then study, series, instance UID."""
        if level is Level.INSTANCE:
            return self.public_ids_in(*identity[:-1])(identity[-1])
        return self._ids.of(level.value, SEPARATOR.join(identity))

    def public_ids_in(self, *series: str) -> Callable[[str], bytes]:
        """What gives the public ids of the instances of a series, from their UIDs.

        They begin as that of their study does: what comes together lies together in the index (decision 0050).
        """
        start = self.public_id(Level.STUDY, *series[:2])[:_OF_STUDY]
        return self._ids.beginning(Level.INSTANCE.value, SEPARATOR.join((*series, "")), start)

    def row_of(self, entry_id: str) -> int:
        """The row number of a whole public id. NotFound when there is none."""
        level, public_id = LEVELS[entry_id[0]], bytes.fromhex(entry_id[1:])
        with self.database.reading() as cursor:
            row = cursor.execute(f"SELECT id FROM {level.value} WHERE public_id = ?", (public_id,)).fetchone()  # noqa: S608 - our own names
        if row is None:
            raise NotFound("there is no such entry")
        return int(row[0])

    def hold(self, *mounts: Mount) -> None:
        """Count ``mounts`` among what is mounted: drives whose files this process holds in memory."""
        with self._mounts_lock:
            self._held, self._mounts = (*mounts, *self._held), None

    def revision(self) -> str:
        """A word that is another one after every change, whoever made it: two that are the same mean that nothing was
        written meanwhile. It may be another one although nothing is."""
        said = []
        for file in (self.path, self.path.with_name(self.path.name + "-wal")):
            try:
                facts = file.stat()
            except FileNotFoundError:
                continue
            said.append(f"{facts.st_size:x}.{facts.st_mtime_ns:x}")
        return "-".join(said)

    def mounts(self, *, fresh: bool = False) -> Mounts:
        """What is mounted, looked up again after two seconds; ``fresh``: now."""
        with self._mounts_lock:
            now = time.monotonic()
            if fresh or self._mounts is None or now - self._mounts[0] > _MOUNTS_SECONDS:
                self._mounts = (now, Mounts.of((*drives.current().mounts, *self._held, self._own_folder())))
            return self._mounts[1]

    def let_go(self, mount: Mount) -> None:
        """Count ``mount`` no longer."""
        with self._mounts_lock:
            self._held, self._mounts = tuple(one for one in self._held if one != mount), None

    def disk_of_own_files(self) -> str:
        """The identity of the drive that the folder of copies lies on."""
        return drives.current().locate(self._own_folder().point)[0].filesystem_id

    def _own_folder(self) -> Mount:
        """The folder of copies as a drive of its own. It may be a link to where there is room."""
        return Mount(OWN, "archive", OWN, os.path.realpath(self.folder / FILES_FOLDER))


def id_text(level: Level, public_id: bytes) -> str:
    """A public id as it is shown: a letter for the level and 32 hexadecimal digits."""
    return LETTERS[level] + public_id.hex()
