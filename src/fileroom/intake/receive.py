"""Taking in what was received: from the inbox into the archive's own folder and the catalog, by the same decisions as
any import.

What lies in the inbox is taken in some at a time, each time one transaction. A received file gets its name in the own
folder by a second link and leaves the inbox only when the catalog has been written, so a crash in between loses
nothing. What comes within a minute of what came before belongs to the same entry in the list of imports.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from fileroom.catalog import charset_rules, persons, userdata
from fileroom.catalog.known import stands
from fileroom.catalog.memory import Memory
from fileroom.catalog.writes import Writer, now
from fileroom.dicom.reading import read_header
from fileroom.errors import Busy, FileroomError
from fileroom.intake.copying import INCOMING, Copier, Copy, NoCopyError
from fileroom.intake.decide import Act
from fileroom.intake.inbox import Inbox, who_sent
from fileroom.intake.lock import arrivals_lock
from fileroom.intake.write import Place, ReadFile, Tally
from fileroom.intake.write_copies import CopyHand
from fileroom.jobs import CancelToken
from fileroom.model.ledger import ImportSummary, Stored
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.folder import FileEntry, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from fileroom.catalog.entries import SeriesRow
    from fileroom.catalog.store import Catalog
    from fileroom.catalog.writes import Brought
    from fileroom.dicom.reading import Reading
    from fileroom.intake.decide import Decision
    from fileroom.model.headers import Header
    from fileroom.settings import Settings
    from fileroom.sources.drives import Mounts

KIND = "received"
_AT_ONCE = 500  # files a transaction: a user's import waits no longer than for these
_SITTING = 60.0  # seconds without anything after which what comes is an entry of its own
_LOOK_SECONDS = 0.3
_QUIET = 0.3  # seconds without another that it is worth to wait for: many are taken in at the cost of a few
_NO_LONGER = 2.0
_BUSY_SECONDS = 1.0
_SWEEP_SECONDS = 3600.0
_REMEMBERED = 20_000
_READY_LOCK = "ready.lock"
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV})


class Receiver:
    """Takes in what lies in the inbox of one archive. Safe to use from several threads."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog = catalog
        self._settings = settings
        self.inbox = Inbox(catalog.home.copies())
        self._lock = threading.Lock()
        self._awaited: Counter[str] = Counter()
        self._became: Memory[str, Stored] = Memory(_REMEMBERED)
        self._sittings: dict[str, _Sitting] = {}

    def take_in(self, names: Collection[str] = ()) -> dict[str, Stored]:
        """Take in what waits; says what became of those of ``names``.

        Those that are not in the answer are safe in the inbox and wait for their turn: an import is running.
        """
        self._awaited.update(names)
        try:
            with self._lock:  # who comes second finds that the first has taken in what is his as well
                if not names or any(name not in self._became for name in names):
                    with contextlib.suppress(Busy):
                        self._take_all()
                return {name: self._became[name] for name in names if name in self._became}
        finally:
            self._awaited.subtract(names)

    def run(self, stop: CancelToken, *, left: float = 0.0, much: bool = False) -> None:
        """Take in what arrives, by whichever door and process, until ``stop`` says so.

        ``left``: only what nobody else has taken in for so many seconds. ``much``: files are made ready for what comes
        to this process.
        """
        with contextlib.ExitStack() as held:
            if much and self._catalog.home.take(held, _READY_LOCK):
                held.enter_context(self.inbox.made_ready())
            self._run(stop, left)

    def _run(self, stop: CancelToken, left: float) -> None:
        swept, waits_since = -_SWEEP_SECONDS, 0.0
        while not stop.cancelled:
            if time.monotonic() - swept > _SWEEP_SECONDS:
                self._sweep()
                swept = time.monotonic()
            pause = max(_LOOK_SECONDS, left / 10)
            if not self.inbox.waits(left):
                waits_since = 0.0
            elif not waits_since:
                waits_since = time.monotonic()
            if waits_since and (self.inbox.is_quiet(_QUIET) or time.monotonic() - waits_since > _NO_LONGER):
                waits_since = 0.0
                try:
                    with self._lock:
                        self._take_all()
                except FileroomError:  # an import is running, or the disk is full: it is tried again
                    pause = _BUSY_SECONDS
            self.inbox.make_ready()
            _wait(stop, pause)

    def _sweep(self) -> None:
        self.inbox.sweep()
        with contextlib.ExitStack() as held:  # who has files ready holds it
            if self._catalog.home.take(held, _READY_LOCK):
                self.inbox.clear_up()

    def _take_all(self) -> None:
        last: list[str] = []
        while (waiting := self.inbox.waiting()[:_AT_ONCE]) and waiting != last:
            with arrivals_lock(self._catalog.home):
                # Who waited for the lock may find them gone.
                some = [name for name in waiting if os.path.exists(self.inbox.path(name))]
                for who, names in groupby(sorted(some), key=who_sent):
                    self._take(who, list(names))
            last = waiting  # what could not be given its place still waits: it is not tried at once again

    def _take(self, who: str, names: list[str]) -> None:
        sitting = self._sitting(who)
        batch = _Batch(self._catalog, self._settings, self.inbox, sitting)
        with self._catalog.database.transaction() as cursor:
            batch.write(cursor, names)
        self._sittings[who] = replace(sitting, summary=batch.summary, last=time.monotonic())
        for name, stored in batch.became.items():
            self._became.keep(name, stored)
            self._leave(name, stored)

    def _leave(self, name: str, stored: Stored) -> None:
        """What was taken in leaves the inbox; so does what was not, when its sender is told."""
        with contextlib.suppress(FileNotFoundError):
            if stored.kept or self._awaited[name] > 0:
                os.unlink(self.inbox.path(name))
            else:
                self.inbox.put_aside(name)

    def _sitting(self, who: str) -> _Sitting:
        known = self._sittings.get(who)
        if known is not None and time.monotonic() - known.last < _SITTING:
            return known
        number, started = userdata.begin_import(self._catalog, [self.inbox.folder], who, KIND)
        summary = ImportSummary(
            id=number, roots=(self.inbox.folder,), started=started, state="done", files=0, who=who, kind=KIND
        )
        return _Sitting(summary, time.monotonic())


