"""The app: routes, the gate before them, and what becomes of errors."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware

from fileroom.settings import NO_GUESTS
from fileroom.web import (
    api_archive,
    api_checks,
    api_conflicts,
    api_contents,
    api_imports,
    api_measurements,
    api_others,
    api_peers,
    api_places,
    api_roots,
    api_said,
    api_session,
    api_sessions,
    api_surface,
    api_write_media,
    dicomweb,
    openapi,
    pages,
    wado,
)
from fileroom.web.door import Door
from fileroom.web.gate import DATA, Origins, OwnHost, OwnPages, SecurityHeaders, SignedIn
from fileroom.web.jobs import JobBoard
from fileroom.web.problems import HANDLERS, Guard
from fileroom.web.routing import Nowhere
from fileroom.web.sessions import Sessions, mount
from fileroom.web.sign_in import SignIn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path

    from fileroom.archive import Archive
    from fileroom.settings import Guests


def create_app(
    archive: Archive,
    *,
    static: Path | None,
    sign_in: SignIn | None = None,
    jobs: JobBoard | None = None,
    served: Collection[str] = (),
    guests: Guests = NO_GUESTS,
) -> Starlette:
    """The HTTP door of ``archive`` as an ASGI app.

    ``static`` is the folder of the built viewer, None when there is none; ``served`` are names of this machine,
    besides those of the loopback, that a Host header may hold.
    """
    sign_in = sign_in or SignIn(archive.check_token)
    inside = (*_OF_ANY_ARCHIVE, *api_sessions.IN_SESSION, *api_others.OPENED, *_NOTHING_ELSE, *pages.ROUTES)
    sessions = Sessions(inside, sign_in, static, archive)
    door = Door(
        archive=archive,
        jobs=jobs or JobBoard(archive),
        sign_in=sign_in,
        static=static,
        sessions=sessions,
    )
    app = Starlette(
        routes=[
            *_OF_ANY_ARCHIVE,
            *api_places.ROUTES,
            *api_sessions.ROUTES,
            *api_others.OPENING,
            *api_surface.ROUTES,
            *api_peers.ROUTES,
            *api_write_media.ROUTES,
            *_NOTHING_ELSE,
            mount(sessions),
            *pages.ROUTES,
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Guard),
            Middleware(OwnHost, served=served),
            Middleware(Origins, guests=guests),
            Middleware(OwnPages),
            Middleware(SignedIn, sign_in=door.sign_in, guests=guests),
        ],
        exception_handlers=HANDLERS,
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False  # an address is right or it is not
    app.state.door = door
    return app


# What an archive on the disk and one in memory have in common.
_OF_ANY_ARCHIVE = (
    *wado.ROUTES,  # frames first: they are asked for by the thousand, and routes are tried in turn
    *dicomweb.ROUTES,
    *api_session.ROUTES,
    *api_archive.ROUTES,
    *api_imports.ROUTES,
    *api_said.ROUTES,
    *api_measurements.ROUTES,
    *api_checks.ROUTES,
    *api_contents.ROUTES,
    *api_conflicts.ROUTES,
    *api_roots.ROUTES,
    *api_others.CONVERTING,
    *openapi.ROUTES,
)
_NOTHING_ELSE = tuple(Nowhere(tree + rest) for tree in DATA for rest in ("", "/{rest:path}"))  # never a page


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    app.state.door.jobs.close()
    await to_thread.run_sync(app.state.door.open_sessions.close_all)
