"""A medium that is carried along: a copy of its files in memory, so that it can be ejected while it is looked at.

The files are read one after the other, in the order in which they lie on the medium. What could not be read is read
again when it is asked for again; all else is not.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Final

from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken, Progress
from fileroom.sources import held, secrecy
from fileroom.sources.aloof import Aloof
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fileroom.jobs import OnProgress
    from fileroom.sources.positioned import Positioned

_AT_MOST: Final = 0.7  # of the memory that is free


class Carried:
    """Room for some files, and those of them that were read. BadRequest when there is not enough memory for all."""

    def __init__(self, files: Mapping[str, Positioned]) -> None:
        total = sum(file.size for file in files.values())
        if not fits(total):
            raise BadRequest(f"there is not enough memory for a copy of this medium: it needs {total:,} bytes")
        self._room = mmap.mmap(-1, max(1, total))
        self.locked = secrecy.lock(self._room)
        self.files, self.bytes = len(files), total
        self._missing: dict[str, tuple[Positioned, int]] = {}  # files, and where in the room they belong
        self.copies: dict[str, Positioned | bytes] = {}
        position = 0
        for path, file in files.items():
            self._missing[path] = file, position
            position += file.size

    @property
    def unread(self) -> tuple[str, ...]:
        """The files that could not be read, by their paths on the medium."""
        return tuple(display(path) for path in self._missing)

    def read(self, on_progress: OnProgress | None, cancel: CancelToken) -> None:
        """Read all that is missing. Cancelled: what was read so far stays."""
        aloof = Aloof()
        failed: dict[str, tuple[Positioned, int]] = {}
        try:
            while self._missing:
                cancel.check()
                path, (file, position) = next(iter(self._missing.items()))
                self._copy(aloof, cancel, path, file, position)
                if path not in self.copies:
                    failed[path] = file, position
                del self._missing[path]
                if on_progress is not None:
                    done = self.files - len(self._missing)
                    bad = len(failed)
                    on_progress(
                        Progress(phase="reading", seen=self.files, done=done, read=done, total=self.files, problems=bad)
                    )
        finally:
            self._missing |= failed
            aloof.end()

    def _copy(self, aloof: Aloof, cancel: CancelToken, path: str, file: Positioned, position: int) -> None:
        try:
            data = aloof.do(lambda: file.read_at(0, file.size), cancel)
        except (OSError, ValueError):
            return
        if len(data) == file.size:  # else it is shorter than it was, and not what was looked at
            self._room[position : position + file.size] = data
            self.copies[path] = held.Bytes(memoryview(self._room)[position : position + file.size])


def fits(size: int) -> bool:
    """Whether so many bytes may be taken of the memory that is free."""
    return size <= _free_memory() * _AT_MOST


def _free_memory() -> int:
    """Bytes of memory that can be had; a lot where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            told = dict(line.split(":", 1) for line in lines)
        return int(told["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError):
        return 1 << 62
