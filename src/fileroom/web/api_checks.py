"""/api/checks: is everything as it was recorded?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.errors import BadRequest, NotFound
from fileroom.model.checks import Trouble
from fileroom.web.answers import answer, json_answer, read_json
from fileroom.web.door import Door
from fileroom.web.parameters import Parameters
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MAX_LIMIT = 1000


async def start(request: Request) -> Response:
    """Begin a check."""
    body = await read_json(request)
    read_data, sample = body.get("read_data", False), body.get("sample", 1)
    if not isinstance(read_data, bool):
        raise BadRequest("“read_data” is true or false.")
    if isinstance(sample, bool) or not isinstance(sample, (int, float)) or not 0 <= sample <= 1:
        raise BadRequest("“sample” is a number from 0 to 1.")
    job = Door.of(request).jobs.start_check(read_data=read_data, sample=float(sample))
    return json_answer({"job": job.id}, 202)


async def checks(request: Request) -> Response:
    """The last checks, newest first."""
    limit, offset = _page(Parameters(request))
    return await answer(request, lambda archive: archive.checks(limit=limit, offset=offset))


async def one_check(request: Request) -> Response:
    """One of them."""
    check_id = _check_id(request)
    return await answer(request, lambda archive: archive.check_report(check_id))


async def findings(request: Request) -> Response:
    """What it found."""
    check_id, parameters = _check_id(request), Parameters(request)
    limit, offset = _page(parameters)
    wanted = parameters.text("trouble")
    if wanted and wanted not in set(Trouble):
        raise BadRequest(f"“trouble” may be one of: {', '.join(Trouble)}.")
    trouble = Trouble(wanted) if wanted else None
    return await answer(
        request, lambda archive: archive.findings(check_id, trouble=trouble, limit=limit, offset=offset)
    )


def _page(parameters: Parameters) -> tuple[int, int]:
    return parameters.number("limit", 200, 1, MAX_LIMIT), parameters.number("offset", 0, 0)


def _check_id(request: Request) -> int:
    given: str = request.path_params["id"]
    if not (given.isascii() and given.isdigit() and len(given) < 18):  # noqa: PLR2004 - digits that fit 64 bits
        raise NotFound("There is no such check.")
    return int(given)


ROUTES = [
    Route("/api/checks", get=checks, post=start),
    Route("/api/checks/{id}", get=one_check),
    Route("/api/checks/{id}/findings", get=findings),
]
