"""Verified copies into the archive's own folder.

A copy is written under a temporary name on the disk where it is to stay, forced to that disk, read back from it and
compared (SHA-256) before it gets its name: whatever has its name is whole. Readers copy ahead; when the decision on a
file has fallen, its copy gets its name, or goes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.catalog.memory import Memory
from fileroom.dicom.why import of_errno
from fileroom.errors import CatalogError
from fileroom.intake.layout import SUFFIX, layout_of
from fileroom.model.outcomes import Detail, Outcome, Reason
from fileroom.sources.folder import reason_of
from fileroom.sources.opened import look, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fileroom.dicom.reading import Reading
    from fileroom.intake.layout import Part
    from fileroom.jobs import CancelToken
    from fileroom.model.headers import Header

INCOMING = ".incoming"  # what has no name yet; swept by the next import
RESERVE = 64 << 20  # bytes left free: the catalog lies on the same disk, and has to say what happened
_CHUNK = 1 << 20
_REMEMBERED = 50_000
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified copy under its temporary name."""

    path: str
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """A copy at its place."""

    folder: str
    name: str
    mtime_ns: int


class NoCopyError(Exception):
    """Why there is no copy: the outcome of its path, the reason, and some words."""

    def __init__(self, outcome: Outcome, reason: Reason, detail: str = "") -> None:
        super().__init__(detail)
        self.said = (outcome, reason, detail)


class Copier:
    """Copies for one import. ``files`` is the archive's own folder, ``known`` says what need not be copied ahead."""

    def __init__(self, files: Path, key: bytes, cancel: CancelToken, known: Callable[[str, int, bytes], bool]) -> None:
        self.files = own_folder(files)
        self._incoming = os.path.join(self.files, INCOMING)
        self._key = key
        self._cancel = cancel
        self._known = known
        self._lock = threading.Lock()
        self._ahead: dict[str, Copy | NoCopyError] = {}
        self._met: Memory[tuple[str, int, bytes], None] = Memory(_REMEMBERED)
        self._tags: dict[str, dict[str, str]] = {}  # of each folder: its folders by their tags
        self._unsynced: set[str] = set()

    # -- making ----------------------------------------------------------------------------------------------------

    def ahead(self, path: str, reading: Reading) -> None:
        """Copy a file that was just read, unless it seems that it need not be. Called by the readers."""
        if reading.header is None:
            return
        key = (reading.header.sop_instance_uid, reading.size, reading.digest)
        with self._lock:
            if key in self._met:
                return
            self._met.keep(key, None)
        if self._known(*key):
            return
        made: Copy | NoCopyError
        try:
            made = self._copy(path, reading)
        except NoCopyError as error:
            made = error
        with self._lock:
            self._ahead[path] = made

    def make(self, path: str, reading: Reading) -> None:
        """Have the copy of a file at hand for :meth:`take`. NoCopyError when there is none."""
        copy = self.take(path, reading)
        with self._lock:
            self._ahead[path] = copy

    def take(self, path: str, reading: Reading) -> Copy:
        """The copy of a file, made now when it was not made ahead. NoCopyError when there is none."""
        made = self._pop(path)
        if made is None:
            made = self._copy(path, reading)
        if isinstance(made, NoCopyError):
            raise made
        return made

    def drop(self, path: str) -> None:
        """A copy that was made ahead is not needed."""
        made = self._pop(path)
        if isinstance(made, Copy):
            os.unlink(made.path)

    def _pop(self, path: str) -> Copy | NoCopyError | None:
        with self._lock:
            return self._ahead.pop(path, None)

    def _copy(self, path: str, reading: Reading) -> Copy:
        temporary = os.path.join(self._incoming, secrets.token_hex(8))
        try:
            self._check_room(reading.size)
            digest = self._write(path, reading, temporary)
            _verify(temporary, digest)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        return Copy(temporary, reading.size, digest)

    def _check_room(self, size: int) -> None:
        with _of_target():
            free = shutil.disk_usage(self.files).free
        if free < size + RESERVE:
            raise NoCopyError(Outcome.REFUSED, Reason.NO_SPACE)

    def _write(self, path: str, reading: Reading, temporary: str) -> bytes:
        total = hashlib.sha256()
        with _of_target():
            target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        try:
            for chunk in self._chunks(path, reading):
                total.update(chunk)
                with _of_target():
                    _put(target, chunk)
            with _of_target():
                os.fsync(target)
                _forget_pages(target)
        finally:
            os.close(target)
        if reading.mtime_ns <= time.time_ns():  # the time of the original; one that lies ahead proves nothing
            with _of_target():
                os.utime(temporary, ns=(reading.mtime_ns, reading.mtime_ns))
        return total.digest()

    def _chunks(self, path: str, reading: Reading) -> Iterator[bytes]:
        """The bytes of the file that was read; NoCopyError when they are not all to be had, or are others."""
        at = 0
        try:
            with opened(path) as source:
                # No further than it was long: a file that grows must not be followed for ever.
                while chunk := source.read_at(at, min(_CHUNK, reading.size - at)):
                    if self._cancel.cancelled:
                        raise NoCopyError(Outcome.CANCELLED, Reason.CANCELLED)
                    yield chunk
                    at += len(chunk)
                now = look(path) if source.stands() else None
        except OSError as error:
            raise NoCopyError(Outcome.UNREADABLE, reason_of(error), of_errno(error.errno or 0)) from error
        if at != reading.size or now != (reading.size, reading.mtime_ns):
            raise NoCopyError(Outcome.UNREADABLE, Reason.IO_ERROR, Detail.CHANGED_MEANWHILE)

    # -- placing ---------------------------------------------------------------------------------------------------

    def place(self, copy: Copy, header: Header, is_free: Callable[[str, str], bool]) -> Placed:
        """Give a copy its name. ``is_free(folder, name)`` says whether the catalog knows nothing else by that name.

        A file that stands there already and holds the same is taken for the copy: an import was killed between the
        name and the catalog. NoCopyError when it cannot be put there.
        """
        layout = layout_of(header, self._key)
        folder = self.files
        with _of_target():
            for part in layout.folders:
                folder = self._folder(folder, part)
            for name in _names(layout.file.name, copy.sha256):
                path = os.path.join(folder, name)
                if is_free(folder, name) and self._put_there(copy, path):
                    return Placed(folder, name, os.stat(path).st_mtime_ns)
        raise NoCopyError(Outcome.REFUSED, Reason.COPY_FAILED, Detail.NAME_TAKEN)

    def _put_there(self, copy: Copy, path: str) -> bool:
        try:
            facts = os.lstat(path)
        except FileNotFoundError:
            os.rename(copy.path, path)
            self._unsynced.add(os.path.dirname(path))
            return True
        if not stat.S_ISREG(facts.st_mode) or facts.st_size != copy.size or _read_back(path) != copy.sha256:
            return False
        os.unlink(copy.path)
        return True

    def _folder(self, above: str, part: Part) -> str:
        """The folder with this tag, whatever the words before it; made when there is none."""
        known = self._tags.get(above)
        if known is None:
            with os.scandir(above) as entries:
                known = {entry.name[-len(part.tag) :]: entry.name for entry in entries if is_plain_folder(entry.path)}
            self._tags[above] = known
        name = known.get(part.tag)
        if name is None:
            name = part.name
            path = os.path.join(above, name)
            with contextlib.suppress(FileExistsError):
                os.mkdir(path, 0o700)
            if not is_plain_folder(path):  # a link would lead out of the archive
                raise NoCopyError(Outcome.REFUSED, Reason.COPY_FAILED, Detail.LINK_IN_THE_WAY)
            self._unsynced.add(above)
            known[part.tag] = name
        return os.path.join(above, name)

    def sync(self) -> None:
        """Force new names to the disk: the catalog must not speak of what a power cut could take back."""
        for folder in self._unsynced:
            sync_folder(folder)
        self._unsynced.clear()

    def close(self) -> None:
        """Throw away what was copied ahead and never asked for."""
        sweep(self.files)


