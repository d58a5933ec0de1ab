"""Files that are still being written: left alone until they stand still."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET = 1.5  # seconds in which neither size nor time of change may move
_OLD_NS = 10_000_000_000  # what was written longer ago than this is not being written


class Stillness:
    """Remembers how files stood when they were looked at; what has stood so for a while is still."""

    def __init__(self, seconds: float = QUIET, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._seen: dict[str, tuple[int, int, float]] = {}

    def __call__(self, path: str, size: int, mtime_ns: int, now_ns: int) -> bool:
        """Whether the file at ``path`` may be read now."""
        if 0 <= mtime_ns <= now_ns - _OLD_NS and path not in self._seen:
            return True
        now = self._clock()
        seen = self._seen.get(path)
        if seen is None or seen[:2] != (size, mtime_ns):
            self._seen[path] = (size, mtime_ns, now)
            return False
        if now - seen[2] < self._seconds:
            return False
        del self._seen[path]
        return True

    def forget(self, before: float = 600.0) -> None:
        """Drop what was last looked at long ago: files that went, or whose folder nobody asks for any more."""
        now = self._clock()
        self._seen = {path: seen for path, seen in self._seen.items() if now - seen[2] < before}
