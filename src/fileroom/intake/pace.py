"""Reading at the pace of the disk: one file after the other while it answers at once, several at once when it does not.

Threads are what a slow disk wants, for then they wait for it together. Where there is nothing to wait for they only
wait for each other: four of them take twice the time of one. A busy machine is not a slow disk: who was made to wait
by another program had the processor taken away, and did not give it back.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

try:
    from resource import RUSAGE_THREAD, getrusage
except ImportError:  # Linux tells of single threads

    def _given_back() -> int:
        return time.perf_counter_ns()  # more each time it is asked: there is nothing to tell by

else:

    def _given_back() -> int:
        """How much more often this thread gave the processor back to wait for something than had it taken away."""
        used = getrusage(RUSAGE_THREAD)
        return used.ru_nvcsw - used.ru_nivcsw


if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_WAITS: Final = 3.0  # times the time that was spent at work
_NOTHING: Final = 0.002  # seconds that say nothing: another process had its turn
_UNTIL_NEXT_LOOK: Final = 64  # pieces of work that threads do before one is done here again, to see


class Turn(Protocol[T_co]):
    """A piece of work: done, or being done. What ``concurrent.futures`` calls a future."""

    def done(self) -> bool:
        """Whether it is."""

    def result(self, timeout: float | None = None) -> T_co:
        """What came of it, waiting for it; TimeoutError after some seconds."""


class Done(Generic[T]):
    """A piece of work that is done."""

    def __init__(self, result: T) -> None:
        self._result = result

    def done(self) -> bool:
        """It is."""
        return True

    def result(self, _timeout: float | None = None) -> T:
        """What came of it."""
        return self._result


class Pace:
    """Does pieces of work that read files, at once or in threads; which one, it finds out."""

    def __init__(self, readers: int, until_next_look: int = _UNTIL_NEXT_LOOK) -> None:
        self._readers = readers
        self._until_next_look = until_next_look
        self._pool: ThreadPoolExecutor | None = None
        self._in_threads = 0  # pieces that are still to be done by threads

    @property
    def is_slow(self) -> bool:
        """Whether the disk was waited for, not long ago."""
        return self._in_threads > 0

    def do(self, work: Callable[[], T]) -> Turn[T]:
        """Do a piece, now or soon."""
        if self._in_threads:
            self._in_threads -= 1
            return self._threads().submit(work)
        start, busy, waits = time.perf_counter(), time.thread_time(), _given_back()
        result = work()
        took, busy = time.perf_counter() - start, time.thread_time() - busy
        if took > max(_NOTHING, _WAITS * busy) and _given_back() > waits:
            self._in_threads = self._until_next_look
        return Done(result)

    def end(self) -> None:
        """Begin nothing more, and wait for what was begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # takes its time to load, and is seldom wanted

            self._pool = ThreadPoolExecutor(self._readers, thread_name_prefix="fileroom-read")
        return self._pool
