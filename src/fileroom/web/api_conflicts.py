"""/api/conflicts: files that claim to be one image, and which of them is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.errors import BadRequest
from fileroom.web.answers import answer, json_answer, read_json
from fileroom.web.door import Door
from fileroom.web.parameters import Parameters
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MAX_LIMIT = 200  # each of them means reading files


async def conflicts(request: Request) -> Response:
    """Images whose files have different content."""
    parameters = Parameters(request)
    series = parameters.text("series") or None
    limit, offset = parameters.number("limit", 50, 1, MAX_LIMIT), parameters.number("offset", 0, 0)
    return await answer(request, lambda archive: archive.conflicts(series=series, limit=limit, offset=offset))


async def choose(request: Request) -> Response:
    """Show this file of its image from now on."""
    file = await _file(request)
    return json_answer({"instance": await Door.of(request).ask(lambda archive: archive.choose(file).id)})


async def unchoose(request: Request) -> Response:
    """Take that back."""
    file = await _file(request)
    return json_answer({"instance": await Door.of(request).ask(lambda archive: archive.unchoose(file).id)})


async def _file(request: Request) -> int:
    file = (await read_json(request)).get("file")
    if isinstance(file, bool) or not isinstance(file, int) or not 0 < file < 2**63:
        raise BadRequest("“file” is the number of a file, as the list of conflicts has it.")
    return file


ROUTES = [
    Route("/api/conflicts", get=conflicts),
    Route("/api/choose", post=choose),
    Route("/api/unchoose", post=unchoose),
]