@dataclass(frozen=True, slots=True)
class _Sitting:
    """What came from one door without a long pause: its entry in the list of imports so far."""

    summary: ImportSummary
    last: float


class _Batch:
    """Some received files, into the catalog."""

    def __init__(self, catalog: Catalog, settings: Settings, inbox: Inbox, sitting: _Sitting) -> None:
        self._inbox = inbox
        self._sitting = sitting
        self._began = time.monotonic()
        self._tally = Tally()
        mounts = catalog.mounts()
        self._charsets = charset_rules.in_force(catalog, mounts)
        self._writer = Writer(catalog, sitting.summary.id, max_patients=settings.max_patients)
        key = catalog.key.derive("names of own files")
        self._links = _Linker(catalog.home.copies(), key, catalog)
        self._hand = _Hand(self._links, self._writer, self._tally, mounts)
        self._place = Place(inbox.folder, *mounts.locate(inbox.folder))
        self.summary = sitting.summary

    @property
    def became(self) -> dict[str, Stored]:
        """What became of each file that was taken in."""
        return self._hand.became

    def write(self, cursor: object, names: Sequence[str]) -> None:
        """Decide on the files and do it, and write their ledger."""
        paths = [(name, self._inbox.path(name)) for name in names]
        readings = [(name, self._charsets.read(path, partial(read_header, path))) for name, path in paths]
        uids = [reading.header.sop_instance_uid for _, reading in readings if reading.header is not None]
        self._writer.begin(cursor, uids)
        self._hand.begin()
        for name, reading in readings:
            entry = FileEntry(name, reading.size, reading.mtime_ns)
            self._hand.received(ReadFile(self._place, entry, None, reading))
        self._hand.done()
        self._writer.finish()
        if self._writer.added.patients:
            persons.settle(cursor)
        self.summary = self._summed()
        userdata.save_import(cursor, self.summary)

    def _summed(self) -> ImportSummary:
        before, added = self._sitting.summary, self._writer.added
        outcomes = Counter(before.outcomes) + self._tally.outcomes
        return replace(
            before,
            ended=now(),
            files=outcomes.total(),
            outcomes={outcome: outcomes[outcome] for outcome in Outcome},
            patients=before.patients + added.patients,
            studies=before.studies + added.studies,
            series=before.series + added.series,
            instances=before.instances + added.instances,
            bytes=before.bytes + self._tally.bytes,
            seconds=before.seconds + time.monotonic() - self._began,
        )


