"""The one way to a file's bytes: by its path, whether it lies in a folder or in a container."""

from __future__ import annotations

import errno
import io
import os
from contextlib import contextmanager
from stat import S_ISREG
from typing import TYPE_CHECKING, Final, NamedTuple

from fileroom.sources import held
from fileroom.sources.containers import holder, member_of, source_of, version_of
from fileroom.sources.positioned import READ_FLAGS, AsFile, Plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.sources.positioned import Positioned

# What the operating system says of a path that leads through a file (Windows: that it is not there).
_NOT_THERE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL})


class Facts(NamedTuple):
    """Size and time of change of a file, or of a member as its container tells them."""

    size: int
    mtime_ns: int


class Opened:
    """A file's bytes at positions, with what is known of it. ``fd`` is of the file that the system knows, and ``alone``
    says whether that holds these very bytes, at these very positions."""

    __slots__ = ("_facts", "_source", "alone", "fd", "mtime_ns", "read_at", "size")

    def __init__(self, fd: int, facts: os.stat_result, source: Positioned, mtime_ns: int) -> None:
        self.fd = fd
        self.size = source.size
        self.mtime_ns = mtime_ns
        self.read_at = source.read_at
        self.alone = isinstance(source, Plain)
        self._facts = facts

    def stands(self) -> bool:
        """Whether the file, or the container, has not changed since it was opened."""
        return version_of(os.fstat(self.fd)) == version_of(self._facts)


class _Held(Opened):
    """The same of a file that is in no filesystem (:mod:`fileroom.sources.held`), which never changes."""

    def __init__(self, source: Positioned) -> None:
        self.fd = -1
        self.size = source.size
        self.mtime_ns = held.ANY_TIME
        self.read_at = source.read_at
        self.alone = False
        self._final = getattr(source, "final", True)

    def stands(self) -> bool:
        """It does, unless it was only foretold."""
        return self._final


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Opened]:
    """Open a file or a member of a container for as long as it is read.

    Raises OSError: the system's own, FileNotFoundError for a member that is not there, Refused for one that is not
    opened. A member that is cut or damaged has fewer bytes than its size says.
    """
    text = os.fspath(path)
    source = held.find(text)
    if source is not None:
        yield _Held(source)
        return
    fd, inside = _open(text)
    try:
        facts = os.fstat(fd)
        if not S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if inside is None:
            yield Opened(fd, facts, Plain(fd, facts.st_size), facts.st_mtime_ns)
        else:
            container, name = inside
            directory, member = member_of(container, name, fd, facts)
            yield Opened(fd, facts, source_of(container, name, directory, member, fd), member.mtime_ns)
    finally:
        os.close(fd)


def opened_bytes(data: bytes) -> Opened:
    """Some bytes, as if they had been opened."""
    return opened_source(held.Bytes(data))


def opened_source(source: Positioned) -> Opened:
    """What somebody else reads the bytes of, as if it had been opened."""
    return _Held(source)


def look(path: str) -> Facts:
    """Size and time of a file or of a member, as an import records them. Raises OSError."""
    source = held.find(path)
    if source is not None:
        return Facts(source.size, held.ANY_TIME)
    try:
        facts = os.stat(path)
    except (OSError, ValueError) as error:
        inside = _through(path, error)
        fd = os.open(inside[0], READ_FLAGS)
        try:
            _, member = member_of(*inside, fd, os.fstat(fd))
        finally:
            os.close(fd)
        return Facts(member.size, member.mtime_ns)
    return Facts(facts.st_size, facts.st_mtime_ns)


def as_file(source: Positioned) -> io.BufferedReader:
    """A source as a library wants it."""
    return io.BufferedReader(AsFile(source))


def _open(path: str) -> tuple[int, tuple[str, str] | None]:
    try:
        return os.open(path, READ_FLAGS), None
    except (OSError, ValueError) as error:
        inside = _through(path, error)
        return os.open(inside[0], READ_FLAGS), inside


def _through(path: str, error: OSError | ValueError) -> tuple[str, str]:
    """The container that a path leads through; raises ``error`` when there is none."""
    inside = holder(path) if not isinstance(error, OSError) or error.errno in _NOT_THERE else None
    if inside is None:
        if isinstance(error, OSError):
            raise error
        raise FileNotFoundError(errno.ENOENT, "no such file") from error
    return inside
