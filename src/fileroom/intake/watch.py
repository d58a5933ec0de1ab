"""Watching roots: hear of changes, wait until files are quiet, and look again at what was touched.

One thread does it all, round after round. A root is looked at as a whole when its watching begins (which is what makes
it survive restarts and unplugged drives), then where something happened. Filesystems whose changes the system does not
tell of (shares that others write to, FUSE) are looked at as a whole now and then; so, seldom, is every root, because
systems lose events when many come at once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fileroom.catalog.roots import recorded_roots, set_hindrance
from fileroom.errors import Busy, FileroomError
from fileroom.intake.ahead import Area
from fileroom.intake.lock import GivingWay
from fileroom.intake.quiet import QUIET, Stillness
from fileroom.intake.run import look_again
from fileroom.model.drives import Hindrance
from fileroom.sources.events import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from fileroom.catalog.roots import RecordedRoot
    from fileroom.catalog.store import Catalog
    from fileroom.jobs import CancelToken, OnProgress, Progress
    from fileroom.model.ledger import ImportSummary
    from fileroom.settings import Settings
    from fileroom.sources.events import Happening

    OnPass = Callable[[ImportSummary | None], None]

log = logging.getLogger("fileroom.watch")

_ROUND = 0.2  # seconds between two rounds
_MEET = 2.0  # … between two looks at which roots are watched, and where they are
_SETTLE = 0.3  # … from hearing of a change to looking at it: more will follow
_LATER = 1.0  # … until a pass that had to give way is tried again
_POLL = 15.0  # … between two looks at a root that the system tells nothing of
_SELDOM = 600.0  # … at one that it does tell of
_SHARE = 20  # and never more than a twentieth of the time
_EVENTS = frozenset({"disk", "memory", "optical"})  # kinds of drive on which nobody writes behind the system's back


class Watcher:
    """Watches the roots whose switch is on, or those with the given numbers."""

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        *,
        only: Collection[int] | None = None,
        on_progress: OnProgress | None = None,
        on_pass: OnPass | None = None,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._only = only
        self._report = on_progress
        self._reported = False
        self._on_pass = on_pass
        self._eyes: dict[int, Eye] = {}
        self._still = Stillness()
        self._own = os.path.realpath(catalog.folder)
        self._stop: CancelToken

    def run(self, stop: CancelToken) -> None:
        """Watch until ``stop`` says so."""
        self._stop = stop
        meet = 0.0
        try:
            while not stop.cancelled:
                now = time.monotonic()
                if now >= meet:
                    self._meet_roots()
                    meet = now + _MEET
                for eye in self._eyes.values():
                    self._look(eye)
                time.sleep(_ROUND)
        finally:
            for eye in self._eyes.values():
                eye.close()

    def _meet_roots(self) -> None:
        """Open an eye on each watched root that is there, and close those on others."""
        mounts = self._catalog.mounts(fresh=True)
        here: dict[int, tuple[RecordedRoot, str]] = {}
        for root in recorded_roots(self._catalog, watched=self._only is None):
            path = mounts.absolute(root.filesystem_id, root.inside)
            if path is not None and (self._only is None or root.id in self._only) and os.path.exists(path):
                here[root.id] = (root, path)
        for root_id, eye in list(self._eyes.items()):
            if root_id not in here or here[root_id][1] != eye.path:
                eye.close()
                del self._eyes[root_id]
        for root_id, (root, path) in here.items():
            if root_id not in self._eyes:
                self._eyes[root_id] = Eye(path, self._own, told=root.kind in _EVENTS)
        self._still.forget()

    def _look(self, eye: Eye) -> None:
        """Look at what is due of a root."""
        areas = eye.due(time.monotonic())
        if not areas or self._stop.cancelled:
            return
        self._reported = False
        summary: ImportSummary | None = None
        try:
            summary = self._pass(eye, areas)
        except Busy:
            eye.again(areas, time.monotonic() + _LATER)
        except (FileroomError, OSError) as error:  # the root went while it was looked at, the catalog is full: later
            log.warning("a watched folder could not be looked at: %s", type(error).__name__)
            with contextlib.suppress(FileroomError):  # a catalog that is full takes no word of it either
                set_hindrance(self._catalog, eye.path, Hindrance.FAILED)
            eye.again(areas, time.monotonic() + _POLL)
        finally:
            if self._on_pass is not None and (self._reported or summary is not None):
                self._on_pass(summary)

    def _pass(self, eye: Eye, areas: list[Area]) -> ImportSummary | None:
        token = GivingWay(self._catalog.home, self._stop)
        started = time.monotonic()
        look = look_again(
            self._catalog, self._settings, eye.path, areas, self._still, on_progress=self._on_progress, cancel=token
        )
        now = time.monotonic()
        if not look.whole:
            eye.again(areas, now + _LATER)
        elif any(area.path == area.root and area.deep for area in areas):
            eye.rest(now, now - started)
        eye.again([Area(eye.path, folder, deep=False) for folder in look.waiting], now + QUIET)
        return look.summary if look.summary.id else None

    def _on_progress(self, progress: Progress) -> None:
        self._reported = True
        if self._report is not None:
            self._report(progress)


@dataclass(slots=True)
class Eye:
    """One watched root: what was heard of it, and when which part of it is to be looked at."""

    path: str
    own: str  # the archive itself, of which nothing is to be heard: each pass writes into it
    told: bool  # the system tells of changes, and nobody can make any without its knowledge
    _ear: Listener = field(init=False)
    _due: dict[Area, float] = field(init=False, default_factory=dict)
    _whole_at: float = field(init=False, default=0.0)
    _begun: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._ear = Listener(self.path)

    def close(self) -> None:
        """Listen no longer."""
        self._ear.stop()

    def due(self, now: float) -> list[Area]:
        """What is to be looked at now. Nothing before the system is being listened to: nothing may fall between."""
        if not (self._ear.listening or self._ear.deaf):
            return []
        self.again(areas_of(self.path, self._ear.take(), self.own), now + _SETTLE)
        if self._ear.flooded:
            self._ear.flooded = False
            self._whole_at = min(self._whole_at, now + _SETTLE)
        if now >= self._whole_at:
            self._due.clear()
            return [Area(self.path, self.path)]
        ready = [area for area, when in self._due.items() if now >= when]
        for area in ready:
            del self._due[area]
        return without_covered(ready)

    def again(self, areas: Iterable[Area], when: float) -> None:
        """Look at these once more."""
        for area in areas:
            if area == Area(self.path, self.path):
                self._whole_at = when
            else:
                self._due.setdefault(area, when)  # a file that never comes to rest must not hold up its neighbours

    def rest(self, now: float, seconds: float) -> None:
        """The whole was looked at, which took so many seconds."""
        pause = _SELDOM if self.told and not self._ear.deaf else _POLL
        self._whole_at = now + max(pause, _SHARE * seconds)


def areas_of(root: str, happenings: Iterable[Happening], own: str = "") -> set[Area]:
    """What is to be looked at after these happenings: the folder of each file, and folders that came or went whole."""
    areas = set()
    for happening in happenings:
        path = happening.path
        if own and _below(own, path):
            continue
        if "\ufffd" in path:  # watchfiles cannot say names that are not UTF-8: look at the folder above that it can say
            areas.add(Area(root, _real(root, os.path.dirname(path[: path.index("\ufffd")]))))
            continue
        areas.add(Area(root, _real(root, os.path.dirname(path)), deep=False))
        if happening.kind == "deleted" or os.path.isdir(path):
            areas.add(Area(root, _real(root, path), deep=happening.kind != "modified"))
    return {area if _below(root, area.path) else Area(root, root) for area in areas}


def _real(root: str, path: str) -> str:
    """A folder by its own name, when a link within the root led to it; imports know it by that."""
    real = os.path.realpath(path)
    return real if _below(root, real) else path


def _below(root: str, path: str) -> bool:
    return path == root or path.startswith(os.path.join(root, ""))


def without_covered(areas: Iterable[Area]) -> list[Area]:
    """Areas without those that lie in another one: each folder is looked at once."""
    kept: list[Area] = []
    for area in sorted(areas, key=lambda area: (area.path.split(os.sep), not area.deep)):  # a folder, then all below it
        last = kept[-1] if kept else None
        if last is None or not (_below(last.path, area.path) if last.deep else last.path == area.path):
            kept.append(area)
    return kept
