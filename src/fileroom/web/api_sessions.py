"""/api/sessions: discs, sticks and images that are looked at and not kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from fileroom.archive import Archive
from fileroom.sources.removable import plugged_in
from fileroom.web.answers import json_answer, read_json, texts
from fileroom.web.door import Door, patiently
from fileroom.web.places import asked_path
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

PATIENCE = 60.0  # seconds; a disc that was just put in takes its time


async def media(_: Request) -> Response:
    """The discs and sticks that are plugged in now; none is touched."""
    return json_answer([medium.plain() for medium in await patiently(plugged_in, PATIENCE)])


async def sessions(request: Request) -> Response:
    """Every open session."""
    return json_answer([session.plain() for session in Door.of(request).open_sessions.all()])


async def open_session(request: Request) -> Response:
    """Open a medium (a folder, the image of a disc, a drive) as a session."""
    door = Door.of(request)
    asked = await read_json(request)
    path = asked_path(texts({"path": [asked.get("path")]}, "path")[0])
    archive = await patiently(partial(Archive.ephemeral, path, settings=door.archive.settings), PATIENCE)
    try:
        session = door.open_sessions.add(archive)
    except BaseException:
        archive.close()
        raise
    return json_answer(session.plain(), 201)


async def close_session(request: Request) -> Response:
    """Close a session: all of it is forgotten."""
    sessions = Door.of(request).open_sessions
    session_id = request.path_params["session"]
    sessions.get(session_id)
    await patiently(partial(sessions.close, session_id), PATIENCE)
    return Response(status_code=204)


ROUTES = [
    Route("/api/media", get=media),
    Route("/api/sessions", get=sessions, post=open_session),
    Route("/api/sessions/{session}", delete=close_session),
]
