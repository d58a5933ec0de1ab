"""An import from start to end: walk ahead, read ahead, write in batches, obey the token, keep the ledger."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from fileroom.catalog import persons, userdata
from fileroom.catalog.known import KnownFiles, folders_with_files, holds_files, stands
from fileroom.catalog.store import FILES_FOLDER, OWN
from fileroom.catalog.writes import Writer, now
from fileroom.dicom.reading import read_header
from fileroom.errors import FileroomError, SourceError
from fileroom.intake.ahead import WalkAhead
from fileroom.intake.copying import Copier, sweep
from fileroom.intake.lock import import_lock
from fileroom.intake.plan import FolderPlan, plan_folder
from fileroom.intake.write import Batch, BroughtBack, Hand, Place, ReadFiles, Tally, write_batch
from fileroom.intake.write_copies import CopyHand
from fileroom.jobs import CancelToken, Progress
from fileroom.model import ImportSummary, Outcome
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.catalog.known import KnownFile
    from fileroom.catalog.store import Catalog
    from fileroom.dicom.reading import Reading
    from fileroom.intake.ahead import Met
    from fileroom.jobs import OnProgress
    from fileroom.settings import Settings
    from fileroom.sources.drives import Mount
    from fileroom.sources.folder import FileEntry, Listing

_CHUNK = 16  # files a reader takes at once
_AHEAD = 24  # chunks being read at once, or waiting to be written
_BATCH_SECONDS = 0.5  # first patients appear soon, and little is lost when the process dies
_PROGRESS_SECONDS = 0.1
_USUAL_COLLECTIONS = gc.get_threshold()
_COLLECT_EVERY = 200_000  # new objects; at 700, the usual, a third of the time of an import goes into it


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
    if not roots:
        raise SourceError("nothing to import was named")
    with import_lock(catalog.folder), _fewer_collections():
        sweep(os.path.realpath(catalog.folder / FILES_FOLDER))
        token = cancel or CancelToken()
        copier = _copier(catalog, token) if copy else None
        return _Import(catalog, settings, roots, who, on_progress, token, copier).run()


def _copier(catalog: Catalog, cancel: CancelToken) -> Copier:
    key = catalog.key.derive("names of own files")
    return Copier(catalog.folder / FILES_FOLDER, key, cancel, partial(stands, catalog))


@contextlib.contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for cyclic garbage rarely: an import makes a million values, none of them in cycles."""
    gc.set_threshold(_COLLECT_EVERY, *_USUAL_COLLECTIONS[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL_COLLECTIONS)


def _checked(path: str) -> str:
    whole = os.path.realpath(path)  # the same folder by another name is the same folder
    if not os.path.exists(whole):
        raise SourceError(f"{display(path)}: there is no such file or folder")
    return whole


def _outermost(paths: Sequence[str]) -> list[str]:
    """Each path once, without those that lie in another: every file has one outcome."""
    once = list(dict.fromkeys(paths))
    return [path for path in once if not any(path.startswith(os.path.join(other, "")) for other in once)]


@dataclass(slots=True)
class _Chunk:
    """Some files of a folder, being read."""

    place: Place
    files: Sequence[tuple[FileEntry, KnownFile | None]]
    future: Future[list[Reading]]


class _Import:
    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        roots: list[str],
        who: str,
        on_progress: OnProgress | None,
        cancel: CancelToken,
        copier: Copier | None,
    ) -> None:
        self._catalog = catalog
        self._settings = settings
        self._roots = roots
        self._on_progress = on_progress
        self._cancel = cancel
        self._copier = copier
        self._tally = Tally()
        self._mounts = catalog.mounts()
        self._started = time.monotonic()
        self._who = who
        self._id, self._started_at = userdata.begin_import(catalog, roots, who, "copy" if copier else "import")
        self._writer = Writer(catalog, self._id, max_patients=settings.max_patients)
        self._settled_patients = 0
        self._hand = (
            CopyHand(copier, self._writer, self._tally, self._mounts)
            if copier
            else Hand(self._writer, self._tally, self._mounts)
        )
        self._batch = Batch()
        self._last_write = self._started
        self._last_progress = 0.0
        self._walk = WalkAhead(roots, catalog, self._mounts)
        self._current = ""
        self._settled = 0
        self._read = 0
        self._visited: set[tuple[str, str]] = set()
        self._empty_roots: set[str] = set()
        self._messages: list[str] = []

    # -- the whole -------------------------------------------------------------------------------------------------

    def run(self) -> ImportSummary:
        state, message = "failed", ""
        pool = ThreadPoolExecutor(self._settings.readers, thread_name_prefix="fileroom-read")
        try:
            self._walk.start()
            self._write_roots()
            with self._catalog.database.latest() as cursor:
                self._known = KnownFiles(cursor)
                self._work(pool)
            state = "cancelled" if self._cancel.cancelled else "done"
            message = "; ".join(self._messages)
        except FileroomError as error:
            message = str(error)
            raise
        finally:
            self._walk.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            if state == "failed":
                self._batch = Batch()
            summary = self._write(state, message)
            if self._copier:
                self._copier.close()
            self._report("finishing", force=True)
        return summary

    def _write_roots(self) -> None:
        with self._catalog.database.transaction() as cursor:
            self._writer.begin(cursor)
            for root in self._roots:
                mount, inside = self._mounts.locate(root)
                # What is copied may go, and the archive's own folder is nobody's: neither is a root to look at again.
                if not self._copier and mount.filesystem_id != OWN:
                    self._writer.root(mount, inside)
            self._writer.finish()

    def _work(self, pool: ThreadPoolExecutor) -> None:
        """Keep the readers busy and write what they bring, in the order of the walk."""
        ahead: deque[_Chunk] = deque()
        for place, files in self._to_read():
            ahead.append(_Chunk(place, files, pool.submit(self._read_all, place.path, files)))
            while len(ahead) >= _AHEAD or (ahead and ahead[0].future.done()):
                self._take(ahead.popleft())
        while ahead:
            self._take(ahead.popleft())
        if self._cancel.cancelled:
            self._write_off_the_rest()
        else:
            self._find_gone_folders()

    def _take(self, chunk: _Chunk) -> None:
        readings = chunk.future.result()
        self._batch.read.append(ReadFiles(chunk.place, chunk.files, readings))
        for entry, _ in chunk.files[len(readings) :]:
            self._batch.cancelled.append((chunk.place, entry))
        self._read += len(readings)
        self._write_when_due()
        self._report("reading" if self._walk.finished else "walking")

    # -- the plan --------------------------------------------------------------------------------------------------

    def _to_read(self) -> Iterator[tuple[Place, Sequence[tuple[FileEntry, KnownFile | None]]]]:
        for met in self._walk.met():
            if self._cancel.cancelled:
                self._write_off(met)
                return
            place, listing = met.place, met.listing
            self._current = listing.path
            self._visited.add((place.mount.filesystem_id, place.inside))
            plan = self._plan(met)
            self._tally.outcomes[Outcome.UNCHANGED] += plan.unchanged
            # What needs no reading has its outcome already.
            self._settled += plan.unchanged + len(plan.brought_back) + len(listing.obstacles)
            batch = self._batch
            batch.back += plan.back
            batch.gone += plan.gone
            batch.brought_back += [BroughtBack(place, entry, row) for entry, row in plan.brought_back]
            batch.obstacles += [(place, obstacle) for obstacle in listing.obstacles]
            for chunk in _chunks(plan.read):
                yield place, chunk
            self._write_when_due()
            self._report("reading" if self._walk.finished else "walking")

    def _plan(self, met: Met) -> FolderPlan:
        place, listing = met.place, met.listing
        if listing.path == met.root and self._suddenly_empty(listing, place.mount, place.inside):
            listing = replace(listing, complete=False)
        elif met.stands:
            return FolderPlan(unchanged=len(listing.files))
        folder = self._known.folder(place.mount.filesystem_id, place.inside)
        known = self._known.files(folder, listing) if folder is not None else {}
        return plan_folder(listing, known, time.time_ns())

    def _suddenly_empty(self, listing: Listing, mount: Mount, inside: str) -> bool:
        """A root that held files and now shows nothing is an unplugged drive sooner than a tidied one."""
        if listing.files or listing.folders or listing.obstacles:
            return False
        if not holds_files(self._catalog, mount.filesystem_id, inside):
            return False
        self._empty_roots.add(listing.path)
        self._messages.append(f"{display(listing.path)} is empty now: what is known of it was left as it is")
        return True

    def _find_gone_folders(self) -> None:
        """Folders that were known under a root and no longer stand there: their files are gone, never deleted."""
        for root in self._roots:
            if root in self._empty_roots or not os.path.isdir(root):
                continue
            mount, inside = self._mounts.locate(root)
            for row, folder in folders_with_files(self._catalog, mount.filesystem_id, inside):
                if (mount.filesystem_id, folder) in self._visited:
                    continue
                path = self._mounts.absolute(mount.filesystem_id, folder)
                if path is not None and not os.path.lexists(path):
                    self._batch.gone += self._known.present(row)
                    self._write_when_due()

    def _write_off_the_rest(self) -> None:
        """Paths that were met but not reached before the end was asked for."""
        self._walk.hurry()
        for met in self._walk.met():
            self._write_off(met)
            self._write_when_due()

    def _write_off(self, met: Met) -> None:
        if met.stands:
            self._tally.outcomes[Outcome.UNCHANGED] += len(met.listing.files)
            return
        self._batch.cancelled += [(met.place, entry) for entry in met.listing.files]
        self._batch.obstacles += [(met.place, obstacle) for obstacle in met.listing.obstacles]

    # -- writing and telling ---------------------------------------------------------------------------------------

    def _write_when_due(self) -> None:
        due = time.monotonic() - self._last_write > _BATCH_SECONDS
        if len(self._batch) >= self._settings.batch or (due and len(self._batch)):
            self._write("running", "")

    def _write(self, state: str, message: str) -> ImportSummary:
        batch, self._batch = self._batch, Batch()
        with self._catalog.database.transaction() as cursor:
            self._writer.begin(cursor, batch.uids())
            write_batch(self._hand, self._writer, batch)
            self._writer.finish()
            if self._writer.added.patients > self._settled_patients:  # somebody new may be somebody known
                persons.settle(cursor)
                self._settled_patients = self._writer.added.patients
            summary = self._summary(state, message)
            userdata.save_import(cursor, summary)
        self._last_write = time.monotonic()
        return summary

    def _summary(self, state: str, message: str) -> ImportSummary:
        added = self._writer.added
        return ImportSummary(
            id=self._id,
            roots=tuple(self._roots),
            started=self._started_at,
            ended=now(),
            who=self._who,
            state=state,
            files=self._tally.outcomes.total(),
            outcomes={outcome: self._tally.outcomes[outcome] for outcome in Outcome},
            patients=added.patients,
            studies=added.studies,
            series=added.series,
            instances=added.instances,
            bytes=self._tally.bytes,
            seconds=time.monotonic() - self._started,
            message=message,
            kind="copy" if self._copier else "import",
        )

    def _read_all(self, folder: str, files: Sequence[tuple[FileEntry, KnownFile | None]]) -> list[Reading]:
        readings = []
        for entry, known in files:
            if self._cancel.cancelled:
                break
            path = os.path.join(folder, entry.name)
            readings.append(read_header(path))
            if self._copier and not (known and known.in_place):
                self._copier.ahead(path, readings[-1])
        return readings

    def _report(self, phase: str, *, force: bool = False) -> None:
        if self._on_progress is None:
            return
        now = time.monotonic()
        if not force and now - self._last_progress < _PROGRESS_SECONDS:
            return
        self._last_progress = now
        self._on_progress(self._progress(phase, now))

    def _progress(self, phase: str, now: float) -> Progress:
        seconds = max(now - self._started, 1e-9)
        seen, total = self._walk.seen, self._walk.seen if self._walk.finished else None
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


def _chunks(
    files: Sequence[tuple[FileEntry, KnownFile | None]],
) -> Iterator[Sequence[tuple[FileEntry, KnownFile | None]]]:
    for start in range(0, len(files), _CHUNK):
        yield files[start : start + _CHUNK]
