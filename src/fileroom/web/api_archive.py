"""/api: what the archive holds, its pictures, and forgetting."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from fileroom.errors import BadRequest, NotFound
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level, Patient, Series, Study
from fileroom.model.queries import Query
from fileroom.tabular import row
from fileroom.web.answers import (
    answer,
    flag,
    in_threads,
    json_answer,
    matches,
    not_modified,
    read_json,
    stream,
    texts,
    to_json,
)
from fileroom.web.door import Door
from fileroom.web.parameters import Parameters
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

    from fileroom.archive import Archive, Picture

DEFAULT_LIMIT = 200
MAX_LIMIT = 1000


# For each list its level, and the parameters that name an entry above it.
LISTS: dict[str, tuple[Level, tuple[str, ...]]] = {
    "patients": (Level.PATIENT, ()),
    "studies": (Level.STUDY, ("patient",)),
    "series": (Level.SERIES, ("patient", "study")),
    "instances": (Level.INSTANCE, ("patient", "study", "series")),
}


async def status(request: Request) -> Response:
    """What archive this is."""
    return await answer(request, lambda archive: archive.status())


async def entries(level: Level, parents: tuple[str, ...], request: Request) -> Response:
    """A page of patients, studies, series or instances."""
    query = _query(level, parents, Parameters(request))
    return await answer(request, lambda archive: archive.search(query))


def _query(level: Level, parents: tuple[str, ...], parameters: Parameters) -> Query:
    above = [value for name in parents if (value := parameters.text(name))]
    if len(above) > 1:
        raise BadRequest("Only one entry can be searched below.")
    order = parameters.text("order")
    return Query(
        level=level,
        words=parameters.text("q").strip(),
        parent=above[0] if above else None,
        drive=parameters.number("drive", 0, 0) or None,
        state=_state(parameters.text("state")),
        order=tuple(order.split(",")) if order else (),
        limit=parameters.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
        offset=parameters.number("offset", 0, 0),
    )


EXPORTS = {"csv": "text/csv; charset=utf-8", "json": "application/x-ndjson"}


async def export(request: Request) -> Response:
    """A whole list, or all that a search finds, as a table to keep."""
    name, form = request.path_params["list"], request.path_params["form"]
    if name not in LISTS or form not in EXPORTS:
        raise NotFound("there is no such table")
    query = replace(_query(*LISTS[name], Parameters(request)), limit=None, offset=0)
    archive = Door.of(request).archive
    if form == "csv":  # Excel takes a table for UTF-8 only when it begins with a byte order mark
        pieces = (line.encode() for line in chain(["\ufeff"], archive.export_csv(query)))
    else:
        pieces = (to_json(row(query.level, entry)) + b"\n" for entry in archive.walk(query))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return stream(request, in_threads(pieces), media_type=EXPORTS[form], headers=headers)


def _state(text: str) -> State | None:
    if text and text not in set(State):
        raise BadRequest(f"“state” may be one of: {', '.join(State)}.")
    return State(text) if text else None


async def drives(request: Request) -> Response:
    """The drives that something of the archive lies on."""
    return await answer(request, lambda archive: archive.drives())


async def attributes(request: Request) -> Response:
    """All attributes of an instance, from its file."""
    instance_id = request.path_params["id"]
    return await answer(request, lambda archive: archive.attributes(instance_id))


LEVELS: dict[type, Level] = {
    Patient: Level.PATIENT,
    Study: Level.STUDY,
    Series: Level.SERIES,
    Instance: Level.INSTANCE,
}


async def entry(request: Request) -> Response:
    """One entry with all that is known."""
    entry_id = request.path_params["id"]

    def get(archive: Archive) -> dict[str, Any]:
        found = archive.get(entry_id)
        return {"level": LEVELS[type(found)], "entry": found}

    return await answer(request, get)


async def images(request: Request) -> Response:
    """All that a viewer needs to show a series."""
    series_id = request.path_params["id"]
    return await answer(request, lambda archive: archive.images(series_id))


async def display(request: Request) -> Response:
    """What some images need besides to be shown or measured."""
    instance_id = request.path_params["id"]
    return await answer(request, lambda archive: archive.display(instance_id))


async def thumbnail(request: Request) -> Response:
    """The small picture of a series."""
    series_id = request.path_params["id"]

    def get(archive: Archive) -> tuple[Picture, str] | None:
        picture = archive.thumbnail(series_id)
        return None if picture is None else (picture, _tag(picture.data))

    found = await Door.of(request).ask(get)
    if found is None:
        return Response(status_code=204)
    picture, tag = found
    headers = {"ETag": tag}
    if matches(request, tag):
        return not_modified(headers)
    return Response(picture.data, headers=headers, media_type=picture.media_type)


def _tag(data: bytes) -> str:
    return f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'


async def remove(request: Request) -> Response:
    """Forget entries; their files stay."""
    ids = texts(await read_json(request), "ids")
    return json_answer({"removed": await Door.of(request).ask(lambda archive: archive.forget(ids))})


async def restore(request: Request) -> Response:
    """Take the forgetting back."""
    ids = texts(await read_json(request), "ids")
    return json_answer({"restored": await Door.of(request).ask(lambda archive: archive.restore(ids))})


async def would_purge(request: Request) -> Response:
    """Which copies of removed entries a purge would delete."""
    return await answer(request, lambda archive: archive.purge(dry_run=True))


async def purge(request: Request) -> Response:
    """Delete them. A body that does not say so is no order."""
    if not flag(await read_json(request), "delete"):
        raise BadRequest("Nothing is deleted unless “delete” is true.")
    return json_answer(await Door.of(request).ask(lambda archive: archive.purge()))


ROUTES = [
    Route("/api/status", get=status),
    *(Route(f"/api/{name}", get=partial(entries, *how)) for name, how in LISTS.items()),
    Route("/api/export/{list}.{form}", get=export),
    Route("/api/drives", get=drives),
    Route("/api/instances/{id}/attributes", get=attributes),
    Route("/api/entries/{id}", get=entry),
    Route("/api/series/{id}/images", get=images),
    Route("/api/series/{id}/thumbnail", get=thumbnail),
    Route("/api/instances/{id}/display", get=display),
    Route("/api/remove", post=remove),
    Route("/api/restore", post=restore),
    Route("/api/purge", get=would_purge, post=purge),
]
