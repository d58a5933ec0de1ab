"""A file that is opened for a look, wherever its bytes lie, and the files beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from fileroom.errors import Unavailable
from fileroom.model.others import Refusal
from fileroom.sources.opened import as_file, look, opened
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    import io
    from collections.abc import Mapping

    from fileroom.sources.opened import Facts

CHANGED = "the file has changed since it was opened; open it again"
GONE = "the file cannot be read now"


class OtherFile(Protocol):
    """Bytes at positions with a name, and what lies beside them."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    def read_at(self, position: int, length: int) -> bytes:
        """Up to ``length`` bytes. Unavailable when the file is gone or is not the one that was opened."""

    def beside(self, name: str) -> OtherFile | None:
        """The file of that name in the same folder. Refused for a name that leads elsewhere."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file in a folder or in a container. It is opened for each read, and has to be the one that was seen first.

    It is never mapped into memory: who cuts a mapped file short ends the process that looks at it.
    """

    path: str
    facts: Facts

    @classmethod
    def at(cls, path: str) -> OnDisk:
        """The file at ``path`` as it is now. Unavailable when it cannot be looked at."""
        try:
            return cls(path, look(path))
        except FileNotFoundError as error:
            raise Unavailable(f"{os.path.basename(path)}: there is no such file") from error
        except OSError as error:
            raise Unavailable(f"{GONE}: {error.strerror or 'it is not there'}") from error

    @property
    def name(self) -> str:
        """As :class:`OtherFile` says."""
        return os.path.basename(self.path)

    @property
    def size(self) -> int:
        """As :class:`OtherFile` says."""
        return self.facts.size

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`OtherFile` says."""
        try:
            with opened(self.path) as file:
                if (file.size, file.mtime_ns) != (self.facts.size, self.facts.mtime_ns):
                    raise Unavailable(CHANGED)
                return file.read_at(position, length)
        except OSError as error:
            raise Unavailable(GONE) from error

    def beside(self, name: str) -> OtherFile | None:
        """As :class:`OtherFile` says; a name in another case is found as well, as discs and Windows have it."""
        folder = os.path.dirname(self.path)
        path = os.path.join(folder, plain_name(name))
        if os.path.lexists(path):
            return OnDisk.at(path)
        try:
            names = os.listdir(folder or ".")
        except OSError:  # a folder of a container
            try:
                return OnDisk.at(path)
            except Unavailable:
                return None
        alike = [one for one in names if one.lower() == name.lower()]
        return OnDisk.at(os.path.join(folder, alike[0])) if alike else None


@dataclass(frozen=True, slots=True, eq=False)
class InMemory:
    """A file that was handed in by a page: it lies nowhere."""

    name: str
    data: bytes = field(repr=False)
    folder: Mapping[str, InMemory] = field(repr=False, default_factory=dict)  # what came with it, by lower-case name

    @property
    def size(self) -> int:
        """As :class:`OtherFile` says."""
        return len(self.data)

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`OtherFile` says."""
        return self.data[max(0, position) : max(0, position) + max(0, length)]

    def beside(self, name: str) -> OtherFile | None:
        """As :class:`OtherFile` says."""
        return self.folder.get(plain_name(name).lower())


def plain_name(name: str) -> str:
    """``name`` when it is one and no way to elsewhere: a header must not lead us through the disk."""
    if not name or name in {".", ".."} or any(mark in name for mark in "/\\\0") or (os.name == "nt" and ":" in name):
        raise Refused(Refusal.LEADS_ELSEWHERE)
    return name


def reader_of(file: OtherFile) -> io.BufferedReader:
    """A file object as libraries want it."""
    return as_file(file)


def whole(file: OtherFile, most: int) -> bytes:
    """All bytes of a file, which may be ``most``."""
    if file.size > most:
        raise Refused(Refusal.TOO_LARGE)
    return file.read_at(0, file.size)
