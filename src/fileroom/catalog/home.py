"""Where a catalog lives: in a folder of the disk, or in memory alone.

Everything that an archive writes for itself goes through its home: database, key, locks, copies. A home in memory has
no file, so an archive that lives there leaves none, and the rooms above need not know which of the two they have.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fileroom.catalog import keys
from fileroom.catalog.engine import Database, MemoryDatabase
from fileroom.errors import BadRequest, CatalogError

if TYPE_CHECKING:
    from fileroom.catalog.keys import ArchiveKey

CATALOG_FILE = "catalog.db"
FILES_FOLDER = "files"  # copies that the archive owns


class Home(Protocol):
    """What an archive writes for itself, and where."""

    @property
    def folder(self) -> Path:
        """Its folder; of a home in memory a path at which there is nothing."""

    def key(self) -> ArchiveKey:
        """The key of the archive, made when there is none yet."""

    def database(self, key: bytes) -> Database:
        """The catalog itself."""

    def sealed(self) -> bool:
        """Whether nobody can read it without the key."""

    def size(self) -> int:
        """Bytes of the catalog on the disk."""

    def take(self, held: contextlib.ExitStack, name: str) -> bool:
        """Take the lock of that name until ``held`` lets go; False when somebody else has it."""

    def is_taken(self, name: str) -> bool:
        """Whether somebody has that lock."""

    def copies(self) -> Path:
        """The folder for copies, to write to. BadRequest where none are kept."""

    def identities(self) -> frozenset[tuple[int, int]]:
        """Device and inode of its folder, so that a walk can pass it by: the archive itself is nobody's scan."""


class FolderHome:
    """A home in a folder of the disk, for its owner alone."""

    def __init__(self, folder: Path, *, use_keyring: bool = False) -> None:
        self.folder = folder
        self._use_keyring = use_keyring
        self._path = folder / CATALOG_FILE

    def key(self) -> ArchiveKey:
        """As :class:`Home` says."""
        make_private_folder(self.folder)
        return keys.load_or_make(self.folder, use_keyring=self._use_keyring)

    def database(self, key: bytes) -> Database:
        """As :class:`Home` says."""
        return Database(self._path, key)

    def sealed(self) -> bool:
        """Whether the file on disk is encrypted: a plain SQLite file says so in its first bytes."""
        with self._path.open("rb") as file:
            return not file.read(16).startswith(b"SQLite format 3")

    def size(self) -> int:
        """Bytes of the database with its write-ahead log."""
        files = (self._path, self._path.with_name(self._path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def take(self, held: contextlib.ExitStack, name: str) -> bool:
        """A lock of the operating system, which drops it when its holder dies."""
        handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            return False
        held.callback(os.close, handle)
        return True

    def is_taken(self, name: str) -> bool:
        """As :class:`Home` says."""
        if not (self.folder / name).exists():
            return False
        with contextlib.ExitStack() as held:
            return not self.take(held, name)

    def copies(self) -> Path:
        """As :class:`Home` says."""
        return self.folder / FILES_FOLDER

    def identities(self) -> frozenset[tuple[int, int]]:
        """As :class:`Home` says."""
        facts = self.folder.stat()
        return frozenset({(facts.st_dev, facts.st_ino)})


class MemoryHome:
    """A home in the memory of this process. It goes with the last reference to it."""

    def __init__(self) -> None:
        self.folder = Path(os.sep, "in-memory", secrets.token_hex(16))  # a name to call it by: there is no such folder
        self._locks: dict[str, threading.Lock] = {}
        self._making = threading.Lock()

    def key(self) -> ArchiveKey:
        """A key for as long as this home stands: public ids of two sessions have nothing in common."""
        return keys.ArchiveKey(str(uuid.uuid4()), secrets.token_bytes(32), "memory", "memory of this process")

    def database(self, key: bytes) -> Database:  # noqa: ARG002 - what is on no disk needs no seal
        """As :class:`Home` says."""
        return MemoryDatabase()

    def sealed(self) -> bool:
        """Nothing of it is on a disk."""
        return True

    def size(self) -> int:
        """Nothing of it is on a disk."""
        return 0

    def take(self, held: contextlib.ExitStack, name: str) -> bool:
        """As :class:`Home` says: only this process can hold it."""
        with self._making:
            lock = self._locks.setdefault(name, threading.Lock())
        if not lock.acquire(blocking=False):
            return False
        held.callback(lock.release)
        return True

    def is_taken(self, name: str) -> bool:
        """As :class:`Home` says."""
        lock = self._locks.get(name)
        return lock is not None and lock.locked()

    def copies(self) -> Path:
        """Refused: memory is no place to keep what is to stay."""
        raise BadRequest("what is kept in memory only takes no copies: keep the study in the archive")

    def identities(self) -> frozenset[tuple[int, int]]:
        """As :class:`Home` says: it has no folder."""
        return frozenset()


def make_private_folder(folder: Path) -> None:
    """Make ``folder`` for its owner alone; one that is there already is closed to others."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise CatalogError(f"the archive folder {folder} cannot be made: {error.strerror}") from error


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
