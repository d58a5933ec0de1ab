"""Ctrl-C in two steps: the first asks long work to end at the next file, the second ends the program at once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from fileroom.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fileroom.jobs import CancelToken

SHOW_CURSOR = "\x1b[?25h"


@contextlib.contextmanager
def cancelling(cancel: CancelToken, say: Callable[[], None]) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into ``cancel``; ``say`` tells the user that it was heard."""

    def stop(_signal: int, _frame: Any) -> None:
        if cancel.cancelled:
            leave_at_once()
        cancel.cancel()
        say()

    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def leave_at_once() -> None:
    """End without waiting for a thread that may be stuck in a slow drive. The catalog loses nothing: what is not yet
    committed is not there, and the next import brings it."""
    if sys.stderr.isatty():
        sys.stderr.write(SHOW_CURSOR + "\n")
        sys.stderr.flush()
    os._exit(Exit.CANCELLED)
