"""An import from start to end: walk ahead, read ahead, write in batches, obey the token, keep the ledger.

A pass over watched folders (:func:`look_again`) is an import that nobody asked for: of some areas of a root, without
what is still being written or was removed, and with a ledger only when there is something to tell.
"""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections import deque
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from fileroom.catalog import anew, charset_rules, persons, userdata
from fileroom.catalog.home import FILES_FOLDER
from fileroom.catalog.known import FINAL, KnownFiles, folders_with_files, holds_files, stands
from fileroom.catalog.moving import Moves
from fileroom.catalog.roots import recorded_roots, set_hindrance
from fileroom.catalog.rows import Rows
from fileroom.catalog.store import OWN
from fileroom.catalog.writes import Writer, now
from fileroom.dicom.reading import read_header
from fileroom.errors import Cancelled, FileroomError, NotFound, SourceError
from fileroom.intake.ahead import Area, WalkAhead
from fileroom.intake.aside import Aside, Gone, Packed
from fileroom.intake.copying import Copier, sweep
from fileroom.intake.inbox import INBOX
from fileroom.intake.inside import NEVER, already_read, looked_into, read_member, read_misnamed
from fileroom.intake.lock import import_lock, pass_lock
from fileroom.intake.pace import Pace
from fileroom.intake.plan import FolderPlan, plan_folder
from fileroom.intake.standing import is_absent, why_not
from fileroom.intake.write import Batch, BroughtBack, Hand, Place, ReadFiles, Tally, take_in, write_batch
from fileroom.intake.write_copies import CopyHand
from fileroom.jobs import CancelToken, Progress
from fileroom.model.drives import Hindrance
from fileroom.model.ledger import ImportSummary
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources import disc_order
from fileroom.sources.containers import any_named_so, holder, is_named_so
from fileroom.sources.held import is_held
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fileroom.catalog.charset_rules import Concerned
    from fileroom.catalog.entries import Added
    from fileroom.catalog.known import KnownFile
    from fileroom.catalog.store import Catalog
    from fileroom.dicom.reading import Reading
    from fileroom.intake.ahead import Met
    from fileroom.intake.aside import Readings
    from fileroom.intake.inside import Files, Looked, ReadOne
    from fileroom.intake.pace import Turn
    from fileroom.jobs import OnProgress
    from fileroom.settings import Settings
    from fileroom.sources.drives import Mount
    from fileroom.sources.folder import FileEntry, Listing

_CHUNK = 16  # files a reader takes at once
_CHUNK_ASIDE = 128  # the same of the other process: a folder, mostly
# The start of another process is worth it when there are so many files, and so many of them were to be read already.
_MANY = 2_000
_FEW = 100
# Files being read at once, or waiting to be written: enough to keep the readers busy while a batch is written. What
# comes from the other process is small.
_AHEAD = 2_000
_AHEAD_ASIDE = 16_000
_IN_ORDER = 512  # of members that are read one after the other, from the same stream
# First patients appear soon, and little is lost when the process dies; later batches are larger, since every batch
# touches many pages of the indexes.
_BATCH_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5)
# Files that are worth a batch when there is nothing to do but wait for more, and what part of those that are in the
# catalog: a batch changes pages all over its indexes, and the more the larger these are. When no more than a few are
# still to come, fewer will do: what is not written by then is written when all is read, and is waited for. So it is at
# the start, for the reader is ahead soon enough and nothing has to be waited for any more.
_WHEN_IDLE = 5_000
_MORE_EACH_TIME = 1_500
_AT_THE_END = 1_500
_FEW_TO_COME = 3_000
_PART_WHEN_IDLE = 30
# Files that are put into the catalog while there is nothing to do but wait, though they are no batch yet.
_WORTH_TAKING_IN = 250
_WORTH_FOLDING = 1_000  # files: the log of so many is folded into the catalog while the next ones are read
_PROGRESS_SECONDS = 0.1
_USUAL_COLLECTIONS = gc.get_threshold()
_COLLECT_EVERY = 200_000  # new objects; at 700, the usual, a third of the time of an import goes into it
NOBODY = "watch"  # who asked for a pass over a watched folder


