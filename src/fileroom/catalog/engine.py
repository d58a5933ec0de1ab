"""Opening the sealed SQLite file: SQLCipher with a raw key, write-ahead log, one pool of connections."""

from __future__ import annotations

import contextlib
import secrets
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool

from fileroom.catalog.creation import create
from fileroom.catalog.schema import SCHEMA_VERSION
from fileroom.errors import CatalogError, NewerCatalog, WrongKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

_PLAIN_SQLITE = b"SQLite format 3\x00"
_BUSY_MS = 15_000
_CACHE_KIB = 32_768
_MEMORY_CACHE_KIB = 1_024
_LOG_PAGES = 4_000  # of 4 KiB: what an import changes again and again goes into the file once


class Database:
    """One sealed database file: an engine to read with, and one writer at a time."""

    def __init__(self, path: Path, key: bytes) -> None:
        refuse_plain(path)
        self._open(path, partial(connect, path, key))
        refuse_plain(path)

    def _open(self, path: Path, connecting: Callable[[], Any]) -> None:
        self.path = path
        self.writes = 0  # transactions of this process that were kept
        self._connecting, self._watching = connecting, threading.Lock()
        self._watcher: Any = None
        self._write_lock = threading.RLock()
        self._folding: threading.Thread | None = None
        self.engine: Engine = create_engine(
            "sqlite://",
            module=sqlcipher,
            creator=connecting,
            poolclass=QueuePool,
            pool_size=6,
            max_overflow=10,
            # The connection used last is used next: each has a cache of its own, to fill, to keep warm and to pay for.
            pool_use_lifo=True,
            # We begin and commit ourselves; see transaction().
            isolation_level="AUTOCOMMIT",
        )
        self._migrate()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Any]:
        """A raw cursor in one immediate transaction: all of it is kept, or nothing."""
        with self._write_lock:
            pooled = self.engine.raw_connection()
            try:
                cursor = pooled.cursor()
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    yield cursor
                except BaseException:
                    cursor.execute("ROLLBACK")
                    raise
                cursor.execute("COMMIT")
                self.writes += 1
            except sqlcipher.Error as error:
                raise translated(error) from error
            finally:
                pooled.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Any]:
        """A raw cursor to read with: one snapshot for all that is asked through it."""
        pooled = self.engine.raw_connection()
        try:
            cursor = pooled.cursor()
            cursor.execute("BEGIN")
            try:
                yield cursor
            finally:
                cursor.execute("ROLLBACK")
        except sqlcipher.Error as error:
            raise translated(error) from error
        finally:
            pooled.close()

    @contextlib.contextmanager
    def latest(self) -> Iterator[Any]:
        """A raw cursor to ask many small questions with, each answered from what is committed by then."""
        pooled = self.engine.raw_connection()
        try:
            yield pooled.cursor()
        except sqlcipher.Error as error:
            raise translated(error) from error
        finally:
            pooled.close()

    def generation(self) -> int | None:
        """A number that is another one after every commit, of whatever process; None when it cannot be had at once.

        PRAGMA data_version tells of what *other* connections committed: so it is asked of one that never does.
        """
        with self._watching:
            try:
                if self._watcher is None:
                    self._watcher = self._connecting()
                    self._watcher.execute("PRAGMA cache_size = -64")
                    self._watcher.execute("PRAGMA busy_timeout = 0")
                return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])
            except (CatalogError, sqlcipher.Error):
                return None

    def fold(self) -> None:
        """Fold what is in the write-ahead log into the file, beside whoever writes: nothing waits for it, and closing
        has less to do. Nothing happens while it is being done already."""
        if self._folding is None or not self._folding.is_alive():
            self._folding = threading.Thread(target=self._fold, name="fileroom-fold", daemon=True)
            self._folding.start()

    def _fold(self, how: str = "PASSIVE") -> None:
        with contextlib.suppress(CatalogError, sqlcipher.Error):  # what is not folded now is folded later
            pooled = self.engine.raw_connection()
            try:
                pooled.cursor().execute(f"PRAGMA wal_checkpoint({how})")
            finally:
                pooled.close()

    def _stop_folding(self) -> None:
        if self._folding is not None:
            self._folding.join()

    def _stop_watching(self) -> None:
        with self._watching, contextlib.suppress(sqlcipher.Error):
            if self._watcher is not None:
                self._watcher.close()
            self._watcher = None

    def _migrate(self) -> None:
        with self.reading() as cursor:
            version = cursor.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:
            return  # the usual case costs neither an import of Alembic nor a look into its table
        if version > SCHEMA_VERSION:
            raise NewerCatalog("this catalog was written by a newer fileroom")
        with self._write_lock:
            if version == 0 and create(self.engine):
                return
            from fileroom.catalog.migrations import upgrade

            upgrade(self.engine)

    def cipher(self) -> str:
        """The cipher library that seals the file, and its version."""
        with self.reading() as cursor:
            return f"SQLCipher {cursor.execute('PRAGMA cipher_version').fetchone()[0]}"

    def close(self) -> None:
        """Fold the write-ahead log into the file and close every connection."""
        self._stop_watching()
        self._stop_folding()
        self._fold("TRUNCATE")
        self.engine.dispose()


