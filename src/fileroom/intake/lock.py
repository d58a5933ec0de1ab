"""One import at a time in an archive: locks that the operating system drops when their holder dies.

A pass over a watched folder holds ``pass.lock`` besides: then a user's own import knows that it need only ask. It
holds ``wanted.lock`` while it waits, passes look for that and give way.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from fileroom.errors import Busy
from fileroom.jobs import CancelToken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.catalog.home import Home

_LOCK_FILE = "import.lock"
_PASSING_FILE = "pass.lock"
_WANTED_FILE = "wanted.lock"
_PATIENCE = 60.0  # seconds that a user's import waits for a pass to put down what it holds
_BLINK = 0.3  # … and for whoever only looks whether the lock is held
_STEP = 0.02
_LOOK_SECONDS = 0.1
_BUSY = "another import is running in this archive; try again when it has finished"


@contextlib.contextmanager
def import_lock(home: Home, cancel: CancelToken | None = None) -> Iterator[None]:
    """Hold the import lock of the archive that lives in ``home``: a pass over a watched folder gives way to it.

    Busy when another import holds it; Cancelled when ``cancel`` asks for the end while a pass still runs.
    """
    with contextlib.ExitStack() as held:
        asked = False
        limit = time.monotonic() + _PATIENCE
        until = time.monotonic() + _BLINK
        while not home.take(held, _LOCK_FILE):
            if is_passing(home):
                # Another import that waits as well may hold it already: as good.
                asked = asked or home.take(held, _WANTED_FILE)
                until = time.monotonic() + _BLINK
            if time.monotonic() > min(until, limit):
                raise Busy(_BUSY)
            if cancel is not None:
                cancel.check()
            time.sleep(_STEP)
        yield


@contextlib.contextmanager
def pass_lock(home: Home) -> Iterator[None]:
    """Hold the lock for a pass that nobody asked for. Busy when anything else runs, or a user's import waits."""
    with contextlib.ExitStack() as held:
        # In this order: an import that finds the other lock held finds this one held too.
        for name in (_PASSING_FILE, _LOCK_FILE):
            if is_wanted(home) or not home.take(held, name):
                raise Busy(_BUSY)
        yield


@contextlib.contextmanager
def arrivals_lock(home: Home) -> Iterator[None]:
    """Hold the lock for some moments to take in what was received: passes give way to it, and a user's import waits
    until it lets go. Busy when an import is running."""
    with import_lock(home), contextlib.ExitStack() as held:
        home.take(held, _PASSING_FILE)  # so that whoever finds the import lock held knows that it will not be long
        yield


class GivingWay(CancelToken):
    """The token of a pass: it is to end when ``stop`` says so, or when a user's import waits for its turn."""

    def __init__(self, home: Home, stop: CancelToken) -> None:
        super().__init__()
        self._home = home
        self._stop = stop
        self._next = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether the pass is to end; asked for every file, so the disk is asked now and then only."""
        if self._stop.cancelled:
            self.cancel()
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _LOOK_SECONDS
            if is_wanted(self._home):
                self.cancel()
        return super().cancelled


def is_held(home: Home) -> bool:
    """Whether an import is running in the archive that lives in ``home``, in this process or another."""
    return home.is_taken(_LOCK_FILE)


def is_passing(home: Home) -> bool:
    """Whether what runs is a pass over a watched folder."""
    return home.is_taken(_PASSING_FILE)


def is_wanted(home: Home) -> bool:
    """Whether a user's import waits for a pass to give way."""
    return home.is_taken(_WANTED_FILE)
