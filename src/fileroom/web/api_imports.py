"""/api/imports and /api/jobs: bringing folders in, watching it, and what became of every path."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, TypedDict

from fileroom.errors import BadRequest, NotFound
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.plain import plain
from fileroom.web.answers import answer, flag, in_threads, json_answer, read_json, stream, texts, to_json
from fileroom.web.door import Door, patiently
from fileroom.web.parameters import Parameters
from fileroom.web.places import asked_path, missing
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from fileroom.model.ledger import ImportSummary, LedgerEntry
    from fileroom.web.jobs import Event

PATIENCE = 8.0  # seconds for a drive to say whether a path exists
FIRST_WORD = 0.5  # seconds for an import to say that it cannot begin
MAX_LIMIT = 1000


async def start(request: Request) -> Response:
    """Begin an import."""
    door = Door.of(request)
    asked = await read_json(request)
    paths = [asked_path(path) for path in texts(asked, "paths")]
    copy = flag(asked, "copy")
    if await patiently(partial(missing, paths), PATIENCE):
        raise BadRequest("A path does not exist, or fileroom may not look at it.")
    job = door.jobs.start(paths, copy=copy)
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def rebuild(request: Request) -> Response:
    """Begin to read again what the archive knows: all of it, or what lies under some paths."""
    door = Door.of(request)
    asked = await read_json(request)
    paths = [asked_path(path) for path in texts(asked, "paths")] if asked.get("paths") else []
    if await patiently(partial(missing, paths), PATIENCE):
        raise BadRequest("A path does not exist, or fileroom may not look at it.")
    job = door.jobs.start_rebuild(paths)
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def relink(request: Request) -> Response:
    """Begin to look for files that were moved by hand; they are followed when the body says so."""
    door = Door.of(request)
    asked = await read_json(request)
    path = asked_path(texts({"path": [asked.get("path")]}, "path")[0])
    follow = flag(asked, "follow")
    if await patiently(partial(missing, [path]), PATIENCE):
        raise BadRequest("The path does not exist, or fileroom may not look at it.")
    job = door.jobs.start_relink(path, dry_run=not follow)
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def imports(request: Request) -> Response:
    """Past imports, newest first."""
    limit, offset = _page(Parameters(request))
    return await answer(request, lambda archive: archive.imports(limit=limit, offset=offset))


async def one_import(request: Request) -> Response:
    """The summary of one import."""
    import_id = _import_id(request)
    return await answer(request, lambda archive: archive.import_summary(import_id))


async def ledger(request: Request) -> Response:
    """What became of every path of an import."""
    import_id, parameters = _import_id(request), Parameters(request)
    limit, offset = _page(parameters)
    only = _only(parameters)
    return await answer(request, lambda archive: archive.ledger(import_id, **only, limit=limit, offset=offset))


class _Only(TypedDict):
    outcome: Outcome | None
    reason: Reason | None


def _only(parameters: Parameters) -> _Only:
    """Which lines of a ledger are asked for."""
    outcome, reason = parameters.text("outcome"), parameters.text("reason")
    if outcome and outcome not in set(Outcome):
        raise BadRequest(f"“outcome” may be one of: {', '.join(Outcome)}.")
    if reason and reason not in set(Reason):
        raise BadRequest(f"“reason” may be one of: {', '.join(Reason)}.")
    return {"outcome": Outcome(outcome) if outcome else None, "reason": Reason(reason) if reason else None}


async def ledger_csv(request: Request) -> Response:
    """The whole ledger as a table, to keep."""
    import_id, only = _import_id(request), _only(Parameters(request))
    door = Door.of(request)
    await door.ask(lambda archive: archive.import_summary(import_id))
    # Excel takes a table for UTF-8 only when it begins with a byte order mark.
    lines = chain(["\ufeff"], door.archive.ledger_csv(import_id, **only))
    return _download(request, (line.encode() for line in lines), f"import-{import_id}.csv", "text/csv; charset=utf-8")


async def ledger_json(request: Request) -> Response:
    """The import and its whole ledger as one object, to keep."""
    import_id, only = _import_id(request), _only(Parameters(request))
    door = Door.of(request)
    summary = await door.ask(lambda archive: archive.import_summary(import_id))
    lines = _json_lines(summary, door.archive.ledger_lines(import_id, **only))
    return _download(request, lines, f"import-{import_id}.json", "application/json")


def _json_lines(summary: ImportSummary, entries: Iterable[LedgerEntry]) -> Iterator[bytes]:
    yield b'{"import":' + to_json(plain(summary)) + b',"ledger":['
    for place, entry in enumerate(entries):
        yield (b",\n" if place else b"\n") + to_json(plain(entry))
    yield b"\n]}\n"


def _download(request: Request, pieces: Iterator[bytes], name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return stream(request, in_threads(pieces), media_type=media_type, headers=headers)


async def reasons(request: Request) -> Response:
    """Its ledger, counted by outcome and reason."""
    import_id = _import_id(request)
    return await answer(request, lambda archive: archive.reasons(import_id))


async def undo(request: Request) -> Response:
    """Take back exactly what it brought in; the files stay."""
    import_id = _import_id(request)
    removed = await Door.of(request).ask(lambda archive: archive.undo_import(import_id))
    return json_answer({"removed": removed})


def _page(parameters: Parameters) -> tuple[int, int]:
    return parameters.number("limit", 200, 1, MAX_LIMIT), parameters.number("offset", 0, 0)


def _import_id(request: Request) -> int:
    given: str = request.path_params["id"]
    if not (given.isascii() and given.isdigit() and len(given) < 18):  # noqa: PLR2004 - digits that fit 64 bits
        raise NotFound("There is no such import.")
    return int(given)


async def jobs(request: Request) -> Response:
    """The running import and the last ones of this server."""
    return json_answer([job.plain() for job in Door.of(request).jobs.all()])


async def job(request: Request) -> Response:
    """One of them."""
    return json_answer(Door.of(request).jobs.get(request.path_params["job"]).plain())


async def cancel(request: Request) -> Response:
    """Ask an import to end; what it has done stays."""
    found = Door.of(request).jobs.get(request.path_params["job"])
    if found.automatic:
        raise BadRequest("A pass over a watched folder ends by itself; its switch stops the watching.")
    found.cancel.cancel()
    return json_answer(found.plain(), 202)


async def events(request: Request) -> Response:
    """Follow an import by server-sent events."""
    board = Door.of(request).jobs
    found = board.get(request.path_params["job"])
    return stream(request, _lines(board.events(found)), media_type="text/event-stream")


async def _lines(happenings: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    async for event in happenings:
        if event.kind == "pulse":
            yield b": still here\n\n"
        else:
            yield b"event: %b\ndata: %b\n\n" % (event.kind.encode(), to_json(event.data))


ROUTES = [
    Route("/api/imports", get=imports, post=start),
    Route("/api/imports/{id}", get=one_import),
    Route("/api/imports/{id}/ledger", get=ledger),
    Route("/api/imports/{id}/ledger.csv", get=ledger_csv),
    Route("/api/imports/{id}/ledger.json", get=ledger_json),
    Route("/api/imports/{id}/reasons", get=reasons),
    Route("/api/imports/{id}/undo", post=undo),
    Route("/api/rebuild", post=rebuild),
    Route("/api/relink", post=relink),
    Route("/api/jobs", get=jobs),
    Route("/api/jobs/{job}", get=job, delete=cancel),
    Route("/api/jobs/{job}/events", get=events),
]
