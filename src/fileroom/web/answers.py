"""Answers: JSON as the contract says, streams that obey HEAD, and entity tags."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from fileroom.errors import BadRequest
from fileroom.model.plain import plain
from fileroom.web.door import Door
from fileroom.web.problems import TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from fileroom.archive import Archive

MAX_BODY = 8 << 20
_PIECE = 64 << 10
_TOO_LARGE = "The request is too large."


def to_json(value: Any) -> bytes:
    """``value`` as UTF-8 JSON; a number that JSON does not know (NaN, infinity) becomes null."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def json_answer(value: Any, status: int = 200) -> Response:
    """``value``, a noun of the model or plain, as ``application/json``."""
    return Response(to_json(plain(value)), status_code=status, media_type="application/json")


async def answer(request: Request, call: Callable[[Archive], Any]) -> Response:
    """What the archive says to ``call``, as JSON; asked and put into words in a thread."""
    body = await Door.of(request).ask(lambda archive: to_json(plain(call(archive))))
    return Response(body, media_type="application/json")


@dataclass(frozen=True, slots=True)
class Stretches:
    """Bytes that lie in a file and are to be sent from there: offset and length of each stretch."""

    path: str
    stretches: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        """How many bytes they are."""
        return sum(length for _, length in self.stretches)


class InPieces(Response):
    """A body of pieces that are all at hand. They are not put together first: pixels are large to copy.

    One with :class:`Stretches` among them is for :mod:`fileroom.web.straight` to send.
    """

    def __init__(self, pieces: Sequence[bytes | Stretches], *, headers: Mapping[str, str], media_type: str) -> None:
        length = {"Content-Length": str(sum(map(len, pieces)))}
        super().__init__(headers={**headers, **length}, media_type=media_type)
        self.pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send them one after the other."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in self.pieces if scope["method"] != "HEAD" else ():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


async def in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Small ``pieces`` that wait for a disk, made in a thread and gathered to larger ones."""

    def gather() -> bytes:
        gathered = bytearray()
        for piece in pieces:
            gathered += piece
            if len(gathered) >= _PIECE:
                break
        return bytes(gathered)

    while piece := await to_thread.run_sync(gather):
        yield piece


def stream(
    request: Request,
    chunks: AsyncIterator[bytes],
    *,
    media_type: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A body in pieces. HEAD gets the same headers, and no file is read for it."""
    body = _nothing() if request.method == "HEAD" else chunks
    return StreamingResponse(body, status_code=status, headers=headers, media_type=media_type)


def ranged(
    request: Request,
    chunks: Callable[[int, int], AsyncIterator[bytes]],
    size: int,
    media_type: str,
    headers: Mapping[str, str],
    mark: str,
) -> Response:
    """A body of known size, or the stretch of it that is asked for (RFC 9110 14); ``chunks`` are from an offset on.

    ``mark`` changes when the bytes do: they have their entity tag from it.
    """
    tag = f'"{hashlib.blake2b(mark.encode(), digest_size=12).hexdigest()}"'
    headers = {**headers, "ETag": tag, "Accept-Ranges": "bytes", "Vary": "Accept"}
    if matches(request, tag):
        return not_modified(headers)
    if request.headers.get("if-range", tag) != tag:
        asked: tuple[int, int] | None = (0, size)
    else:
        asked = _stretch(request.headers.get("range", ""), size)
    if asked is None:
        raise HTTPException(416, "There is no such stretch of it.", {"Content-Range": f"bytes */{size}"})
    begin, end = asked
    headers["Content-Length"] = str(end - begin)
    whole = (begin, end) == (0, size)
    if not whole:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return stream(
        request, chunks(begin, end - begin), media_type=media_type, status=200 if whole else 206, headers=headers
    )


def _stretch(header: str, size: int) -> tuple[int, int] | None:
    """Where the one stretch of a Range header begins and ends; all of it where it is none that we serve, and None where
    it lies outside (RFC 9110 14.1.2, 14.2)."""
    found = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header.replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    begin, end = int(first), min(int(last) + 1 if last else size, size)
    if last and int(last) < begin:
        return 0, size  # not valid: as if it were not there
    return (begin, end) if begin < size else None


def matches(request: Request, tag: str) -> bool:
    """Whether the caller already has what ``tag`` names (If-None-Match, RFC 9110 13.1.2)."""
    known = request.headers.get("if-none-match")
    if known is None:
        return False
    return known.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}


def not_modified(headers: Mapping[str, str]) -> Response:
    """304, with the headers that the full answer would have had (RFC 9110 15.4.5)."""
    return Response(status_code=304, headers=headers)


def declared(request: Request) -> int:
    """How many bytes the body of a request has by its own word; 0 when it does not say."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def refuse_over(request: Request, most: int, why: str) -> None:
    """TooLarge for a body that says of itself that it is, before any of it is read (RFC 9110 15.5.14)."""
    if declared(request) > most:
        raise TooLarge(why)


async def read_json(request: Request) -> dict[str, Any]:
    """The body of a request as a JSON object."""
    body = bytearray()
    refuse_over(request, MAX_BODY, _TOO_LARGE)
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise TooLarge(_TOO_LARGE)
        value = json.loads(bytes(body))
    except (ValueError, RecursionError):
        raise BadRequest("The body of the request is not JSON.") from None
    if not isinstance(value, dict):
        raise BadRequest("The body of the request is not a JSON object.")
    return value


def flag(body: dict[str, Any], name: str) -> bool:
    """``body[name]`` as true or false; false when it is not there."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest(f"“{name}” must be true or false.")
    return value


def texts(body: dict[str, Any], name: str) -> list[str]:
    """``body[name]`` as a list of at least one non-empty text."""
    values = body.get(name)
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v for v in values):
        raise BadRequest(f"“{name}” must be a list of texts.")
    return values
