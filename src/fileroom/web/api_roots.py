"""/api/roots: the folders that were brought in, and what is to become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.errors import BadRequest, NotFound
from fileroom.web.answers import answer, json_answer, read_json
from fileroom.web.door import Door
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

FIRST_WORD = 0.5  # seconds for an import to say that it cannot begin


async def roots(request: Request) -> Response:
    """The list, and whether each can be reached."""
    return await answer(request, lambda archive: archive.roots())


async def root(request: Request) -> Response:
    """One of them."""
    root_id = _root_id(request)
    return await answer(request, lambda archive: archive.root(root_id))


async def change(request: Request) -> Response:
    """Turn its switch."""
    root_id, watched = _root_id(request), (await read_json(request)).get("watched")
    if not isinstance(watched, bool):
        raise BadRequest("“watched” must be true or false.")
    return await answer(request, lambda archive: archive.set_watched(root_id, watched=watched))


async def forget(request: Request) -> Response:
    """Take it from the list, and its images from the archive; the files stay."""
    root_id = _root_id(request)
    return json_answer({"removed": await Door.of(request).ask(lambda archive: archive.forget_root(root_id))})


async def restore(request: Request) -> Response:
    """Take that back."""
    root_id = _root_id(request)
    return json_answer({"restored": await Door.of(request).ask(lambda archive: archive.restore_root(root_id))})


async def import_again(request: Request) -> Response:
    """Begin an import of it, wherever its drive is mounted now."""
    root_id, door = _root_id(request), Door.of(request)
    path = await door.ask(lambda archive: archive.root_path(root_id))
    job = door.jobs.start([path])
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


def _root_id(request: Request) -> int:
    given: str = request.path_params["id"]
    if not (given.isascii() and given.isdigit() and len(given) < 18):  # noqa: PLR2004 - digits that fit 64 bits
        raise NotFound("There is no such folder in the list.")
    return int(given)


ROUTES = [
    Route("/api/roots", get=roots),
    Route("/api/roots/{id}", get=root, patch=change, delete=forget),
    Route("/api/roots/{id}/restore", post=restore),
    Route("/api/roots/{id}/import", post=import_again),
]
