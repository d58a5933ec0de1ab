"""/api/session: signing in, and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from fileroom.web.answers import json_answer, read_json, texts
from fileroom.web.door import Door
from fileroom.web.gate import not_signed_in, sessions_of, signed_in
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


async def session(request: Request) -> Response:
    """Whether the caller is signed in."""
    if not await signed_in(request.headers, Door.of(request).sign_in):
        return not_signed_in()
    return json_answer({"signed_in": True})


async def begin(request: Request) -> Response:
    """Sign in with a one-time token, as the printed address does."""
    sign_in = Door.of(request).sign_in
    body = await read_json(request)
    secret = sign_in.redeem(texts({"token": [body.get("token")]}, "token")[0])
    if secret is None:
        return not_signed_in()
    return Response(status_code=204, headers={"Set-Cookie": sign_in.set_cookie(secret)})


async def end(request: Request) -> Response:
    """Sign out."""
    sign_in = Door.of(request).sign_in
    for secret in sessions_of(request.headers, sign_in.cookie):
        sign_in.sign_out(secret)
    return Response(status_code=204, headers={"Set-Cookie": sign_in.drop_cookie()})


ROUTES = [Route("/api/session", get=session, post=begin, delete=end)]
