"""/api/sessions: discs, sticks and images that are looked at and not kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from fileroom.archive import Archive
from fileroom.model.ledger import ImportSummary
from fileroom.model.plain import plain
from fileroom.sources.removable import plugged_in
from fileroom.web.answers import answer, json_answer, read_json, texts
from fileroom.web.door import Door, patiently
from fileroom.web.places import asked_path
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

FIRST_WORD = 0.5  # seconds for an import to say that it cannot begin
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


async def medium(request: Request) -> Response:
    """What is known of the medium of a session."""
    return await answer(request, lambda archive: archive.medium_found())


async def copy(request: Request) -> Response:
    """Begin to copy all images of the medium into memory, so that it can be ejected: a job of the session."""
    door = Door.of(request)
    job = door.jobs.start_carrying()
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def audit(request: Request) -> Response:
    """That sessions were opened, by whom and when."""
    return await answer(request, lambda archive: plain(archive.audit_trail()))


async def keep(request: Request) -> Response:
    """Begin to take entries of a session into the archive: a job of the archive."""
    door = Door.of(request)
    session = door.open_sessions.get(request.path_params["session"])
    ids = texts(await read_json(request), "ids")
    job = door.jobs.start_keep(session.archive, ids)
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def kept(request: Request) -> Response:
    """How far that is, and in the end which files could not be copied: only when there is none may it be ejected."""
    door = Door.of(request)
    session = door.open_sessions.get(request.path_params["session"])
    job = door.jobs.get(request.path_params["job"])
    failed: list[dict[str, str]] = []
    there = True
    if not job.running and isinstance(job.summary, ImportSummary):
        failed = await door.ask(partial(_failed, import_id=job.summary.id))
        there = not failed or await patiently(session.archive.medium_is_there, PATIENCE)
    over = not job.running and job.state == "done"
    return json_answer({**job.plain(), "failed": failed, "there": there, "safe": over and not failed})


async def stop_keeping(request: Request) -> Response:
    """Ask for the end of it; what was copied by then stays in the archive."""
    door = Door.of(request)
    door.open_sessions.get(request.path_params["session"])
    door.jobs.get(request.path_params["job"]).cancel.cancel()
    return Response(status_code=204)


def _failed(archive: Archive, import_id: int) -> list[dict[str, str]]:
    """The files of an import that were not copied, each with the reason."""
    return [{"name": line.path, "reason": line.reason.value} for line in archive.not_kept(import_id)]


IN_SESSION = [Route("/api/medium", get=medium), Route("/api/medium/copy", post=copy)]
ROUTES = [
    Route("/api/sessions/{session}/keep", post=keep),
    Route("/api/sessions/{session}/keep/{job}", get=kept, delete=stop_keeping),
    Route("/api/media", get=media),
    Route("/api/audit", get=audit),
    Route("/api/sessions", get=sessions, post=open_session),
    Route("/api/sessions/{session}", delete=close_session),
]