class _Linker(Copier):
    """Gives what lies in the inbox its place by a second name; no byte is copied where the disk knows links."""

    def __init__(self, files: Path, key: bytes, catalog: Catalog) -> None:
        super().__init__(files, key, CancelToken(), lambda uid, size, digest: stands(catalog, uid, size, digest))

    def _copy(self, path: str, reading: Reading) -> Copy:
        """The file itself. Its digest is taken now: its sender has not had to wait for it."""
        try:
            with open(path, "rb", buffering=0) as file:
                return Copy(path, reading.size, hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise NoCopyError(Outcome.UNREADABLE, reason_of(error)) from error

    def drop(self, path: str) -> None:
        """It leaves the inbox when the catalog has been written."""
        self._pop(path)

    def _put_there(self, copy: Copy, path: str) -> bool:
        try:
            os.link(copy.path, path, follow_symlinks=False)
        except FileExistsError:
            return self._is_the_same(copy, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return super()._put_there(replace(copy, path=self._copied(copy.path)), path)
        self._unsynced.add(os.path.dirname(path))
        return True

    def _is_the_same(self, copy: Copy, path: str) -> bool:
        """Whether a crash fell between this very name and the catalog."""
        with contextlib.suppress(OSError):
            return os.path.samefile(copy.path, path)
        return False

    def _copied(self, path: str) -> str:
        """A copy under a temporary name, where the file system knows no links."""
        temporary = os.path.join(self.files, INCOMING, secrets.token_hex(8))
        shutil.copyfile(path, temporary)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        return temporary


@dataclass(slots=True)
class _Now:
    """The file that is being decided on."""

    name: str = ""
    header: Header | None = None


class _Hand(CopyHand):
    """As with copies, but the path in the inbox is not remembered: it goes."""

    def __init__(self, links: _Linker, writer: Writer, tally: Tally, mounts: Mounts) -> None:
        super().__init__(links, writer, tally, mounts)
        self._now = _Now()
        self.became: dict[str, Stored] = {}

    def received(self, item: ReadFile) -> None:
        """Decide on one file and do it."""
        self._now = _Now(item.entry.name, item.reading.header)
        self.file(item)

    def line(
        self,
        place: Place,
        name: str,
        said: tuple[Outcome, Reason, str],
        size: int,
        brought: Brought | None = None,
    ) -> None:
        """Count it, write its line, and remember what is to be told the sender."""
        super().line(place, name, said, size, brought)
        outcome, reason, detail = said
        self.became[self._now.name] = Stored(outcome=outcome, reason=reason, detail=detail, header=self._now.header)

    def carry_out(self, item: ReadFile, header: Header, series: SeriesRow, decision: Decision) -> None:
        """A file that is there already need not be kept again, unless it is out of reach now."""
        if decision.outcome is Outcome.DUPLICATE and not self._is_at_hand(decision):
            decision = replace(decision, act=Act.ATTACH)
            self._keep(item, header, series, decision)
        elif decision.outcome is Outcome.DUPLICATE:
            self._need_not(item, decision)
        else:
            self._keep(item, header, series, decision)

    def _is_at_hand(self, decision: Decision) -> bool:
        files = decision.instance.files if decision.instance else ()
        paths = (self._mounts.absolute(file.filesystem_id, file.path) for file in files if not file.conflict)
        return any(path is not None and os.path.exists(path) for path in paths)

    def _keep(self, item: ReadFile, header: Header, series: SeriesRow, decision: Decision) -> None:
        path = os.path.join(item.place.path, item.entry.name)
        try:
            copy = self._copier.take(path, item.reading)
            placed = self._placed(item, copy, header, decision)
        except NoCopyError:
            return  # it is safe where it is, and tried again
        self._copied(item, placed, header, series, decision)
        self._writer.holds(placed.place.mount, placed.place.inside, placed.entry.name, copy.sha256)

    def _copied(self, item: ReadFile, placed: ReadFile, header: Header, series: SeriesRow, decision: Decision) -> None:
        said, brought = self._do(placed, header, series, decision)
        self._writer.move_home(series.id, self._writer.drive(self._own))
        self.line(placed.place, placed.entry.name, said, item.reading.size, brought)

    def _remember(self, item: ReadFile, outcome: Outcome, instance_id: int | None) -> None:
        """The path in the inbox goes: nothing is remembered of it."""

    def _leave_out(self, item: ReadFile, said: tuple[Outcome, Reason, str]) -> None:
        self.line(item.place, item.entry.name, said, item.reading.size)


def store(receiver: Receiver, parts: Iterable[bytes | Iterable[bytes]], who: str) -> list[Stored]:
    """Receive whole files (PS3.10), each as bytes or as pieces of them; says what became of each."""
    became: list[Stored | str] = []
    for part in parts:
        with receiver.inbox.begin(who) as arrival:
            for piece in (part,) if isinstance(part, bytes) else part:
                arrival.write(piece)
            became.append(keep(arrival.finish(), arrival.keep))
    names = [one for one in became if isinstance(one, str)]
    told = receiver.take_in(names)
    waiting = Stored(outcome=None, reason=None)
    return [told.get(one, waiting) if isinstance(one, str) else one for one in became]


def keep(reading: Reading, take: Callable[[], str]) -> Stored | str:
    """The name of a file that can be taken in; else what is wrong with it."""
    if reading.header is not None:
        return take()
    return Stored(
        outcome=reading.outcome or Outcome.UNREADABLE, reason=reading.reason or Reason.DAMAGED, detail=reading.detail
    )


def _wait(stop: CancelToken, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not stop.cancelled and time.monotonic() < until:
        time.sleep(0.05)
