"""The walk, in a thread of its own and ahead of the readers: so that the number of files is known early.

The same thread sees at one glance which folders stand as recorded. Most do when a tree is looked at again, and then
there is one thread at work: two would only wait for each other.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fileroom.catalog.home import FILES_FOLDER
from fileroom.catalog.known import UNKNOWN, KnownFiles, Recorded
from fileroom.catalog.memory import Memory
from fileroom.errors import SourceError
from fileroom.intake.inbox import INBOX
from fileroom.intake.plan import stands_as_recorded
from fileroom.intake.write import Place
from fileroom.sources import folder as folders
from fileroom.sources import held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from fileroom.catalog.store import Catalog
    from fileroom.sources.drives import Mounts
    from fileroom.sources.folder import Listing

_LEAD = 100_000  # files the walk may be ahead: what it holds in memory does not grow with the tree
# Listings are handed over some at a time: between two threads, each handing over costs as much as twenty files.
_HANDFUL = 1_000  # files, each folder counting as one more
_NEAR = 1_000  # folders whose places are kept at hand
_SOON = 0.05  # seconds after which less will do: a slow disk is not waited for


class Met(NamedTuple):
    """A folder, or a part of one, that the walk of ``root`` met; ``stands``: it is as ``recorded``."""

    root: str
    place: Place
    listing: Listing
    stands: bool
    recorded: Recorded = UNKNOWN


@dataclass(frozen=True, slots=True)
class Area:
    """What an import looks at: a root, or a part of one; without ``deep`` a folder alone, not what lies below it."""

    root: str
    path: str
    deep: bool = True


class WalkAhead:
    """Walks some areas and hands over what it meets, in order."""

    def __init__(self, areas: Sequence[Area], catalog: Catalog, mounts: Mounts) -> None:
        self._areas = areas
        self._catalog = catalog
        self._places = Places(mounts)
        # The archive itself is nobody's scan, and what has just arrived there is taken in by its own way.
        ours = (catalog.folder, catalog.folder / FILES_FOLDER / INBOX)
        self._leave_out = frozenset((facts.st_dev, facts.st_ino) for one in ours if (facts := _facts(one)))
        self._queue: queue.SimpleQueue[list[Met] | BaseException | None] = queue.SimpleQueue()
        self._lead = 0  # files listed and not yet handed over
        self._turn = threading.Condition()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="fileroom-walk", daemon=True)
        self.seen = 0
        self.finished = False

    def start(self) -> None:
        """Begin to walk."""
        self._thread.start()

    def met(self, before_waiting: Callable[[], None] = lambda: None) -> Iterator[Met]:
        """What was met, to the end; raises what the walk raised."""
        while True:
            if self._queue.empty():
                before_waiting()
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
            with self._catalog.database.latest() as cursor:
                for area in self._areas:
                    self._walk_area(area, KnownFiles(cursor))
            self.finished = True
            self._queue.put(None)
        except BaseException as error:  # noqa: BLE001 - handed over; met() raises it in the import's own thread
            self._queue.put(error)

    def _walk_area(self, area: Area, known: KnownFiles) -> None:
        part = area.path != area.root
        if part and not os.path.isdir(area.path):  # it went since we heard of it, or is a file, which its folder shows
            return
        # Where the links of a part lead, only a walk of the whole can tell: it may be to a folder met by its own name.
        catalog = _Catalog(self._places, known)
        walk = folders.walk(
            area.path,
            deep=area.deep,
            follow=not part,
            leave_out=self._leave_out,
            stop=self._stopped.is_set,
            expected=catalog.look,
        )
        if held.is_held(area.path):
            walk = held.listings(area.path)
        try:
            self._hand_over_all(area.root, walk, catalog)
        except SourceError:
            if not part:
                raise

    def _hand_over_all(self, root: str, walk: Iterator[Listing], catalog: _Catalog) -> None:
        handful: list[Met] = []
        weight, since = 0, time.monotonic()
        for listing in walk:
            self.seen += listing.count + len(listing.obstacles)
            handful.append(catalog.compared(root, listing))
            weight += 1 + len(listing.files)
            if weight >= _HANDFUL or time.monotonic() - since > _SOON:
                self._hand_over(handful)
                handful, weight, since = [], 0, time.monotonic()
        self._hand_over(handful)

    def _hand_over(self, handful: list[Met]) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._lead < _LEAD or self._stopped.is_set())
            self._lead += _weight(handful)
        self._queue.put(handful)


def _facts(folder: Path) -> os.stat_result | None:
    try:
        return folder.stat()
    except OSError:  # nothing has arrived yet
        return None


def _weight(handful: list[Met]) -> int:
    return sum(1 + len(met.listing.files) for met in handful)


class _Catalog:
    """What is recorded of the folder that the walk is at."""

    def __init__(self, places: Places, known: KnownFiles) -> None:
        self._places = places
        self._known = known
        self._path: str | None = None
        self._place: Place
        self._recorded = UNKNOWN

    def look(self, path: str) -> bytes:
        """How the files of a folder look when they stand as recorded."""
        self._path, self._place = path, self._places.of(path)
        self._recorded = self._known.look(self._place.mount.filesystem_id, self._place.inside)
        return self._recorded.look

    def compared(self, root: str, listing: Listing) -> Met:
        """A listing, and whether it stands as recorded."""
        if listing.path != self._path:
            self.look(listing.path)
        recorded = self._recorded
        if listing.standing:
            stands = True
        elif recorded.folder is None:
            stands = stands_as_recorded(listing, [])
        else:
            present = self._known.present_files(recorded.folder, listing, time.time_ns())
            stands = stands_as_recorded(listing, present)
        return Met(root, self._place, listing, stands, recorded)


class Places:
    """Where folders lie on their drives; of a folder whose parent was asked for just before, at no cost."""

    def __init__(self, mounts: Mounts) -> None:
        self._mounts = mounts
        self._points = frozenset(mount.point for mount in mounts.mounts)
        self._near: Memory[str, Place] = Memory(_NEAR)

    def of(self, path: str) -> Place:
        """The place of the folder at ``path``."""
        above, name = os.path.split(path)
        parent = self._near.get(above)
        if parent is None or not name or path in self._points:
            place = Place(path, *self._mounts.locate(path))
        else:
            place = Place(path, parent.mount, f"{parent.inside.rstrip('/')}/{name}")
        self._near.keep(path, place)
        return place
