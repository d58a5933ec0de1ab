"""/api/series/…/surface: the surface of a volume as a file for 3D printers and other programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from fileroom.errors import BadRequest, NotFound
from fileroom.web.answers import json_answer, read_json
from fileroom.web.door import Door
from fileroom.web.jobs import Kind
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

FIRST_WORD = 0.5  # seconds for it to say that there is no volume


async def start(request: Request) -> Response:
    """Begin to make one."""
    door = Door.of(request)
    asked = await read_json(request)
    level, downsample = asked.get("level"), asked.get("downsample", 1)
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not math.isfinite(level):
        raise BadRequest("“level” is a number.")
    if isinstance(downsample, bool) or not isinstance(downsample, int):
        raise BadRequest("“downsample” is a whole number.")
    job = door.jobs.start_surface(request.path_params["id"], level=float(level), downsample=downsample)
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def fetch(request: Request) -> Response:
    """What was made. It is given once: the file is not sealed, and does not stay."""
    board = Door.of(request).jobs
    job = board.get(request.path_params["job"])
    if job.kind is not Kind.SURFACE or job.state != "done" or job.file is None:
        raise NotFound("There is no file of this job (any more).")
    done = BackgroundTask(board.forget_file, job)
    return FileResponse(job.file, media_type="model/stl", filename="surface.stl", background=done)


ROUTES = [
    Route("/api/series/{id}/surface", post=start),
    Route("/api/jobs/{job}/surface", get=fetch),
]
