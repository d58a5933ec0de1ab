"""Imports as jobs: they run in a thread, and any number of pages may watch.

A watcher is only told *that* something changed, and then takes the newest state: one that is slow misses states
in between, and never makes the import wait.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fileroom.errors import Busy, FileroomError, NotFound
from fileroom.jobs import CancelToken, Progress
from fileroom.model import plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from fileroom.archive import Archive
    from fileroom.model import ImportSummary

log = logging.getLogger("fileroom.web")

KEPT = 20  # finished jobs that are still told about
PACE = 0.1  # seconds between two events of one watcher
PULSE = 15.0  # seconds of silence after which a sign of life is sent
WALKING = Progress(phase="walking")


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
    """One import: its newest progress while it runs, its summary afterwards."""

    id: str
    cancel: CancelToken = field(default_factory=CancelToken)
    state: str = "running"
    progress: Progress = WALKING
    summary: ImportSummary | None = None
    message: str = ""
    error: FileroomError | None = None
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
            "state": self.state,
            "progress": plain(self.progress),
            "summary": plain(self.summary),
            "message": self.message,
        }

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
    """The jobs of one archive, one running at a time."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}  # oldest first
        self._thread: threading.Thread | None = None
        self._closing = False

    def start(self, paths: Sequence[str]) -> Job:
        """Begin an import. Busy when one is running here."""
        with self._lock:
            if self._closing or any(job.running for job in self._jobs.values()):
                raise Busy("An import is running already.")
            job = Job(secrets.token_hex(8))
            self._jobs[job.id] = job
            for old in list(self._jobs)[:-KEPT]:
                del self._jobs[old]
            # A daemon, for a drive that hangs must not keep the program from ending; the catalog bears that.
            self._thread = threading.Thread(target=self._run, args=(job, list(paths)), name="import", daemon=True)
            self._thread.start()
        return job

    def _run(self, job: Job, paths: list[str]) -> None:
        def on_progress(progress: Progress) -> None:
            job.progress = progress
            job.changed()

        state = "failed"
        try:
            job.summary = self._archive.bring_in(paths, who="page", on_progress=on_progress, cancel=job.cancel)
            state, job.message = job.summary.state, job.summary.message
        except FileroomError as error:
            job.error, job.message = error, str(error)
        except Exception as error:  # noqa: BLE001 - nobody above us: the job tells it
            log.error("import: %s", type(error).__name__)  # noqa: TRY400 - a traceback could hold a path
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
            jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel.cancel()
            job.changed()

    def join(self, seconds: float) -> bool:
        """Wait until the import has put down what it holds; False when it has not within so long."""
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()
