"""What every handler has at hand: the archive, the jobs, the sign-in, and threads to wait in."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio import CapacityLimiter, fail_after, to_thread

from fileroom.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

    from fileroom.archive import Archive
    from fileroom.web.jobs import JobBoard
    from fileroom.web.sessions import Sessions
    from fileroom.web.sign_in import SignIn

T = TypeVar("T")

# A browser opens six connections, and each read waits for a disk or for SQLite; more threads than this only
# take the interpreter from each other.
THREADS = 16


class Patience:
    """Waiting for what reads a medium, which may hang, but not for ever: the threads that hang are left behind.

    While any of them still hangs, others are given up sooner: a browser has six connections, and wants to go on with
    what can be read.
    """

    def __init__(self, seconds: float = 30.0, meanwhile: float = 3.0) -> None:
        self._seconds = seconds
        self._meanwhile = meanwhile
        self._hanging = 0
        self._lock = threading.Lock()

    async def ask(self, call: Callable[[Archive], T], archive: Archive, limiter: CapacityLimiter) -> T:
        """``call`` in a thread. Unavailable when it takes too long."""
        given_up, done = False, False

        def run() -> T:
            nonlocal done
            try:
                return call(archive)
            finally:
                with self._lock:
                    done = True
                    self._hanging -= given_up

        try:
            with fail_after(self._meanwhile if self._hanging else self._seconds):
                return await to_thread.run_sync(run, limiter=limiter, abandon_on_cancel=True)
        except TimeoutError:
            with self._lock:
                given_up = not done
                self._hanging += given_up
            raise Unavailable("The medium does not answer.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The HTTP door of one archive. ``static`` is the folder of the built viewer, None when there is none."""

    archive: Archive
    jobs: JobBoard
    sign_in: SignIn
    static: Path | None
    sessions: Sessions | None = None  # None behind the door of a session: there are none within
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(THREADS))
    patience: Patience | None = None  # with what may hang: the medium of a session

    @staticmethod
    def of(request: Request) -> Door:
        """The door that this request came through."""
        door = request.app.state.door
        assert isinstance(door, Door)  # noqa: S101 - app.state is untyped; create_app puts it there
        return door

    @property
    def open_sessions(self) -> Sessions:
        """The sessions of this server. NotFound within one."""
        if self.sessions is None:
            raise NotFound("There is nothing here.")
        return self.sessions

    def let_go(self) -> None:
        """Let all who watch go, here and in every session: the server ends."""
        self.jobs.close()
        for session in self.open_sessions.all():
            session.jobs.close()

    async def ask(self, call: Callable[[Archive], T]) -> T:
        """``call`` with the archive, in a thread: the loop never waits for a disk."""
        if self.patience is None:
            return await to_thread.run_sync(call, self.archive, limiter=self.limiter)
        return await self.patience.ask(call, self.archive, self.limiter)


async def patiently(call: Callable[[], T], seconds: float) -> T:
    """``call`` in a thread of its own, for at most so long; Unavailable when it has not come back.

    For folders on drives that may hang: the thread is left behind, takes no place from others, and does not keep
    the program from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            tell = partial(_settle, answer, call())
        except Exception as error:  # noqa: BLE001 - it is handed over, not swallowed
            tell = partial(_fail, answer, error)
        try:
            loop.call_soon_threadsafe(tell)
        except RuntimeError:  # the loop has ended meanwhile: nobody waits any more
            return

    threading.Thread(target=run, name="fileroom-patience", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, seconds)
    except TimeoutError:
        raise Unavailable("The folder does not answer.") from None


def _settle(answer: asyncio.Future[T], value: T) -> None:
    if not answer.done():
        answer.set_result(value)


def _fail(answer: asyncio.Future[T], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
