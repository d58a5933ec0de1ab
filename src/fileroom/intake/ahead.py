"""The walk, in a thread of its own and ahead of the readers: so that the number of files is known early."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING

from fileroom.sources import folder as folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fileroom.sources.folder import Listing

_LEAD = 100_000  # files the walk may be ahead: what it holds in memory does not grow with the tree
# Listings are handed over some at a time: between two threads, each handing over costs as much as twenty files.
_HANDFUL = 1_000  # files, each folder counting as one more
_SOON = 0.05  # seconds after which less will do: a slow disk is not waited for


class WalkAhead:
    """Walks some roots and hands over their listings in order."""

    def __init__(self, roots: Sequence[str], own_folder: Path) -> None:
        self._roots = roots
        facts = own_folder.stat()
        self._leave_out = frozenset({(facts.st_dev, facts.st_ino)})  # the archive itself is nobody's scan
        self._queue: queue.SimpleQueue[list[tuple[str, Listing]] | BaseException | None] = queue.SimpleQueue()
        self._lead = 0  # files listed and not yet handed over
        self._turn = threading.Condition()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="fileroom-walk", daemon=True)
        self.seen = 0
        self.finished = False

    def start(self) -> None:
        """Begin to walk."""
        self._thread.start()

    def listings(self) -> Iterator[tuple[str, Listing]]:
        """(root, listing of a folder of it), to the end; raises what the walk raised."""
        while True:
            item = self._queue.get()
            if item is None:
                self._queue.put(None)  # whoever asks again is told the same
                return
            if isinstance(item, BaseException):
                raise item
            with self._turn:
                self._lead -= _weight(item)
                self._turn.notify()
            yield from item

    def hurry(self) -> None:
        """Go no further; what was met is still handed over."""
        self._stopped.set()
        with self._turn:
            self._turn.notify()

    def stop(self) -> None:
        """Go no further, and wait for the thread to end."""
        self.hurry()
        if self._thread.is_alive():
            self._thread.join()

    def _walk(self) -> None:
        try:
            for root in self._roots:
                self._walk_root(root)
            self.finished = True
            self._queue.put(None)
        except BaseException as error:  # noqa: BLE001 - handed over; listings() raises it in the import's own thread
            self._queue.put(error)

    def _walk_root(self, root: str) -> None:
        handful: list[tuple[str, Listing]] = []
        weight, since = 0, time.monotonic()
        for listing in folders.walk(root, leave_out=self._leave_out, stop=self._stopped.is_set):
            self.seen += len(listing.files) + len(listing.obstacles)
            handful.append((root, listing))
            weight += 1 + len(listing.files)
            if weight >= _HANDFUL or time.monotonic() - since > _SOON:
                self._hand_over(handful)
                handful, weight, since = [], 0, time.monotonic()
        self._hand_over(handful)

    def _hand_over(self, handful: list[tuple[str, Listing]]) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._lead < _LEAD or self._stopped.is_set())
            self._lead += _weight(handful)
        self._queue.put(handful)


def _weight(handful: list[tuple[str, Listing]]) -> int:
    return sum(1 + len(listing.files) for _, listing in handful)
