"""Figures of the whole catalog, which take their time when it is large and are asked for again and again.

Told as they were while nothing was written; and when something was, for so long that looking takes no more than a
twentieth of the time: during an import the figures of a room of ten million images are some seconds old, those of a
small one never.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_AT_ONCE: Final = 0.02  # seconds: what takes no longer is always looked up
_SHARE: Final = 20


class Lately(Generic[T]):
    """One such figure, or some together. Safe to use from several threads: they wait for one look."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[str, T] | None = None
        self._at = self._took = 0.0

    def tell(self, revision: str, look: Callable[[], T]) -> T:
        """What ``look`` says of the catalog as it is at ``revision``, or was a little while ago."""
        with self._lock:
            if self._known is not None:
                as_it_was = self._known[0] == revision
                fresh = self._took > _AT_ONCE and self._clock() - self._at < _SHARE * self._took
                if as_it_was or fresh:
                    return self._known[1]
            begun = self._clock()
            found = look()
            self._at = self._clock()
            self._took = self._at - begun
            self._known = (revision, found)
            return found
