"""Reading what may never answer: in a thread of its own, which is left behind when it hangs.

A scratched disc is asked again and again by its drive, and a stick that is torn out may leave a read waiting for good.
No program can call such a read back; whoever waits for it can go on without it.
"""

from __future__ import annotations

import errno
import queue
import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.jobs import CancelToken

T = TypeVar("T")

PATIENCE: Final = 120.0  # seconds; a drive that tries again and again takes about one minute for a sector
_LOOK: Final = 0.2  # seconds between two looks at the token


class Aloof:
    """Does one piece of reading after the other, elsewhere. :meth:`end` it when there is nothing more to read."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._work: queue.SimpleQueue[tuple[Callable[[], object], queue.SimpleQueue[object]] | None] | None = None

    def do(self, work: Callable[[], T], cancel: CancelToken) -> T:
        """What ``work`` gives or raises; OSError (it does not answer) when it takes too long; Cancelled."""
        if self._work is None:
            self._work = queue.SimpleQueue()
            # A daemon: it must not keep the program from ending.
            threading.Thread(target=_serve, args=(self._work,), name="fileroom-aloof", daemon=True).start()
        answer: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()
        self._work.put((work, answer))  # type: ignore[arg-type]  # what is put there is what work gives
        until = time.monotonic() + self._patience
        while True:
            try:
                value, error = answer.get(timeout=_LOOK)
            except queue.Empty:
                if cancel.cancelled or time.monotonic() > until:
                    self.end()  # the thread ends when its read does, if ever; the next piece has one of its own
                    cancel.check()
                    raise OSError(errno.ETIMEDOUT, "it does not answer") from None
                continue
            if error is not None:
                raise error
            return value  # type: ignore[return-value]  # there is an error or a value

    def end(self) -> None:
        """Let the thread go."""
        if self._work is not None:
            self._work.put(None)
            self._work = None


def _serve(work: queue.SimpleQueue[tuple[Callable[[], object], queue.SimpleQueue[object]] | None]) -> None:
    while (piece := work.get()) is not None:
        do, answer = piece
        try:
            answer.put((do(), None))
        except BaseException as error:  # noqa: BLE001 - handed over, not swallowed
            answer.put((None, error))