def bring_in(
    catalog: Catalog,
    settings: Settings,
    paths: Sequence[str],
    *,
    copy: bool,
    who: str,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> ImportSummary:
    """Import ``paths`` in place, or with ``copy`` by verified copies of what is new; ``who`` asked for it.

    Busy when an import is running; SourceError, before anything is done, when a path is not there.
    """
    roots = _outermost([_checked(path) for path in paths])
    for root in roots:
        _is_not_ours(catalog, root)
    if not roots:
        raise SourceError("nothing to import was named")
    token = cancel or CancelToken()
    with import_lock(catalog.home, token), _fewer_collections():
        sweep(os.path.realpath(catalog.folder / FILES_FOLDER))
        copier = _copier(catalog, token) if copy else None
        errand = _Errand(tuple(roots), tuple(Area(root, root) for root in roots), who)
        return _Import(catalog, settings, errand, on_progress, token, copier).run()


def rebuild(
    catalog: Catalog,
    settings: Settings,
    paths: Sequence[str],
    *,
    who: str,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> ImportSummary:
    """Read what the archive knows again, although it stands as recorded, and take its facts anew.

    All of it that can be reached, or what lies under ``paths``. The files are marked first, so that after a kill the
    next import goes on. Busy when an import is running; NotFound when a path has nothing of the archive.
    """
    token = cancel or CancelToken()
    with import_lock(catalog.home, token), _fewer_collections():
        sweep(os.path.realpath(catalog.folder / FILES_FOLDER))
        roots, away = _to_rebuild(catalog, [_checked(path) for path in paths])
        mounts = catalog.mounts()
        for root in roots:
            mount, inside = mounts.locate(root)
            anew.mark(catalog, mount.filesystem_id, inside)
        if not (paths or away):
            anew.keep_up(catalog)
        errand = _Errand(tuple(roots), tuple(Area(root, root) for root in roots), who, rebuilds=True, away=away)
        return _Import(catalog, settings, errand, on_progress, token, None).run()


def set_charset(
    catalog: Catalog,
    settings: Settings,
    whose: Callable[[], Concerned],
    charset: str,
    *,
    who: str,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> ImportSummary:
    """Keep by which character set the files of ``whose()`` are to be read (``""``: as they declare), and read them.

    What cannot be reached now is read by it when it can. Busy when an import is running.
    """
    token = cancel or CancelToken()
    with import_lock(catalog.home, token), _fewer_collections():
        concerned = whose()
        charset_rules.set_charset(catalog, concerned, charset)
        areas, away = _where(catalog, concerned)
        errand = _Errand(tuple(area.path for area in areas), tuple(areas), who, rebuilds=True, away=tuple(away))
        return _Import(catalog, settings, errand, on_progress, token, None).run()


def _where(catalog: Catalog, concerned: Concerned) -> tuple[list[Area], list[str]]:
    """The folders that a character set concerns, and the drives of those that cannot be reached."""
    mounts = catalog.mounts(fresh=True)
    root = concerned.root
    places = [(root.filesystem_id, root.inside)] if root else charset_rules.folders_of(catalog, concerned.patients)
    here: dict[str, Area] = {}
    away: dict[str, None] = {}
    for filesystem_id, inside in places:
        path = mounts.absolute(filesystem_id, inside)
        if path is None or not os.path.exists(container := _container(path) or path):
            away[path or mounts.shown(filesystem_id, root.mount_point if root else "", inside)] = None
            continue
        folder = os.path.dirname(container) if os.path.isfile(container) and not root else container
        here[folder] = Area(folder, folder, deep=root is not None)
    return list(here.values()), list(away)


def _container(path: str) -> str | None:
    held = holder(path)
    return held[0] if held else None


def _to_rebuild(catalog: Catalog, paths: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """What a rebuild looks at, outermost, and the roots that it cannot reach."""
    mounts = catalog.mounts(fresh=True)
    here: list[str] = []
    away: list[str] = []
    for root in recorded_roots(catalog):
        path = mounts.absolute(root.filesystem_id, root.inside)
        if path is not None and os.path.exists(path):
            here.append(path)
        else:
            away.append(path or root.mount_point.rstrip("/") + root.inside.rstrip("/"))
    own = mounts.absolute(OWN, "/")
    if own is not None and os.path.isdir(own) and holds_files(catalog, OWN, "/"):
        here.append(own.rstrip("/"))
    if not paths:
        if not here:
            raise SourceError("nothing of the archive can be reached now")
        return _outermost(here), tuple(away)
    found: list[str] = []
    for path in paths:
        inner = [root for root in here if _is_below(root, path)]
        wanted = [path] if any(_is_below(path, root) for root in here) else inner
        if not wanted:
            raise NotFound(f"{display(path)}: nothing of the archive lies there")
        found += wanted
    return _outermost(found), ()


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _copier(catalog: Catalog, cancel: CancelToken) -> Copier:
    key = catalog.key.derive("names of own files")
    return Copier(catalog.home.copies(), key, cancel, partial(stands, catalog))


@contextlib.contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for cyclic garbage rarely: an import makes a million values, none of them in cycles."""
    gc.set_threshold(_COLLECT_EVERY, *_USUAL_COLLECTIONS[1:])
    try:
        yield
    finally:
        # What is young by now, a hundred thousand objects, counts as old: as the usual threshold comes back they would
        # all be looked at, at once.
        gc.freeze()
        gc.unfreeze()
        gc.set_threshold(*_USUAL_COLLECTIONS)


def look_again(
    catalog: Catalog,
    settings: Settings,
    root: str,
    areas: Sequence[Area],
    still: Callable[[str, int, int, int], bool],
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken,
) -> Look:
    """A pass over ``areas`` of a watched ``root`` (where it is now). Busy when an import runs, or waits for its turn.

    ``still`` says of a file (path, size, time of change, the time now) whether it may be read: what is being written
    is left for later. ``on_progress`` hears of a pass that found something only.
    """
    with pass_lock(catalog.home), _fewer_collections():
        errand = _Errand((root,), tuple(areas), NOBODY, automatic=True, still=still)
        work = _Import(catalog, settings, errand, on_progress, cancel, None)
        summary = work.run()
    return Look(summary, frozenset(work.waiting), whole=not cancel.cancelled)


@dataclass(frozen=True, slots=True)
class Look:
    """What a pass did. Its summary has number 0 when there was nothing to say and so no ledger is kept.

    ``waiting``: folders with files that are still being written; ``whole`` unless it was cancelled.
    """

    summary: ImportSummary
    waiting: frozenset[str]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Errand:
    """What is to be looked at, and how."""

    roots: tuple[str, ...]
    areas: tuple[Area, ...]
    who: str
    automatic: bool = False
    still: Callable[[str, int, int, int], bool] | None = None
    rebuilds: bool = False
    away: tuple[str, ...] = ()  # what it would have looked at, too

    @property
    def brings_back(self) -> bool:
        """Whether what was removed from the archive comes back by being met."""
        return not (self.automatic or self.rebuilds)


def _checked(path: str) -> str:
    if is_held(path):
        return path
    whole = os.path.realpath(path)  # the same folder by another name is the same folder
    if not os.path.exists(whole):
        raise SourceError(f"{display(path)}: there is no such file or folder")
    return whole


def _is_not_ours(catalog: Catalog, path: str) -> None:
    """The catalog is nobody's scan. Of the archive's folder only the copies in it are images: those are known."""
    ours = os.path.realpath(catalog.folder)
    copies = os.path.join(ours, FILES_FOLDER)
    if _is_below(path, ours) and (not _is_below(path, copies) or _is_below(path, os.path.join(copies, INBOX))):
        raise SourceError(f"{display(path)}: this is the archive itself, which is not imported")


def _outermost(paths: Sequence[str]) -> list[str]:
    """Each path once, without those that lie in another: every file has one outcome."""
    once = list(dict.fromkeys(paths))
    return [path for path in once if not any(path.startswith(os.path.join(other, "")) for other in once)]


class _Work(NamedTuple):
    """Some files of a folder that are to be read. ``closes``: it is a container, whose outcome stands only when all
    its members have theirs; else the next import would pass it by. ``plain``: they lie in a folder."""

    place: Place
    files: Files
    read: ReadOne
    closes: bool = False
    plain: bool = False
    look: bytes = b""  # of the folder, when they are all of its files


@dataclass(frozen=True, slots=True)
class _Closed:
    """A container that is to be looked into; ``recorded`` when its own outcome stands."""

    entry: FileEntry
    known: KnownFile | None
    recorded: bool = False


@dataclass(slots=True)
class _Chunk:
    """Work that is being done."""

    work: _Work
    future: Turn[Readings]


class _NotKept(Exception):
    """What is under way is taken back."""


class _UnderWay(NamedTuple):
    """A batch that is being put into the catalog: its transaction, and what had been counted before it."""

    transaction: contextlib.ExitStack
    cursor: Any
    tally: Tally
    added: Added


class _Import:
    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        errand: _Errand,
        on_progress: OnProgress | None,
        cancel: CancelToken,
        copier: Copier | None,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._errand = errand
        self._roots = errand.roots
        self._on_progress = on_progress
        self._cancel = cancel
        self._copier = copier
        self._tally = Tally()
        self._mounts = catalog.mounts(fresh=True)
        self._started = time.monotonic()
        self._id, self._started_at = 0, ""
        self._writer = Writer(catalog, 0, max_patients=settings.max_patients, automatic=not errand.brings_back)
        self._moved = Moves()
        self._kind = "copy" if copier else "rebuild" if errand.rebuilds else "import"
        self._settled_patients = 0
        self._hand = (
            CopyHand(copier, self._writer, self._tally, self._mounts)
            if copier
            else Hand(self._writer, self._tally, self._mounts)
        )
        self._batch = Batch()
        self._under_way: _UnderWay | None = None
        self._last_write = self._started
        self._writes = 0
        self._last_progress = 0.0
        self._messages = [f"{display(path)} cannot be reached and was left as it is" for path in errand.away]
        self._hindered: dict[str, Hindrance] = {}
        self._stopped = self._roots_to_leave_alone()
        self._areas = [area for area in errand.areas if area.root not in self._stopped]
        # Of what was known at the start something may be gone; of a first import nothing is.
        self._held = [area for area in self._areas if holds_files(catalog, *self._place_of(area.path))]
        self._walk = WalkAhead(self._areas, catalog, self._mounts)
        self._current = ""
        self._settled = 0
        self._read = 0
        self._visited: set[tuple[str, str]] = set()
        self._members = 0  # files in containers
        self._gone = Rows()  # files that are no longer where they were
        self.waiting: set[str] = set()
        self._ahead = 0  # files being read, or waiting to be written
        self._submitted = 0
        self._aside: Aside | None = None
        self._charsets = charset_rules.in_force(catalog, self._mounts)
        self._where: Callable[[str], int] | None = None  # in what order a disc is read

    # -- the whole -------------------------------------------------------------------------------------------------

    def run(self) -> ImportSummary:
        state, message = "failed", ""
        pace = Pace(self._settings.readers)
        try:
            if not self._errand.automatic:
                self._begin()
            self._walk.start()
            with self._catalog.database.latest() as cursor:
                self._known = KnownFiles(cursor)
                self._work(pace)
            state = "cancelled" if self._cancel.cancelled else "done"
            message = "; ".join(self._messages)
        except FileroomError as error:
            message = str(error)
            raise
        finally:
            self._walk.stop()
            pace.end()
            if self._aside is not None:
                self._aside.stop()
            if state == "failed":
                self._take_back()
            summary = self._end(state, message)
            if self._copier:
                self._copier.close()
            self._report("finishing", force=True)
        for root in self._roots if state == "done" else ():
            set_hindrance(self._catalog, root, self._hindered.get(root))
        return summary

    def _begin(self) -> None:
        """Open the ledger, and remember the roots."""
        self._id, self._started_at = userdata.begin_import(self._catalog, self._roots, self._errand.who, self._kind)
        self._writer.ledger.import_id = self._id
        with self._catalog.database.transaction() as cursor:
            self._writer.begin(cursor)
            for root in self._roots:
                if root in self._stopped or self._errand.rebuilds:
                    continue
                mount, inside = self._mounts.locate(root)
                # What is copied may go, and the archive's own folder is nobody's: neither is a root to look at again.
                if not self._copier and mount.filesystem_id != OWN:
                    self._writer.root(mount, inside)
            self._writer.finish()

    def _end(self, state: str, message: str) -> ImportSummary:
        """Close the ledger; one of a pass that has nothing to say is taken back."""
        if not self._errand.automatic:
            return self._write(state, message)
        if len(self._batch):
            self._write(state, message)
        told = self._tally.outcomes.total() - self._tally.outcomes[Outcome.UNCHANGED]
        if self._id and not told:
            userdata.drop_import(self._catalog, self._id)
            self._id = 0
        return self._write(state, message) if self._id else self._summary(state, message)

    def _place_of(self, path: str) -> tuple[str, str]:
        mount, inside = self._mounts.locate(path)
        return mount.filesystem_id, inside

    def _roots_to_leave_alone(self) -> frozenset[str]:
        """Roots that cannot be what they were, with a message for each."""
        found = {root: why_not(self._catalog, self._mounts, root) for root in self._roots}
        self._messages += [why for why in found.values() if why]
        self._hindered = {root: Hindrance.OTHER_FILESYSTEM for root, why in found.items() if why}
        return frozenset(self._hindered)

    def _work(self, pace: Pace) -> None:
        """Keep the readers busy and write what they bring, in the order of the walk."""
        ahead: deque[_Chunk] = deque()
        for work in self._to_read():
            ahead.append(_Chunk(work, self._submit(pace, work)))
            self._ahead += len(work.files)
            while ahead and (ahead[0].future.done() or self._ahead > self._lead()):
                self._take(ahead.popleft())
        while ahead:
            self._take(ahead.popleft())
        if not self._cancel.cancelled:
            self._find_gone_folders()
            self._tell_what_is_gone()
        elif not self._errand.automatic:
            self._write_off_the_rest()

    def _lead(self) -> int:
        return _AHEAD_ASIDE if self._aside is not None and self._aside.at_hand else _AHEAD

    def _submit(self, pace: Pace, work: _Work) -> Turn[Readings]:
        """Have files read: in the other process once it is ready, which is not worth starting for a few."""
        if work.plain and self._settings.aside and not (self._copier or self._errand.rebuilds):
            self._submitted += len(work.files)
            if self._aside is None and self._submitted > _FEW and self._walk.seen > _MANY:
                with contextlib.suppress(OSError):
                    self._aside = Aside(self._settings.readers, self._charsets)
            if self._aside is not None and self._aside.at_hand:
                return self._aside.submit(work.place.path, [entry.name for entry, _ in work.files])
        return pace.do(partial(self._read_all, work))

    def _result(self, chunk: _Chunk) -> Readings:
        if not chunk.future.done() and self._aside is not None:
            self._aside.send()
            if self._aside.withdraw(chunk.future):  # it is not ready yet
                return self._read_all(chunk.work)
            self._use_the_time()
        while True:
            try:
                return chunk.future.result(_PROGRESS_SECONDS)
            except Gone:  # it died, or was ended since nobody wants the rest
                return self._read_all(chunk.work)
            except TimeoutError:
                self._keep_what_is_under_way()
                if self._cancel.cancelled and self._aside is not None:
                    self._aside.stop()

    def _use_the_time(self) -> None:
        """There is nothing to do but wait for more: what is there goes into the catalog, even if it is no batch yet."""
        if len(self._batch) >= self._worth_a_batch():
            self._write("running", "")
        elif sum(len(some.readings) for some in self._batch.read) >= _WORTH_TAKING_IN:
            self._open()
            take_in(self._hand, self._writer, self._batch)
            self._writer.flush()

    def _worth_a_batch(self) -> int:
        """How many files are, while there is nothing to do but wait for more."""
        at_the_end = self._walk.finished and self._ahead < _FEW_TO_COME
        many = min(_WHEN_IDLE, _MORE_EACH_TIME * (self._writes + 1))
        return max(_AT_THE_END if at_the_end else many, self._writer.instances // _PART_WHEN_IDLE)

    def _send(self) -> None:
        """Before anything is waited for: let the other process know all that it is to do."""
        if self._aside is not None:
            self._aside.send()

    def _before_waiting(self) -> None:
        """The walk is behind."""
        self._send()
        self._keep_what_is_under_way()

    def _take(self, chunk: _Chunk) -> None:
        work, readings = chunk.work, self._result(chunk)
        self._ahead -= len(work.files)
        if work.closes and self._cancel.cancelled:
            readings = []
        files = work.files[: len(readings)]
        if self._errand.automatic:
            news = [
                (file, reading)
                for file, reading in zip(files, readings, strict=True)
                if not _as_bad_as_before(file[1], file[0], reading)
            ]
            self._tally.outcomes[Outcome.UNCHANGED] += len(files) - len(news)
            files, readings = [file for file, _ in news], [reading for _, reading in news]
        else:  # a pass that gives way comes again, and nobody waits for what it did not reach
            self._batch.cancelled += [(work.place, entry) for entry, _ in work.files[len(readings) :]]
        if files:
            look = b"" if self._errand.automatic or len(files) < len(work.files) else work.look
            self._batch.add(ReadFiles(work.place, files, readings, look))
        self._read += len(readings)
        self._write_when_due()
        self._report("reading" if self._walk.finished else "walking")

    # -- the plan --------------------------------------------------------------------------------------------------

    def _to_read(self) -> Iterator[_Work]:
        for met in self._walk.met(self._before_waiting):
            if self._cancel.cancelled:
                if not self._errand.automatic:
                    self._write_off(met)
                return
            place, listing, now = met.place, met.listing, time.time_ns()
            containers = any_named_so([entry.name for entry in listing.files])
            if met.stands and listing.path != met.root and not containers:
                self._settle(place, listing, FolderPlan(unchanged=listing.count))
                self._remember_look(met)
                self._tell_when_due()
                continue
            plan = self._plan(met, now)
            self._settle(place, listing, plan)
            if met.stands and not containers:
                self._remember_look(met)
            files = self._readable(plan.read, listing.path, now)
            closed = self._closed(place, listing, plan, files) if containers or plan.gone else ()
            if closed:
                files = [(entry, row) for entry, row in files if not is_named_so(entry.name)]
            files = self._as_they_lie(files, listing.path)
            plain = not is_held(listing.path)
            read = self._read_plain if plain else partial(read_member, charsets=self._charsets)
            look = b"" if containers or len(files) < len(listing.files) or listing.obstacles else listing.look
            for chunk in _chunks(files, _CHUNK_ASIDE if self._aside is not None and self._aside.at_hand else _CHUNK):
                yield _Work(place, chunk, read, plain=plain, look=look if len(chunk) == len(files) else b"")
            for found in closed:
                yield from self._look_into(place, found)
            self._write_when_due()
            self._report("reading" if self._walk.finished else "walking")

    def _remember_look(self, met: Met) -> None:
        """Next time, one look will do."""
        listing, recorded = met.listing, met.recorded
        if recorded.folder is not None and listing.look and not listing.standing:
            self._batch.looks.append((listing.look, recorded.changes, recorded.folder))

    def _tell_when_due(self) -> None:
        """Of a folder that stands as recorded nothing more is done: most do, when a tree is looked at again."""
        if self._is_due():
            self._write_when_due()
        self._report("reading" if self._walk.finished else "walking")

    def _settle(self, place: Place, listing: Listing, plan: FolderPlan) -> None:
        """What needs no reading has its outcome already."""
        self._current = place.path
        self._visited.add((place.mount.filesystem_id, place.inside))
        self._tally.outcomes[Outcome.UNCHANGED] += plan.unchanged
        self._settled += plan.unchanged + len(plan.back) + len(plan.brought_back) + len(listing.obstacles)
        self._gone.add(plan.gone)
        batch = self._batch
        batch.back += plan.back
        batch.cleared += plan.cleared
        batch.brought_back += [BroughtBack(place, entry, row) for entry, row in plan.brought_back]
        if not self._errand.automatic:  # they stand there each time
            batch.obstacles += [(place, obstacle) for obstacle in listing.obstacles]

    def _plan(self, met: Met, now: int) -> FolderPlan:
        place, listing = met.place, met.listing
        if listing.path == met.root and listing.first and self._says_nothing(listing, place.mount, place.inside):
            self._stopped |= {met.root}
        if met.root in self._stopped and not listing.standing:
            listing = replace(listing, complete=False)
        elif met.stands:
            return FolderPlan(unchanged=listing.count)
        elif met.recorded.folder is None and listing.first:
            return plan_folder(listing, {}, now)
        return self._compare(place, listing, now)

    def _compare(self, place: Place, listing: Listing, now: int) -> FolderPlan:
        folder = self._known.folder(place.mount.filesystem_id, place.inside)
        known = self._known.files(folder, listing) if folder is not None else {}
        return plan_folder(listing, known, now, automatic=not self._errand.brings_back)

    def _readable(self, files: Files, folder: str, now: int) -> Files:
        """Those of the files of ``folder`` that are not being written just now."""
        still = self._errand.still
        if still is None:
            return files
        found = [
            (entry, row)
            for entry, row in files
            if still(os.path.join(folder, entry.name), entry.size, entry.mtime_ns, now)
        ]
        if len(found) < len(files):
            self.waiting.add(folder)
        return found

    def _as_they_lie(self, files: Files, folder: str) -> Files:
        """The files of ``folder`` as a disc is gone through, if this is one."""
        if not self._settings.in_disc_order:
            return files
        if self._where is None:
            self._where = disc_order.of(self._roots[0])
        where = self._where
        return sorted(files, key=lambda item: where(os.path.join(folder, item[0].name)))

    def _says_nothing(self, listing: Listing, mount: Mount, inside: str) -> bool:
        """Whether nothing may be concluded from what a root shows.

        One that held files and now shows nothing is an unplugged drive sooner than a tidied one.
        """
        if any(not obstacle.name for obstacle in listing.obstacles):
            self._messages.append(f"{display(listing.path)} cannot be read: what is known of it was left as it is")
            self._hindered[listing.path] = Hindrance.UNREADABLE
            return True
        if listing.count or listing.folders or listing.obstacles:
            return False
        if not holds_files(self._catalog, mount.filesystem_id, inside):
            return False
        self._messages.append(f"{display(listing.path)} is empty now: what is known of it was left as it is")
        self._hindered[listing.path] = Hindrance.EMPTY
        return True

    def _find_gone_folders(self) -> None:
        """Folders that were known under a root and no longer stand there: their files are gone, never deleted."""
        now = self._catalog.mounts(fresh=True)
        for area in self._held:
            mount, inside = self._mounts.locate(area.path)
            # A drive that was pulled out meanwhile has taken its folders with it.
            if area.root in self._stopped or not os.path.isdir(area.root) or now.locate(area.path)[0] != mount:
                continue
            if not area.deep and not is_absent(area.path):
                continue
            for row, folder in folders_with_files(self._catalog, mount.filesystem_id, inside):
                if (mount.filesystem_id, folder) in self._visited:
                    continue
                path = self._mounts.absolute(mount.filesystem_id, folder)
                # Of a container that stands, what is in it was looked at with it.
                if path is not None and is_absent(path) and holder(path) is None:
                    self._gone.add(self._known.present(row))

    def _tell_what_is_gone(self) -> None:
        """Last of all, when it is known what of it is only at another place."""
        for rows in self._gone.chunks(self._settings.batch):
            if len(self._batch):
                self._write("running", "")
            self._batch.gone += rows

    # -- containers ------------------------------------------------------------------------------------------------

    def _closed(self, place: Place, listing: Listing, plan: FolderPlan, files: Files) -> list[_Closed]:
        """The containers of a folder that are to be looked into; of others the members are what they were."""
        if plan.gone:
            for name in self._known.containers_of(plan.gone):
                self._leave_gone(place, name)
        if not self._settings.containers:
            return []
        differs = {entry.name for entry, _ in plan.read}
        closed = [_Closed(entry, row) for entry, row in files if is_named_so(entry.name)]
        for entry in listing.files:
            if is_named_so(entry.name) and entry.name not in differs:
                closed += self._standing(place, entry)
        return closed

    def _standing(self, place: Place, entry: FileEntry) -> list[_Closed]:
        """A file that stands as recorded and is called as containers are: its members stand as well, or most do."""
        row = self._known.one(place.mount.filesystem_id, place.inside, entry.name)
        if row is None:
            return []
        if row.reason is Reason.NO_DICOM:  # it was read when containers were not looked into
            self._tally.outcomes[Outcome.UNCHANGED] -= 1
            self._settled -= 1
            return [_Closed(entry, row)]
        if row.reason is not Reason.CONTAINER and row.reason not in FINAL:
            return []
        files, settled = self._known.members(place.mount.filesystem_id, _below(place, entry.name))
        if row.gone or not (settled or self._errand.automatic):
            return [_Closed(entry, row, recorded=True)]
        self._tally.outcomes[Outcome.UNCHANGED] += files
        self._settled += files
        self._members += files
        return []

    def _look_into(self, place: Place, closed: _Closed) -> Iterator[_Work]:
        entry = closed.entry
        try:
            looked = looked_into(os.path.join(place.path, entry.name), entry, self._step)
        except Cancelled:
            if not self._errand.automatic:
                self._batch.cancelled.append((place, entry))
            return
        own: Files = [(entry, closed.known)]
        for listing in looked.listings():
            self._members += len(listing.files)
            yield from self._folder_of(looked, listing)
        if looked.whole and closed.known is not None:
            self._leave_gone(place, entry.name)
        if looked.reading is None:
            yield _Work(place, own, partial(read_misnamed, charsets=self._charsets))
        elif not closed.recorded:
            yield _Work(place, own, already_read(looked.reading), closes=True)

    def _folder_of(self, looked: Looked, listing: Listing) -> Iterator[_Work]:
        place = Place(listing.path, *self._mounts.locate(listing.path))
        plan = self._compare(place, listing, NEVER)
        self._settle(place, listing, plan)
        files: Files = plan.read
        if looked.in_order:
            files = sorted(files, key=lambda item: looked.position(listing.path, item[0].name))
        for chunk in _chunks(files, _IN_ORDER if looked.in_order else _CHUNK):
            yield _Work(place, chunk, partial(read_member, charsets=self._charsets))

    def _leave_gone(self, place: Place, container: str) -> None:
        """The folders that were known in a container and were not met in it just now."""
        filesystem_id = place.mount.filesystem_id
        for row, folder in folders_with_files(self._catalog, filesystem_id, _below(place, container)):
            if (filesystem_id, folder) not in self._visited:
                self._gone.add(self._known.present(row))

    def _step(self) -> None:
        """Between two members of a container that is being looked into, which may take its time."""
        self._cancel.check()
        self._report("reading" if self._walk.finished else "walking")

    # -- the end ---------------------------------------------------------------------------------------------------

    def _write_off_the_rest(self) -> None:
        """Paths that were met but not reached before the end was asked for."""
        self._walk.hurry()
        for met in self._walk.met():
            self._write_off(met)
            self._write_when_due()

    def _write_off(self, met: Met) -> None:
        if met.stands:
            self._tally.outcomes[Outcome.UNCHANGED] += met.listing.count
            return
        self._batch.cancelled += [(met.place, entry) for entry in met.listing.files]
        self._batch.obstacles += [(met.place, obstacle) for obstacle in met.listing.obstacles]

    # -- writing and telling ---------------------------------------------------------------------------------------

    def _is_due(self) -> bool:
        patience = _BATCH_SECONDS[min(self._writes, len(_BATCH_SECONDS) - 1)]
        return time.monotonic() - self._last_write > patience

    def _write_when_due(self) -> None:
        due = self._is_due()
        if len(self._batch) >= self._settings.batch or (due and len(self._batch)):
            self._write("running", "")

    def _open(self) -> _UnderWay:
        """The transaction of this batch."""
        if not self._id:
            self._begin()
        if self._under_way is None:
            with contextlib.ExitStack() as opening:
                cursor = opening.enter_context(self._catalog.database.transaction())
                self._writer.begin(cursor)
                self._hand.begin()
                before = replace(self._tally, outcomes=self._tally.outcomes.copy()), replace(self._writer.added)
                self._under_way = _UnderWay(opening.pop_all(), cursor, *before)
        return self._under_way

    def _keep_what_is_under_way(self) -> None:
        """Nobody knows how long the next thing takes, and others may have to write."""
        if self._under_way is not None:
            self._write("running", "")

    def _take_back(self) -> None:
        """The batch that is under way has failed: nothing of it is kept, nor counted."""
        self._batch = Batch()
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return
        with contextlib.suppress(_NotKept), under_way.transaction:  # unless this has ended already
            raise _NotKept
        self._tally.outcomes, self._tally.bytes = under_way.tally.outcomes, under_way.tally.bytes
        for one in fields(under_way.added):
            setattr(self._writer.added, one.name, getattr(under_way.added, one.name))

    def _write(self, state: str, message: str) -> ImportSummary:
        self._send()
        under_way = self._open()
        batch, self._batch = self._batch, Batch()
        cursor = under_way.cursor
        with under_way.transaction:
            write_batch(self._hand, self._writer, batch)
            self._writer.finish()
            if self._writer.moves:
                self._moved.settle(cursor, self._writer.moves)
                self._writer.entries.forget()
            if self._writer.added.patients > self._settled_patients:  # somebody new may be somebody known
                persons.settle(cursor)
                self._settled_patients = self._writer.added.patients
            summary = self._summary(state, message)
            userdata.save_import(cursor, summary)
        self._under_way = None
        if state == "running" and len(batch) >= _WORTH_FOLDING:
            self._catalog.database.fold()
        self._last_write = time.monotonic()
        self._writes += 1
        return summary

    def _summary(self, state: str, message: str) -> ImportSummary:
        added = self._writer.added
        return ImportSummary(
            id=self._id,
            roots=self._roots,
            started=self._started_at,
            ended=now(),
            who=self._errand.who,
            state=state,
            files=self._tally.outcomes.total() - self._tally.outcomes[Outcome.GONE],
            outcomes={outcome: self._tally.outcomes[outcome] for outcome in Outcome},
            patients=added.patients,
            studies=added.studies,
            series=added.series,
            instances=added.instances,
            bytes=self._tally.bytes,
            seconds=time.monotonic() - self._started,
            message=message,
            kind=self._kind,
        )

    def _read_plain(self, path: str, _entry: FileEntry) -> Reading:
        return self._charsets.read(path, partial(read_header, path)) if self._charsets else read_header(path)

    def _read_all(self, work: _Work) -> list[Reading | Packed]:
        readings: list[Reading | Packed] = []
        for entry, known in work.files:
            if self._cancel.cancelled:
                break
            path = os.path.join(work.place.path, entry.name)
            reading = work.read(path, entry)
            readings.append(reading)
            if self._copier and not (known and known.in_place):
                self._copier.ahead(path, reading)
        return readings

    def _report(self, phase: str, *, force: bool = False) -> None:
        if self._on_progress is None or not self._id:
            return
        now = time.monotonic()
        if not force and now - self._last_progress < _PROGRESS_SECONDS:
            return
        self._last_progress = now
        self._keep_what_is_under_way()
        self._on_progress(self._progress(phase, now))

    def _progress(self, phase: str, now: float) -> Progress:
        seconds = max(now - self._started, 1e-9)
        seen = self._walk.seen + self._members
        total = seen if self._walk.finished else None
        done = self._read + self._settled
        rate = done / seconds
        left = (total - done) / rate if total is not None and rate > 0 else None
        added = self._writer.added
        return Progress(
            phase=phase,
            seen=seen,
            done=done,
            read=self._read,
            total=total,
            files_per_second=rate,
            seconds=seconds,
            seconds_left=max(left, 0.0) if left is not None else None,
            patients=added.patients,
            studies=added.studies,
            series=added.series,
            instances=added.instances,
            problems=self._tally.problems,
            current=display(self._current),
        )


def _as_bad_as_before(known: KnownFile | None, entry: FileEntry, reading: Reading | Packed) -> bool:
    """Whether a file that could not be read is as unreadable as it was, and for the same reason."""
    if known is None or known.outcome is not Outcome.UNREADABLE or isinstance(reading, Packed):
        return False
    stands = known.changed or (known.size, known.mtime_ns) == (entry.size, entry.mtime_ns)
    return stands and (known.outcome, known.reason) == (reading.outcome, reading.reason)


def _below(place: Place, name: str) -> str:
    return f"{place.inside.rstrip('/')}/{name}"


def _chunks(files: Files, size: int) -> Iterator[Files]:
    for start in range(0, len(files), size):
        yield files[start : start + size]
