"""/api/write-media: entries as DICOM media are written, to be saved as a ZIP or as the image of a disc."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from fileroom.errors import BadRequest, NotFound
from fileroom.model.media import Deidentify
from fileroom.web.answers import json_answer, read_json
from fileroom.web.door import Door
from fileroom.web.jobs import Kind
from fileroom.web.places import asked_path
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

FIRST_WORD = 0.5  # seconds for it to say that there is nothing to write
TYPES = {"zip": "application/zip", "iso": "application/x-iso9660-image"}
SWITCHES = frozenset(field.name for field in fields(Deidentify))


async def start(request: Request) -> Response:
    """Begin to write one."""
    door = Door.of(request)
    asked = await read_json(request)
    ids, form, password = asked.get("ids"), asked.get("form"), asked.get("password", "")
    folder = asked.get("path")
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
        raise BadRequest("“ids” is a list of ids.")
    if not isinstance(form, str) or form not in {*TYPES, "folder"}:
        raise BadRequest("“form” is zip, iso or folder.")
    if (form == "folder") != isinstance(folder, str):
        raise BadRequest("“path” is a new folder, for the form folder.")
    if not isinstance(password, str) or (password and form != "zip"):
        raise BadRequest("“password” is a text, for a zip.")
    viewer = asked.get("viewer", False)
    if not isinstance(viewer, bool):
        raise BadRequest("“viewer” is true or false.")
    wanted = _deidentify(asked.get("deidentify"))
    target = None if folder is None else _new_folder(folder)
    job = door.jobs.start_media(ids, form, target, password=password, deidentify=wanted, viewer=viewer)
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


def _new_folder(text: str) -> Path:
    """Where to write. Not a name that asks for a file (``.zip``): nobody would fetch it."""
    path = Path(asked_path(text))
    if path.suffix.lower() in {f".{form}" for form in TYPES}:
        raise BadRequest("A folder must not be called like a file.")
    return path


def _deidentify(asked: Any) -> Deidentify | None:
    if asked is None:
        return None
    if not isinstance(asked, dict) or not set(asked) <= SWITCHES:
        raise BadRequest(f"“deidentify” is null, or an object of {', '.join(sorted(SWITCHES))}.")
    if not all(isinstance(one, bool) for one in asked.values()):
        raise BadRequest("What is kept is said by true and false.")
    return Deidentify(**asked)


async def fetch(request: Request) -> Response:
    """What was written. It is given once: the file does not stay."""
    board = Door.of(request).jobs
    job = board.get(request.path_params["job"])
    if job.kind is not Kind.MEDIA or job.state != "done" or job.file is None:
        raise NotFound("There is no file of this job (any more).")
    form, done = job.file.suffix[1:], BackgroundTask(board.forget_file, job)
    return FileResponse(job.file, media_type=TYPES[form], filename=f"images.{form}", background=done)


ROUTES = [
    Route("/api/write-media", post=start),
    Route("/api/jobs/{job}/media", get=fetch),
]
