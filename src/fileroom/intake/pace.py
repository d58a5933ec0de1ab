"""Reading at the pace of the disk: one file after the other while it answers at once, several at once when it does not.

Threads are what a slow disk wants, for then they wait for it together. Where there is nothing to wait for they only
wait for each other: four of them take twice the time of one.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_WAITS: Final = 3.0  # times the time that was spent at work
_NOTHING: Final = 0.002  # seconds that say nothing: another process had its turn
_UNTIL_NEXT_LOOK: Final = 64  # pieces of work that threads do before one is done here again, to see


class Pace:
    """Does pieces of work that read files, at once or in threads; which one, it finds out."""

    def __init__(self, readers: int) -> None:
        self._pool = ThreadPoolExecutor(readers, thread_name_prefix="fileroom-read")
        self._in_threads = 0  # pieces that are still to be done by threads

    def do(self, work: Callable[[], T]) -> Future[T]:
        """Do a piece, now or soon."""
        if self._in_threads:
            self._in_threads -= 1
            return self._pool.submit(work)
        done: Future[T] = Future()
        start, busy = time.perf_counter(), time.thread_time()
        done.set_result(work())
        took, busy = time.perf_counter() - start, time.thread_time() - busy
        if took > max(_NOTHING, _WAITS * busy):
            self._in_threads = _UNTIL_NEXT_LOOK
        return done

    def end(self) -> None:
        """Begin nothing more, and wait for what was begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)
