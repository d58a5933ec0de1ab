"""Files that are in no filesystem: their bytes are held in the memory of this process, or made when they are asked for.

They have a path like any other file, below a mount point of their own that no disk has, and whatever reads a file
finds them by it (:mod:`fileroom.sources.opened`). So a disc that was copied into memory, and images made from a file
that is none, need nothing of their own in the rooms above.
"""

from __future__ import annotations

import os
import secrets
import threading
from typing import TYPE_CHECKING, Final

from fileroom.sources.drives import Mount
from fileroom.sources.folder import FileEntry, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fileroom.sources.positioned import Positioned

    Files = Mapping[str, "Positioned | bytes"]

_TOP: Final = os.sep + "in-memory" + os.sep
ANY_TIME: Final = 1  # they never change; 0 means "unknown" in the catalog
# One table for the process, as the system has one of what is mounted.
_HELD: Final[dict[str, Files]] = {}
_LOCK: Final = threading.Lock()


class Bytes:
    """Some bytes, at positions."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        self.size = len(data)

    def read_at(self, position: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``position`` on."""
        return bytes(self._data[position : position + length]) if position >= 0 else b""


class Foretold(Bytes):
    """What is told of a file beforehand: of its size, and to be read again from the file itself."""

    final = False

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.size = size


def hold(files: Files, *, label: str, drive: str = "", inside: str = "/") -> Mount:
    """Let ``files`` be found: paths with slashes, and what they hold. Returns where they are, as a drive of its own.

    With ``drive`` and ``inside`` they stand for the files of that drive below that folder.
    """
    token = secrets.token_hex(16)
    point = _TOP + token
    with _LOCK:
        _HELD[point] = files
    return Mount(drive or f"held:{token}", "held", label, point, inside)


def let_go(mount: Mount) -> None:
    """Forget the files of ``mount``."""
    with _LOCK:
        _HELD.pop(mount.point, None)


def is_held(path: str) -> bool:
    """Whether ``path`` is, or lies below, a place of held files."""
    return path.startswith(_TOP) and _of(path) is not None


def find(path: str) -> Positioned | None:
    """The held file at ``path``; None when there is none."""
    if not path.startswith(_TOP):
        return None
    found = _of(path)
    if found is None:
        return None
    files, name = found
    data = files.get(name)
    return Bytes(data) if isinstance(data, bytes) else data


def _of(path: str) -> tuple[Files, str] | None:
    token, _, name = path[len(_TOP) :].partition(os.sep)
    files = _HELD.get(_TOP + token)
    return None if files is None else (files, name.replace(os.sep, "/"))


def name_of(path: str) -> str:
    """The name of a held file inside its place, with slashes; of any other path all of it."""
    return path[len(_TOP) :].partition(os.sep)[2].replace(os.sep, "/") if path.startswith(_TOP) else path


def listings(root: str) -> Iterator[Listing]:
    """Listings of the folders at and below ``root``, files by name, as a walk over a disk gives them."""
    found = _of(root)
    if found is None:
        return
    files, below = found
    folders: dict[str, list[FileEntry]] = {}
    begins: dict[str, int] = {}  # where the first file of each lies, as far as that is known
    for path, data in files.items():
        if below and not path.startswith(below + "/"):
            continue
        folder, _, name = path[len(below) :].lstrip("/").rpartition("/")
        size = len(data) if isinstance(data, bytes) else data.size
        folders.setdefault(folder, []).append(FileEntry(name, size, ANY_TIME))
        begin = getattr(data, "begin", 0)
        begins[folder] = min(begins.get(folder, begin), begin)
    for folder in sorted(folders, key=lambda one: (begins[one], one)):
        where = os.path.join(root, *folder.split("/")) if folder else root
        yield Listing(where, tuple(sorted(folders[folder])))
