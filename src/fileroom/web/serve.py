"""Serving the door: a socket of our own on the loopback, uvicorn behind it, and a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from fileroom.loopback import listening
from fileroom.settings import NO_GUESTS
from fileroom.web import bounds, straight
from fileroom.web.app import create_app
from fileroom.web.jobs import JobBoard
from fileroom.web.sign_in import SignIn

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator

    from starlette.applications import Starlette

    from fileroom.archive import Archive
    from fileroom.settings import Guests
    from fileroom.web.door import Door
    from fileroom.web.sessions import Session

STATIC = Path(__file__).parent / "static"
GRACE = 3  # seconds that answers under way have to finish at the end
IMPORT_GRACE = 30.0  # seconds that a cancelled import has to put down what it holds
LEFT = 30.0  # seconds after which what a node was sent is taken in here: its own process has died, or is busy
log = logging.getLogger("fileroom.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A server that answers.

    ``url`` opens the app and works once; ``token`` is the secret that programs send for as long as it runs;
    ``stop`` ends it, from any thread.
    """

    url: str
    token: str
    dicomweb: str
    port: int
    stop: Callable[[], None]


def serve(
    archive: Archive,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[Ready], None] | None = None,
    static: Path | None = None,
    session: Archive | None = None,
    guests: Guests = NO_GUESTS,
    node: bool = False,
) -> None:
    """Serve ``archive`` until SIGINT or SIGTERM, or until ``Ready.stop`` is called.

    Port 0 takes a free one. ``static`` is the folder of the built viewer, by default the one beside this file. With
    ``session`` (of :meth:`Archive.ephemeral`) that is what is opened, as a session of this server. ``node``: the DIMSE
    door runs beside, in a process of its own, and takes in what is sent to it.
    Busy when the port is taken.
    """
    listener = listening(host, port)
    try:
        real_port = listener.getsockname()[1]
        # The jar of a browser is one for all ports: two archives must not throw out each other's sessions.
        sign_in = SignIn(archive.check_token, cookie=f"fileroom-{real_port}")
        jobs = JobBoard(archive)
        folder = static or STATIC
        static = folder if folder.is_dir() else None
        app = create_app(archive, static=static, sign_in=sign_in, jobs=jobs, served=[host], guests=guests)
        server = _Server(_config(app, _protocol(app, host, guests)), app.state.door)
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{real_port}"
        begun = None if session is None else _begun(app, session)
        page, at = (f"{address}/", address) if begun is None else (address + begun.page, address + begun.address)
        server.ready = Ready(
            url=f"{page}?token={sign_in.issue()}",
            token=sign_in.bearer,
            dicomweb=f"{at}/dicomweb",
            port=real_port,
            stop=server.stop,
        )
        server.on_ready = on_ready
        try:
            jobs.watch()
            jobs.receive(left=LEFT if node else 0.0)
            server.run(sockets=[listener])
        finally:
            jobs.close()
            if not jobs.join(IMPORT_GRACE):
                log.warning("an import did not come to its end; what it had written is kept")
        if server.failure is not None:
            raise server.failure
    finally:
        listener.close()


def _begun(app: Starlette, archive: Archive) -> Session:
    """A session that was begun with the server."""
    door: Door = app.state.door
    return door.open_sessions.add(archive)


def _protocol(app: Starlette, host: str, guests: Guests) -> Any:
    """What reads requests: uvicorn's httptools, bounded, behind a desk where the system has what that takes."""
    if not straight.USABLE:
        return bounds.protocol()
    from fileroom.web.sending import protocol

    return protocol(straight.Desk.of(app, [host], guests))


def _config(app: Callable[..., Any], http: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=http,
        ws="none",
        lifespan="on",
        # An address holds UIDs and search words: no access log, and nothing of uvicorn's own.
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which tells when it is ready and lets watchers go before it waits for them."""

    ready: Ready
    on_ready: Callable[[Ready], None] | None = None
    failure: Exception | None = None

    def __init__(self, config: uvicorn.Config, door: Door) -> None:
        super().__init__(config)
        self._door = door

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.on_ready is None:
            return
        try:  # in a thread: it may open a browser, which asks at once
            await asyncio.to_thread(self.on_ready, self.ready)
        except Exception as error:  # noqa: BLE001 - it is raised by serve, after an end in good order
            self.failure = error
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._door.let_go()  # the event streams end now; uvicorn would wait for them
        await super().shutdown(sockets)

    def stop(self) -> None:
        """End the server; safe from any thread."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """As uvicorn's, but a signal that was obeyed is not raised again: :func:`serve` returns."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
