"""/api: what the user says of entries: notes, labels, and who is the same person."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from fileroom.errors import BadRequest, NotFound
from fileroom.model.entries import Level
from fileroom.model.queries import SavedSearch
from fileroom.model.rules import CHARSETS, Verdict
from fileroom.web.answers import answer, json_answer, read_json, texts
from fileroom.web.door import Door
from fileroom.web.parameters import Parameters
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

FIRST_WORD = 0.5  # seconds for a reading to say that it cannot begin


async def note(request: Request) -> Response:
    """Write a note on an entry."""
    entry_id, body = request.path_params["id"], await read_json(request)
    text = body.get("text")
    if not isinstance(text, str):
        raise BadRequest("“text” must be a text.")
    await Door.of(request).ask(lambda archive: archive.set_note(entry_id, text))
    return Response(status_code=204)


async def entry_labels(request: Request) -> Response:
    """Put labels on an entry, and take all others away."""
    entry_id, body = request.path_params["id"], await read_json(request)
    wanted = [] if body.get("labels") == [] else texts(body, "labels")
    await Door.of(request).ask(lambda archive: archive.set_labels(entry_id, wanted))
    return Response(status_code=204)


async def labels(request: Request) -> Response:
    """All labels in use."""
    return await answer(request, lambda archive: archive.labels())


async def matches(request: Request) -> Response:
    """Who might be the same person."""
    return await answer(request, lambda archive: archive.possible_matches())


async def rules(request: Request) -> Response:
    """What was said of who is who."""
    return await answer(request, lambda archive: archive.rules())


async def decide(request: Request) -> Response:
    """Say that patients are the same person, or that they are not."""
    body = await read_json(request)
    ids = texts(body, "ids")
    try:
        verdict = Verdict(str(body.get("verdict")))
    except ValueError:
        raise BadRequest("“verdict” must be “same” or “different”.") from None
    return await answer(request, lambda archive: archive.decide(verdict, ids))


async def take_back(request: Request) -> Response:
    """Forget a rule."""
    number = request.path_params["id"]
    if not number.isdecimal():
        raise NotFound("there is no such rule")
    await Door.of(request).ask(lambda archive: archive.take_back(int(number)))
    return Response(status_code=204)


async def recent(request: Request) -> Response:
    """What was opened last."""
    limit = Parameters(request).number("limit", 20, 1, 100)
    return await answer(request, lambda archive: archive.recent(limit=limit))


async def opened(request: Request) -> Response:
    """Remember that something was opened."""
    entry_id = texts(await read_json(request), "ids")[0]
    await Door.of(request).ask(lambda archive: archive.opened(entry_id))
    return Response(status_code=204)


async def forget_recent(request: Request) -> Response:
    """Forget what was opened."""
    await Door.of(request).ask(lambda archive: archive.forget_recent())
    return Response(status_code=204)


async def searches(request: Request) -> Response:
    """The searches that are kept."""
    return await answer(request, lambda archive: archive.saved_searches())


async def save_search(request: Request) -> Response:
    """Keep a search."""
    body = await read_json(request)
    name, level, words = (body.get(key) for key in ("name", "level", "words"))
    if not isinstance(name, str) or not isinstance(words, str) or level not in set(Level):
        raise BadRequest("A search has a “name”, a “level” and “words”.")
    search = SavedSearch(name=name, level=Level(str(level)), words=words)
    await Door.of(request).ask(lambda archive: archive.save_search(search))
    return Response(status_code=204)


async def drop_search(request: Request) -> Response:
    """Forget a search."""
    name = request.path_params["name"]
    await Door.of(request).ask(lambda archive: archive.drop_search(name))
    return Response(status_code=204)


async def charsets(request: Request) -> Response:
    """The character sets that were set, and those that may be."""
    return await answer(request, lambda archive: {"known": tuple(CHARSETS), "rules": archive.charsets()})


async def set_charset(request: Request) -> Response:
    """Set one for a root or a patient, and begin to read their files again."""
    body, door = await read_json(request), Door.of(request)
    root, patient, charset = (body.get(key) for key in ("root", "patient", "charset"))
    entry = root if isinstance(root, int) and patient is None else patient
    if not isinstance(entry, (int, str)) or isinstance(entry, bool) or (root is not None and patient is not None):
        raise BadRequest("Name either a “root” by its number or a “patient” by its id.")
    if not isinstance(charset, str) or charset not in {"", *CHARSETS}:
        raise BadRequest("“charset” must be one of those that GET lists, or empty.")
    job = door.jobs.start_charset(partial(door.archive.set_charset, entry, charset))
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def unset_charset(request: Request) -> Response:
    """Take one back, and begin to read its files again."""
    number, door = request.path_params["id"], Door.of(request)
    if not number.isdecimal():
        raise NotFound("there is no such rule")
    job = door.jobs.start_charset(partial(door.archive.unset_charset, int(number)))
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


ROUTES = [
    Route("/api/charsets", get=charsets, post=set_charset),
    Route("/api/charsets/{id}", delete=unset_charset),
    Route("/api/entries/{id}/note", put=note),
    Route("/api/entries/{id}/labels", put=entry_labels),
    Route("/api/labels", get=labels),
    Route("/api/recent", get=recent, post=opened, delete=forget_recent),
    Route("/api/searches", get=searches, post=save_search),
    Route("/api/searches/{name:path}", delete=drop_search),
    Route("/api/matches", get=matches),
    Route("/api/rules", get=rules, post=decide),
    Route("/api/rules/{id}", delete=take_back),
]
