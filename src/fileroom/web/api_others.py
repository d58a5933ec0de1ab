"""/api/others: files of other kinds, opened for a look; and series as such files."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from fileroom.archive import Archive
from fileroom.errors import BadRequest, NotFound
from fileroom.model.others import Others
from fileroom.web.answers import json_answer, ranged, read_json, refuse_over, texts
from fileroom.web.door import Door, patiently
from fileroom.web.places import asked_path
from fileroom.web.problems import TooLarge
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

PATIENCE = 120.0  # seconds; what is packed is read to its end once
MOST_HANDED_IN = 2 << 30  # bytes that a page may hand in: they are held in memory as long as they are looked at
TOO_MUCH = "These files are too large to be handed in by a page: open them by their path."
MOST_HEADER = 1 << 20
PIECE = 1 << 18
HANDED_IN = "application/vnd.fileroom.files"
A_MOMENT = 0.3
FORMS = ("nii.gz", "nrrd", "dicom")


async def open_others(request: Request) -> Response:
    """Open files by their paths, or those that come with the request, as a session."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == HANDED_IN:
        paths, files = [], await _handed_in(request)
    else:
        asked = await read_json(request)
        paths, files = [asked_path(path) for path in texts(asked, "paths")], {}
    door = Door.of(request)
    archive = await patiently(partial(Archive.others, paths, files, settings=door.archive.settings), PATIENCE)
    try:
        session = door.open_sessions.add(archive)
    except BaseException:
        archive.close()
        raise
    if paths:
        await door.ask(lambda house: house.note_paths(paths))
    return json_answer({**session.plain(), "others": _plain(archive.opened_others)}, 201)


async def _handed_in(request: Request) -> dict[str, bytes]:
    """Files in the body of a request: a line of JSON with their names and sizes, then one after the other.

    They stay in memory: the way of multipart forms would put them into temporary files.
    """
    body = bytearray()
    refuse_over(request, MOST_HANDED_IN, TOO_MUCH)
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_HANDED_IN:
            raise TooLarge(TOO_MUCH)
    line, end, _ = bytes(body[:MOST_HEADER]).partition(b"\n")
    try:
        listed = json.loads(line)
        sizes = [(str(one["name"]), int(one["size"])) for one in listed]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadRequest("The list of files before them is not understood.") from None
    view, at, files = memoryview(body), len(line) + len(end), {}
    for name, size in sizes:
        if size < 0 or at + size > len(body) or not name or name.endswith(("/", "\\")):
            raise BadRequest("The files are not as long as their list says.")
        files[name.replace("\\", "/").lstrip("/")] = bytes(view[at : at + size])
        at += size
    return files


async def recent(request: Request) -> Response:
    """The files that were opened by their paths, if the user wants that to be kept."""
    return json_answer(await Door.of(request).ask(lambda house: house.recent_paths()))


async def keep(request: Request) -> Response:
    """Switch that on or off; off forgets what was kept."""
    wanted = (await read_json(request)).get("keep")
    if not isinstance(wanted, bool):
        raise BadRequest("“keep” is true or false.")
    await Door.of(request).ask(lambda house: house.keep_paths(keep=wanted))
    return await recent(request)


async def forget(request: Request) -> Response:
    """Forget what was kept."""
    await Door.of(request).ask(lambda house: house.forget_paths())
    return Response(status_code=204)


async def others(request: Request) -> Response:
    """What the files of this session are, and which could not be opened; none in that of a disc."""
    return json_answer(_plain(Door.of(request).archive.opened_others))


def _plain(told: Others | None) -> dict[str, Any]:
    """Without what is asked of single images."""
    told = told or Others()
    return {"label": told.label, "images": told.images, "failures": told.failures}


async def video(request: Request) -> Response:
    """A video as it is, or the stretch of it that the browser wants to play."""
    told = Door.of(request).archive.opened_others
    number = request.path_params["number"]
    if told is None or number >= len(told.videos):
        raise NotFound("There is no such video.")
    file = told.videos[number]

    async def chunks(begin: int, length: int) -> AsyncIterator[bytes]:
        for at in range(begin, begin + length, PIECE):
            yield await patiently(partial(file.read_at, at, min(PIECE, begin + length - at)), PATIENCE)

    await patiently(partial(file.read_at, 0, 1), PATIENCE)  # a file that is gone is told before the answer begins
    return ranged(request, chunks, file.size, "video/mp4", {}, f"{number} {file.size}")


async def label_map(request: Request) -> Response:
    """The labels in a series that is a map of such."""
    series = request.path_params["id"]
    archive = Door.of(request).archive
    return json_answer(await patiently(partial(archive.label_map, series), PATIENCE))


async def convert(request: Request) -> Response:
    """Begin to write a series as one file; DICOM images in a ZIP."""
    asked: dict[str, Any] = await read_json(request)
    form = asked.get("form")
    if not isinstance(form, str) or form not in FORMS:
        raise BadRequest("“form” must be nii.gz, nrrd or dicom.")
    jobs = Door.of(request).jobs
    job = jobs.start_conversion(request.path_params["id"], form)
    await jobs.first_word(job, A_MOMENT)
    return json_answer({"job": job.id}, 202)


async def file(request: Request) -> Response:
    """The file that a conversion made; it is handed out once, and forgotten."""
    job = Door.of(request).jobs.get(request.path_params["job"])
    if not job.made:
        raise NotFound("There is no file to fetch.")
    conversion, data = job.made.pop()
    headers = {"Content-Disposition": f'attachment; filename="{conversion.name.encode("ascii", "replace").decode()}"'}
    return Response(data, media_type=conversion.media_type, headers=headers)


OPENING = [
    Route("/api/others", post=open_others),
    Route("/api/others/recent", get=recent, put=keep, delete=forget),
]
OPENED = [  # in a session
    Route("/api/others", get=others),
    Route("/api/others/videos/{number:int}", get=video),
    Route("/api/series/{id}/label-map", get=label_map),
]
CONVERTING = [
    Route("/api/series/{id}/convert", post=convert),
    Route("/api/jobs/{job}/file", get=file),
]
