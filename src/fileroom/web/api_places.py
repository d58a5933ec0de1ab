"""/api/places and /api/folder: the folder chooser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fileroom.errors import Unavailable
from fileroom.web import places
from fileroom.web.answers import json_answer
from fileroom.web.door import Door, patiently
from fileroom.web.parameters import Parameters
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from fileroom.archive import Archive

PATIENCE = 8.0  # seconds; a disk that spins up takes about five


async def list_places(request: Request) -> Response:
    """Home, drives, root, and what was imported lately."""
    recent = await Door.of(request).ask(_recent_roots)
    return json_answer(await patiently(partial(places.places, recent), PATIENCE))


def _recent_roots(archive: Archive) -> list[str]:
    roots = [root for summary in archive.imports(limit=20).items for root in summary.roots]
    return list(dict.fromkeys(roots))[:8]


async def list_folder(request: Request) -> Response:
    """One folder; without a path the user's home."""
    parameters = Parameters(request)
    path = places.asked_path(parameters.text("path") or "~")
    look = partial(places.folder, path)
    if parameters.text("with_files") == "true":
        look = partial(places.folder, path, with_files=True)
    try:
        found = await patiently(look, PATIENCE)
    except Unavailable:
        found = places.unreachable(path)
    return json_answer(found.plain())


ROUTES = [Route("/api/places", get=list_places), Route("/api/folder", get=list_folder)]
