"""Imports and checks as jobs: they run in a thread, and any number of pages may watch.

A watcher is only told *that* something changed, and then takes the newest state: one that is slow misses states
in between, and never makes the import wait.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fileroom.errors import Busy, Cancelled, FileroomError, NotFound
from fileroom.jobs import CancelToken, Progress
from fileroom.model.plain import plain
from fileroom.web.problems import code_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from fileroom.archive import Archive
    from fileroom.jobs import OnProgress
    from fileroom.model.checks import CheckReport
    from fileroom.model.ledger import ImportSummary, RelinkReport
    from fileroom.model.media import Carrying, Deidentify, MediaReport
    from fileroom.model.others import Conversion
    from fileroom.model.peers import Exchanged
    from fileroom.model.pictures import SurfaceReport

    Summary = (
        Carrying | ImportSummary | CheckReport | RelinkReport | Conversion | SurfaceReport | MediaReport | Exchanged
    )
    Work = Callable[[OnProgress, CancelToken], Summary]

log = logging.getLogger("fileroom.web")

KEPT = 20  # finished jobs that are still told about
PACE = 0.1  # seconds between two events of one watcher
PULSE = 15.0  # seconds of silence after which a sign of life is sent
WALKING = Progress(phase="walking")


class Kind(StrEnum):
    """What a job does."""

    IMPORT = "import"
    CHECK = "check"
    RELINK = "relink"
    CONVERSION = "conversion"
    SURFACE = "surface"
    FETCH = "fetch"
    SEND = "send"
    MEDIA = "media"
    CARRYING = "carrying"


_A = {
    Kind.IMPORT: "An import",
    Kind.CHECK: "A check",
    Kind.RELINK: "A relink",
    Kind.CONVERSION: "A conversion",
    Kind.SURFACE: "A surface",
    Kind.FETCH: "A fetch from another node",
    Kind.SEND: "Sending to another node",
    Kind.MEDIA: "A medium",
    Kind.CARRYING: "A copy into memory",
}


class Watch:
    """One watcher's bell; any thread may ring it, one loop hears it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._bell = asyncio.Event()
        self._rung = False

    def ring(self) -> None:
        """Something changed. What changed must be in its place already."""
        if self._rung:  # not heard yet: whoever hears it will look at the newest
            return
        self._rung = True
        try:
            self._loop.call_soon_threadsafe(self._bell.set)
        except RuntimeError:  # its loop is closed
            return

    async def heard(self, seconds: float) -> bool:
        """Wait until something changed; False when nothing did for so long."""
        try:
            await asyncio.wait_for(self._bell.wait(), seconds)
        except TimeoutError:
            return False
        self._bell.clear()
        self._rung = False  # before the state is looked at: a later change rings again
        return True


@dataclass(slots=True, eq=False)
class Job:
    """One import or check: its newest progress while it runs, its summary afterwards.

    An ``automatic`` one is a pass over a watched folder: nobody asked for it, and it gives way to the others.
    """

    id: str
    kind: Kind = Kind.IMPORT
    automatic: bool = False
    of: dict[str, Any] = field(default_factory=dict)  # what a page has to know that comes upon it
    cancel: CancelToken = field(default_factory=CancelToken)
    state: str = "running"
    progress: Progress = WALKING
    summary: Summary | None = None
    made: list[tuple[Conversion, bytes]] = field(default_factory=list)  # a file that waits to be fetched
    message: str = ""
    error: FileroomError | None = None
    file: Path | None = None  # what it makes, until it is fetched
    begun: bool = False  # it has reported once, or ended
    watches: set[Watch] = field(default_factory=set)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.state == "running"

    def plain(self) -> dict[str, Any]:
        """The job as docs/http-api.md shows it."""
        return {
            "job": self.id,
            "kind": self.kind.value,
            "automatic": self.automatic,
            "of": self.of,
            "state": self.state,
            "progress": plain(self.progress),
            "summary": plain(self.summary),
            "message": self.message,
            **self._why(),
        }

    def _why(self) -> dict[str, str]:
        """What a page says in its own language: the kind of error, and its reason where it has one."""
        if self.error is None:
            return {"code": "internal" if self.state == "failed" else "", "reason": "", "about": ""}
        return {"code": code_of(self.error), "reason": str(self.error.reason), "about": self.error.detail}

    def changed(self) -> None:
        """Ring for all who watch."""
        self.begun = True
        for watch in tuple(self.watches):
            watch.ring()


