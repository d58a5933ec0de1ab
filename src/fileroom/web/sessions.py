"""Sessions: archives in memory over what is not to be kept, each behind the same routes as the archive itself.

A session is reached below ``/sessions/ID/``; its id is random, and nothing of it is written anywhere. Several may be
open side by side. They end when they are closed, or with the server.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import Mount

from fileroom.errors import Busy, CatalogError, FileroomError, NotFound
from fileroom.web.door import Door, Patience
from fileroom.web.jobs import JobBoard
from fileroom.web.problems import HANDLERS, of_error, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from fileroom.archive import Archive
    from fileroom.web.sign_in import SignIn

MOST = 16  # each may hold a whole disc
_CLOSED = "There is no such session, or it was closed."
ENDING = 10.0  # seconds for what is being read of a medium to come to its end


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One archive in memory that somebody looks at."""

    id: str
    label: str
    kind: str
    opened: str
    archive: Archive
    jobs: JobBoard
    app: ASGIApp

    @property
    def address(self) -> str:
        """Where it is reached, on this server."""
        return f"/sessions/{self.id}"

    @property
    def page(self) -> str:
        """Where it is looked at first: files that were opened are told one by one."""
        return f"{self.address}/others" if self.archive.opened_others is not None else f"{self.address}/"

    def plain(self) -> dict[str, Any]:
        """The session as docs/http-api.md shows it."""
        return {
            "session": self.id,
            "url": f"{self.address}/",
            "page": self.page,
            "label": self.label,
            "kind": self.kind,
            "opened": self.opened,
        }


class Sessions:
    """The sessions of one server."""

    def __init__(self, routes: Sequence[BaseRoute], sign_in: SignIn, static: Path | None, house: Archive) -> None:
        self._routes = routes
        self._sign_in = sign_in
        self._static = static
        self._house = house  # whose audit trail says that they were opened
        self._lock = threading.Lock()
        self._open: dict[str, Session] = {}  # oldest first

    def add(self, archive: Archive) -> Session:
        """Let ``archive`` (of :meth:`Archive.ephemeral`) be looked at; its source is looked through from now on.

        It is closed with the session. Busy when there are too many.
        """
        jobs = JobBoard(archive)
        door = Door(archive=archive, jobs=jobs, sign_in=self._sign_in, static=self._static, patience=Patience())
        key = secrets.token_urlsafe(16)

        async def went_wrong(_: Request, error: Exception) -> Response:
            if key not in self._open:
                return refusal(404, _CLOSED)
            if isinstance(error, FileroomError):
                return of_error(error)
            return refusal(500, "Something went wrong inside fileroom.")

        app = Starlette(
            routes=self._routes, exception_handlers={**HANDLERS, CatalogError: went_wrong, Exception: went_wrong}
        )
        app.router.redirect_slashes = False
        app.state.door = door
        medium = archive.medium
        label, kind = ("", "") if medium is None else (medium.label, medium.kind)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        session = Session(key, label, kind, now, archive, jobs, app)
        with self._lock:
            if len(self._open) >= MOST:
                raise Busy("Too many are open: close one first.")
            self._open[session.id] = session
        self._house.audit_session(archive)
        if medium is None or not medium.found.whole:  # else that was done, and the medium may be gone by now
            jobs.start_look()
        return session

    def all(self) -> list[Session]:
        """Every session that is open, oldest first."""
        with self._lock:
            return list(self._open.values())

    def get(self, session_id: str) -> Session:
        """That session. NotFound when it is closed, or never was."""
        try:
            return self._open[session_id]
        except KeyError:
            raise NotFound(_CLOSED) from None

    def close(self, session_id: str) -> None:
        """End a session and forget all of it. It may take a moment. NotFound when there is none."""
        with self._lock:
            session = self._open.pop(session_id, None)
        if session is None:
            raise NotFound(_CLOSED)
        _end(session)

    def close_all(self) -> None:
        """End every session."""
        for session in self.all():
            with contextlib.suppress(NotFound):  # somebody else was faster
                self.close(session.id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the name of the session that the address names; nothing of the answer may be kept."""

        async def not_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(name, value) for name, value in message.get("headers", ()) if name != b"cache-control"]
                message["headers"] = [*given, (b"cache-control", b"no-store")]
            await send(message)

        session = self.get(scope["path_params"]["session"])
        try:
            await session.app(scope, receive, not_kept)
        except Exception:
            if session.id in self._open:
                raise
            # It was closed while this was being answered, and who asked was told so: nothing for the log.


def mount(sessions: Sessions) -> Mount:
    """The route to all of them."""
    return Mount("/sessions/{session}", app=sessions)


def _end(session: Session) -> None:
    session.jobs.close()
    session.jobs.join(ENDING)
    session.archive.close()