def own_folder(files: Path) -> str:
    """The archive's own folder, made when it is not there. CatalogError when it cannot be had."""
    whole = os.path.realpath(files)
    try:
        if files.is_symlink() and not os.path.isdir(whole):
            raise CatalogError("the disk for the archive's own files is not connected")
        os.makedirs(os.path.join(whole, INCOMING), mode=0o700, exist_ok=True)
    except OSError as error:
        raise CatalogError(f"the folder for the archive's own files cannot be made: {error.strerror}") from error
    return whole


def sweep(files: str) -> None:
    """Delete what a killed import left without a name. Called by who holds the import lock."""
    incoming = os.path.join(files, INCOMING)
    if not is_plain_folder(incoming):
        return
    with os.scandir(incoming) as entries:
        left = [entry.path for entry in entries if entry.is_file(follow_symlinks=False)]
    with contextlib.suppress(OSError):
        for path in left:
            os.unlink(path)
        os.rmdir(incoming)


def is_plain_folder(path: str) -> bool:
    """Whether a folder itself lies there, and not a link to one (nor a junction of Windows)."""
    try:
        facts = os.lstat(path)
    except OSError:
        return False
    junction = getattr(facts, "st_reparse_tag", 0) == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
    return stat.S_ISDIR(facts.st_mode) and not junction


def sync_folder(folder: str) -> None:
    """Force the names of a folder to the disk, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _of_target() -> Iterator[None]:
    """What fails in here fails on the disk of the archive, not on that of the file."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoCopyError(Outcome.REFUSED, Reason.NO_SPACE) from error
        raise NoCopyError(Outcome.REFUSED, Reason.COPY_FAILED, of_errno(error.errno or 0)) from error


def _names(stem: str, sha256: bytes) -> Iterator[str]:
    """The name of a file; should another have it, one that says what is in it."""
    yield stem + SUFFIX
    yield f"{stem} {sha256.hex()[:16]}{SUFFIX}"


def _put(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _verify(path: str, digest: bytes) -> None:
    if _read_back(path) != digest:
        raise NoCopyError(Outcome.REFUSED, Reason.COPY_FAILED, Detail.NOT_THE_SAME)


def _read_back(path: str) -> bytes:
    """SHA-256 of what the disk holds under ``path``."""
    total = hashlib.sha256()
    with _of_target(), open(path, "rb", buffering=0) as file:
        _no_cache(file.fileno())
        while chunk := file.read(_CHUNK):
            total.update(chunk)
    return total.digest()


def _forget_pages(handle: int) -> None:
    """Let the system forget what it holds of a file in memory, so that it is the disk that is read back."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def _no_cache(handle: int) -> None:
    if sys.platform == "darwin":  # Linux has forgotten the pages already
        import fcntl

        fcntl.fcntl(handle, fcntl.F_NOCACHE, 1)


_BINARY = getattr(os, "O_BINARY", 0)