@dataclass(frozen=True, slots=True)
class Event:
    """Something for a watcher: ``progress`` or ``end`` with its data, or ``pulse``, a sign of life."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)


class JobBoard:
    """The jobs of one archive, one of each kind running at a time; passes over watched folders make room for them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}  # oldest first
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._end = CancelToken()
        self._pass: Job | None = None
        self._made: Path | None = None

    def watch(self) -> None:
        """Look after the watched folders from now on."""
        self._look_after(self._watch, "watch")

    def receive(self, *, left: float = 0.0) -> None:
        """Take in what is sent to the archive from now on, by this process or another; what was left for so long."""
        self._look_after(partial(self._receive, left), "receive")

    def _look_after(self, work: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _receive(self, left: float) -> None:
        try:
            self._archive.receive(stop=self._end, left=left)
        except Exception as error:  # noqa: BLE001 - nobody above us; what has arrived is safe and waits
            log.error("receiving has ended: %s", type(error).__name__)  # noqa: TRY400 - a traceback could hold a path

    def _watch(self) -> None:
        try:
            self._archive.watch(on_progress=self._passing, on_pass=self._passed, stop=self._end)
        except Exception as error:  # noqa: BLE001 - nobody above us; what was brought in is there all the same
            log.error("watching has ended: %s", type(error).__name__)  # noqa: TRY400 - a traceback could hold a path

    def _passing(self, progress: Progress) -> None:
        if self._pass is None:
            self._pass = Job(secrets.token_hex(8), automatic=True)
            with self._lock:
                self._keep(self._pass)
        self._pass.progress = progress
        self._pass.changed()

    def _passed(self, summary: ImportSummary | None) -> None:
        job, self._pass = self._pass, None
        if job is None:
            return
        if summary is None:
            with self._lock:
                self._jobs.pop(job.id, None)
        job.summary = summary
        job.state = "cancelled" if summary is None else summary.state
        job.changed()

    def _keep(self, job: Job) -> None:
        self._jobs[job.id] = job
        ended = [one.id for one in self._jobs.values() if not one.running]
        for old in ended[: max(0, len(self._jobs) - KEPT)]:
            self.forget_file(self._jobs.pop(old))

    def start(self, paths: Sequence[str], *, copy: bool = False) -> Job:
        """Begin an import. Busy when one is running here."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> ImportSummary:
            return self._archive.bring_in(list(paths), copy=copy, who="page", on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.IMPORT, work)

    def start_look(self) -> Job:
        """Begin to look through the source of an ephemeral archive. Busy when that is being done."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> ImportSummary:
            return self._archive.look_in(on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.IMPORT, work)

    def start_carrying(self) -> Job:
        """Begin to copy the medium of an ephemeral archive into memory. Busy when that is being done."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> Carrying:
            return self._archive.copy_into_memory(on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.CARRYING, work)

    def start_keep(self, session: Archive, ids: Sequence[str]) -> Job:
        """Begin to take entries of a session into this archive. Busy when an import is running here."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> ImportSummary:
            return self._archive.keep(session, ids, who="page", on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.IMPORT, work)

    def start_rebuild(self, paths: Sequence[str]) -> Job:
        """Begin to read all again, or what lies under ``paths``. Busy when an import is running here."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> ImportSummary:
            return self._archive.rebuild(list(paths), who="page", on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.IMPORT, work)

    def start_charset(self, change: Callable[..., ImportSummary]) -> Job:
        """Begin to read files by another character set: ``change`` does it. Busy when an import is running here."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> ImportSummary:
            return change(who="page", on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.IMPORT, work)

    def start_check(self, *, read_data: bool, sample: float) -> Job:
        """Begin a check. Busy when one is running here."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> CheckReport:
            return self._archive.check(read_data=read_data, sample=sample, on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.CHECK, work)

    def start_relink(self, path: str, *, dry_run: bool) -> Job:
        """Look for files that are not where they were, and unless ``dry_run`` follow them. Busy when one is running."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> RelinkReport:
            return self._archive.relink(path, dry_run=dry_run, who="page", on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.RELINK, work)

    def start_conversion(self, series_id: str, form: str) -> Job:
        """Begin to write a series as one file, which waits in memory to be fetched. Busy when one is being made."""
        made: list[tuple[Conversion, bytes]] = []

        def work(on_progress: OnProgress, cancel: CancelToken) -> Conversion:
            made.append(self._archive.convert_to(series_id, form, on_progress=on_progress, cancel=cancel))
            return made[0][0]

        for old in self.all():  # what nobody fetched goes when the next one is made
            if not old.running:
                old.made.clear()
        job = self._begin(Kind.CONVERSION, work)
        job.made = made
        return job

    def start_fetch(self, peer: str, study: str, series: Sequence[str]) -> Job:
        """Begin to fetch a study from another node, or some of its series. Busy when something is fetched here."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> Exchanged:
            return self._archive.fetch_from_peer(peer, study, series, on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.FETCH, work, of={"peer": peer, "study": study, "series": list(series)})

    def start_send(self, peer: str, ids: Sequence[str]) -> Job:
        """Begin to send entries to another node. Busy when something is sent here."""

        def work(on_progress: OnProgress, cancel: CancelToken) -> Exchanged:
            return self._archive.send_to_peer(peer, ids, on_progress=on_progress, cancel=cancel)

        return self._begin(Kind.SEND, work, of={"peer": peer, "ids": list(ids)})

    def start_surface(self, series: str, *, level: float, downsample: int) -> Job:
        """Begin to make the surface of a series; the job's ``file`` is there when it is done. Busy when one is made."""
        made = self._room() / f"{secrets.token_hex(8)}.stl"

        def work(on_progress: OnProgress, cancel: CancelToken) -> SurfaceReport:
            return self._archive.surface(
                series, made, level=level, downsample=downsample, on_progress=on_progress, cancel=cancel
            )

        return self._begin(Kind.SURFACE, work, made)

    def start_media(
        self,
        ids: Sequence[str],
        form: str,
        folder: Path | None,
        *,
        password: str,
        deidentify: Deidentify | None,
        viewer: bool,
    ) -> Job:
        """Begin to write entries as a medium: to a new ``folder``, else the job's ``file`` is there when it is done.

        Busy when one is written.
        """
        made = folder or self._room() / f"{secrets.token_hex(8)}.{form}"

        def work(on_progress: OnProgress, cancel: CancelToken) -> MediaReport:
            return self._archive.write_media(
                ids,
                made,
                password=password,
                deidentify=deidentify,
                viewer=viewer,
                on_progress=on_progress,
                cancel=cancel,
            )

        for old in self.all():  # what nobody fetched goes when the next one is made
            if old.kind is Kind.MEDIA and not old.running:
                self.forget_file(old)
        return self._begin(Kind.MEDIA, work, None if folder else made)

    def _room(self) -> Path:
        """A folder that only this user may look into, gone when the server ends: what jobs make is not sealed."""
        with self._lock:
            if self._made is None:
                self._made = Path(tempfile.mkdtemp(prefix="fileroom-"))
            return self._made

    def forget_file(self, job: Job) -> None:
        """Delete what a job made: it was fetched, or nobody did."""
        if job.file is not None:
            job.file.unlink(missing_ok=True)
            job.file = None

    def _begin(self, kind: Kind, work: Work, file: Path | None = None, of: dict[str, Any] | None = None) -> Job:
        with self._lock:
            if self._closing or any(
                job.running and job.kind is kind and not job.automatic for job in self._jobs.values()
            ):
                raise Busy(f"{_A[kind]} is running already.")
            job = Job(secrets.token_hex(8), kind, file=file, of=of or {})
            self._keep(job)
            # A daemon, for a drive that hangs must not keep the program from ending; the catalog bears that.
            thread = threading.Thread(target=self._run, args=(job, work), name=kind.value, daemon=True)
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
            thread.start()
        return job

    def _run(self, job: Job, work: Work) -> None:
        def on_progress(progress: Progress) -> None:
            job.progress = progress
            job.changed()

        state = "failed"
        try:
            summary = work(on_progress, job.cancel)
            job.summary, state = summary, summary.state
            job.message = getattr(summary, "message", "")
        except Cancelled as error:  # nothing was changed
            state, job.message = "cancelled", str(error)
        except FileroomError as error:
            job.error, job.message = error, str(error)
        except Exception as error:  # noqa: BLE001 - nobody above us: the job tells it
            log.error("%s: %s", job.kind, type(error).__name__)  # noqa: TRY400 - a traceback could hold a path
            job.message = "Something went wrong inside fileroom."
        job.state = state  # last: who sees the end sees all of it
        job.changed()

    def get(self, job_id: str) -> Job:
        """That job. NotFound when it is unknown or long gone."""
        try:
            return self._jobs[job_id]
        except KeyError:
            raise NotFound("There is no such job.") from None

    def all(self) -> list[Job]:
        """Every job that is still known, newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    async def first_word(self, job: Job, seconds: float) -> None:
        """Wait a moment for what an import says at once: that it reads, or that it cannot.

        What it refuses (another process imports, a folder cannot be opened) is raised, and the job is dropped.
        """
        watch = Watch()
        job.watches.add(watch)
        try:
            if not job.begun:
                await watch.heard(seconds)
        finally:
            job.watches.discard(watch)
        if job.error is not None:
            with self._lock:
                self._jobs.pop(job.id, None)
            raise job.error

    async def events(self, job: Job) -> AsyncIterator[Event]:
        """What happens to a job: its state now, each newer one, and its end. Ends when the board closes."""
        watch = Watch()
        job.watches.add(watch)
        try:
            while not self._over(job):
                yield Event("progress", plain(job.progress))
                await self._pause(job)
                while not self._over(job) and not await watch.heard(PULSE):
                    yield Event("pulse")
            if not job.running:
                yield Event("end", job.plain())
        finally:
            job.watches.discard(watch)

    def _over(self, job: Job) -> bool:
        """Whether there is nothing to wait for any more."""
        return self._closing or not job.running

    async def _pause(self, job: Job) -> None:
        """Keep to the pace, but let an end come through at once."""
        slices = 5
        for _ in range(slices):
            if self._over(job):
                return
            await asyncio.sleep(PACE / slices)

    def close(self) -> None:
        """Cancel what runs and let all who watch go. Returns at once; see :meth:`join`."""
        with self._lock:
            self._closing = True
            self._end.cancel()
            jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel.cancel()
            job.changed()
        if self._made is not None:
            shutil.rmtree(self._made, ignore_errors=True)

    def join(self, seconds: float) -> bool:
        """Wait until imports and checks have put down what they hold; False when they have not within so long."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)
