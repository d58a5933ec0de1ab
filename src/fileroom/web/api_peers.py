"""/api/peers: other DICOM nodes: who they are, what they have, fetching from them and sending to them.

What proves to a node who we are goes in and never comes out.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.responses import Response

from fileroom.errors import BadRequest, NotFound, PeerError, Unavailable
from fileroom.model.peers import Peer, PeerKind, PeerTrouble
from fileroom.model.queries import Page
from fileroom.web.answers import answer, flag, json_answer, read_json, texts
from fileroom.web.door import Door, patiently
from fileroom.web.parameters import Parameters
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from fileroom.archive import Archive

T = TypeVar("T")
FIRST_WORD = 0.5  # seconds for a fetch to say that it cannot begin
PATIENCE = 120.0  # seconds; longer than a node is waited for by those who ask it
MOST_STUDIES = 1000
# Digits and dots (PS3.5 9.1), but some nodes have others: programs that take names out make UIDs with letters. No
# character that asks for more than one (PS3.4 C.2.2.2), none that means something in an address, and nothing like "..".
_UID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


async def peers(request: Request) -> Response:
    """The other nodes that are known."""
    return await answer(request, lambda archive: archive.peers())


async def set_peer(request: Request) -> Response:
    """Keep a node, in place of one of this name."""
    asked = await read_json(request)
    peer, secret = _peer(asked), asked.get("secret")
    if secret is not None and not isinstance(secret, str):
        raise BadRequest("“secret” is a text.")

    def keep(archive: Archive) -> Peer:
        archive.set_peer(peer, secret=_secret(archive, peer, secret))
        return archive.peer(peer.name)

    return await answer(request, keep)


def _peer(asked: dict[str, Any]) -> Peer:
    kind, port = asked.get("kind"), asked.get("port", 0)
    if kind not in set(PeerKind):
        raise BadRequest(f"“kind” may be one of: {', '.join(PeerKind)}.")
    if isinstance(port, bool) or not isinstance(port, int):
        raise BadRequest("“port” is a whole number.")
    if kind == PeerKind.DICOMWEB:
        return Peer(name=_text(asked, "name"), kind=PeerKind.DICOMWEB, url=_text(asked, "url").rstrip("/"))
    return Peer(
        name=_text(asked, "name"),
        kind=PeerKind.DIMSE,
        title=_text(asked, "title"),
        host=_text(asked, "host"),
        port=port,
        calls=flag(asked, "calls"),
        tls=flag(asked, "tls"),
    )


def _secret(archive: Archive, peer: Peer, given: str | None) -> str | None:
    """What to keep as its secret: one that was given for another address is not shown to this one."""
    if given is not None:
        return given
    try:
        before = archive.peer(peer.name)
    except NotFound:
        return None
    return None if (before.kind, before.url) == (peer.kind, peer.url) else ""


async def remove(request: Request) -> Response:
    """Forget a node and its secret."""
    name = _text(await read_json(request), "name")
    await Door.of(request).ask(lambda archive: archive.remove_peer(name))
    return Response(status_code=204)


async def echo(request: Request) -> Response:
    """Whether a node answers."""
    name = _text(await read_json(request), "name")
    await _ask(request, lambda archive: archive.echo_peer(name))
    return Response(status_code=204)


async def studies(request: Request) -> Response:
    """Studies of a node, by words of the search box."""
    parameters = Parameters(request)
    name, words = parameters.text("peer"), parameters.text("q").strip()
    limit = parameters.number("limit", 200, 1, MOST_STUDIES)
    return json_answer(await _ask(request, lambda archive: archive.ask_peer(name, words, limit=limit)))


async def series(request: Request) -> Response:
    """The series of a study of a node."""
    parameters = Parameters(request)
    name, study = parameters.text("peer"), _uid(parameters.text("study"))
    found = await _ask(request, lambda archive: archive.series_at_peer(name, study))
    return json_answer(Page(found, total=len(found)))


async def fetch(request: Request) -> Response:
    """Begin to fetch a study, or some of its series."""
    asked = await read_json(request)
    wanted = [_uid(one) for one in texts(asked, "series")] if asked.get("series") else []
    study, name = _uid(_text(asked, "study")), await _known(request, asked)
    return await _begun(request, lambda door: door.jobs.start_fetch(name, study, wanted))


async def send(request: Request) -> Response:
    """Begin to send entries."""
    asked = await read_json(request)
    ids, name = texts(asked, "ids"), await _known(request, asked)
    return await _begun(request, lambda door: door.jobs.start_send(name, ids))


async def _begun(request: Request, start: Callable[[Door], Any]) -> Response:
    door = Door.of(request)
    job = start(door)
    await door.jobs.first_word(job, FIRST_WORD)
    return json_answer({"job": job.id}, 202)


async def _known(request: Request, asked: dict[str, Any]) -> str:
    name = _text(asked, "peer")
    await Door.of(request).ask(lambda archive: archive.peer(name))
    return name


async def _ask(request: Request, call: Callable[[Archive], T]) -> T:
    """``call``, which waits for a node: it takes no place from those who ask for what is here."""
    try:
        return await patiently(partial(call, Door.of(request).archive), PATIENCE)
    except Unavailable:
        raise PeerError("the other node does not answer", reason=PeerTrouble.SILENT) from None


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(f"“{name}” is a text.")
    return value.strip()


def _uid(given: str) -> str:
    if not _UID.fullmatch(given):
        raise BadRequest("A study or series is named by its UID.")
    return given


ROUTES = [
    Route("/api/peers", get=peers, post=set_peer),
    Route("/api/peers/remove", post=remove),
    Route("/api/peers/echo", post=echo),
    Route("/api/peers/studies", get=studies),
    Route("/api/peers/series", get=series),
    Route("/api/peers/fetch", post=fetch),
    Route("/api/peers/send", post=send),
]
