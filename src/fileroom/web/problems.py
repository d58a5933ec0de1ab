"""Saying no over HTTP: the one table from our exceptions to status and code, as problem documents (RFC 9457)."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from pathlib import PurePath
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from fileroom.errors import (
    BadRequest,
    Busy,
    Cancelled,
    CatalogError,
    FileroomError,
    NoRoom,
    NotFound,
    PeerError,
    SourceError,
    Unavailable,
    Undecodable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

log = logging.getLogger("fileroom.web")


class NotAcceptable(BadRequest):
    """None of the media types that the caller accepts can be made of this."""


class TooLarge(BadRequest):
    """The body of the request is larger than anything we wait for."""


# The first row whose class fits. A path to import that cannot be read is the caller's word, hence 400.
STATUS: tuple[tuple[type[FileroomError], int, str], ...] = (
    (NotFound, 404, "not_found"),
    (NotAcceptable, 406, "not_acceptable"),
    (TooLarge, 413, "bad_request"),
    (BadRequest, 400, "bad_request"),
    (SourceError, 400, "bad_request"),
    (Busy, 409, "busy"),
    (Unavailable, 503, "unavailable"),
    (NoRoom, 507, "no_room"),
    (PeerError, 502, "peer"),
    (Cancelled, 503, "unavailable"),
    (Undecodable, 422, "undecodable"),
    (CatalogError, 500, "catalog"),
    (FileroomError, 500, "internal"),
)

# What Starlette's router, and the gate in front of it, say no with.
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "bad_request",
    421: "misdirected",
}


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: str) -> Response:
    """A problem document. ``detail`` is for the user and holds no identifiers."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace"),
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def refusal(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The problem document of a bare HTTP status."""
    return problem(status, CODES.get(status, "internal" if status >= 500 else "bad_request"), detail, headers)  # noqa: PLR2004 - the class of server errors


def code_of(error: FileroomError) -> str:
    """The code of one of our own exceptions: what a page has words for."""
    return next(code for kind, _, code in STATUS if isinstance(error, kind))


def of_error(error: FileroomError) -> Response:
    """The problem document of one of our own exceptions."""
    status, code = next((status, code) for kind, status, code in STATUS if isinstance(error, kind))
    more = {"reason": str(error.reason), "about": error.detail} if error.reason else {}
    return problem(status, code, str(error) or HTTPStatus(status).phrase, None, **more)


async def _fileroom_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, FileroomError):
        raise error
    return of_error(error)


async def _http_exception(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return refusal(error.status_code, error.detail, error.headers)


HANDLERS: dict[type[Exception], ExceptionHandler] = {FileroomError: _fileroom_error, HTTPException: _http_exception}


class Guard:
    """What nobody foresaw becomes a 500 that tells nothing; the log gets its type and place in the code alone.

    An exception's message may hold a path or a name, so neither may leave. An answer that had already begun is
    broken off: the server closes the connection, and the client sees that it is not whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and catch what falls."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the last net; narrower ones hang in front of it
            cause = error.__cause__ or error  # Starlette wraps what falls after an answer has begun
            log.error("%s at %s", type(cause).__name__, _place(cause))  # noqa: TRY400 - a traceback would hold the message
            if not started:
                await refusal(500, "Something went wrong inside fileroom.")(scope, receive, send)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