class MemoryDatabase(Database):
    """A database in the memory of this process: the same engine, nothing on any disk, gone when it is closed.

    SQLite's "memdb" lets several connections have one such database; it has no write-ahead log, so that readers and
    the writer wait for each other, for the length of a transaction.
    """

    def __init__(self) -> None:
        name = f"/{secrets.token_hex(16)}"  # with a slash it is shared by the connections of this process
        # The last connection to be closed takes the database with it, and a pool may close all of its own.
        self._anchor = connect_memory(name)
        self._open(Path(name), partial(connect_memory, name))

    def cipher(self) -> str:
        """It is not sealed: there is nothing to unseal."""
        return "none"

    def fold(self) -> None:
        """There is no log."""

    def close(self) -> None:
        """Forget all of it."""
        self._stop_watching()
        self.engine.dispose()
        with contextlib.suppress(sqlcipher.Error):
            self._anchor.close()


def connect_memory(name: str) -> Any:
    """A connection to a database in memory. CatalogError when there is no memory for it."""
    try:
        connection = sqlcipher.connect(
            f"file:{name}?vfs=memdb",
            uri=True,
            check_same_thread=False,
            isolation_level=None,
            timeout=_BUSY_MS / 1000,
        )
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_MEMORY_CACHE_KIB}")  # what it would keep is in memory as it is
        connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlcipher.Error as error:
        raise translated(error) from error
    return connection


def connect(path: Path, key: bytes) -> Any:
    """A connection to the sealed file. WrongKey when the key does not fit, CatalogError when nothing is sealed."""
    connection = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None, timeout=_BUSY_MS / 1000)
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        _must_seal(connection)
        connection.execute("PRAGMA temp_store = MEMORY")  # temporary files would not be encrypted
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA cipher_memory_security = OFF")  # locks every page: costs a third of the speed
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlcipher.Error as error:
        connection.close()
        raise translated(error) from error
    except CatalogError:
        connection.close()
        raise
    return connection


def _must_seal(connection: Any) -> None:
    # Some builds of SQLite ignore PRAGMA key and would write everything in the clear.
    if not connection.execute("PRAGMA cipher_version").fetchone():
        raise CatalogError("this SQLite cannot encrypt: nothing is written unsealed")


def refuse_plain(path: Path) -> None:
    """Raise CatalogError when the file is an SQLite database that is not sealed."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        if file.read(len(_PLAIN_SQLITE)) == _PLAIN_SQLITE:
            raise CatalogError(f"{path.name} is not sealed")


def translated(error: sqlcipher.Error) -> CatalogError:
    """Our own error for one of the driver."""
    text = str(error)
    if "not a database" in text or "hmac check failed" in text:
        return WrongKey("the catalog cannot be unsealed with the key of this archive")
    return CatalogError(f"the catalog cannot be used: {text}")
