"""The built viewer: its files with their types and caching, and the one page that every bookmark leads to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fileroom.web.answers import matches, not_modified
from fileroom.web.door import Door
from fileroom.web.parameters import pairs
from fileroom.web.routing import Route

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

# Our own table: the machine's may say anything (on Windows the registry often says that .js is text/plain).
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
CODINGS = (("br", ".br"), ("gzip", ".gz"))
# The build puts a digest of the content into the names under assets/ (Vite): such a file never changes.
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

NOT_BUILT = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>fileroom</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>fileroom is running</h1>
<p>The viewer has not been built in this checkout. Build it with</p>
<pre>cd viewer
npm ci
npm run build</pre>
<p>or start fileroom with <code>make run</code>, which does it for you, and load this page again.</p>
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the viewer as it is sent."""

    body: bytes
    media_type: str
    coding: str | None
    tag: str


def inside(folder: Path, path: str) -> Path | None:
    """The file that ``path`` names inside ``folder``; None when it names none, or would lead out of it."""
    pieces = path.removeprefix("/").split("/")
    if any(piece in {"", ".", ".."} or set(piece) & set("\\:\0") for piece in pieces):
        return None
    file = folder.joinpath(*pieces)
    try:
        found = file.is_file() and file.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):  # a name that no filesystem takes
        return None
    return file if found else None


def load(file: Path, codings: str) -> File:
    """A file, as its compressed sibling when the caller takes it and the build has made it."""
    media_type = TYPES.get(file.suffix.lower(), "application/octet-stream")
    accepted = {one.partition(";")[0].strip() for one in codings.lower().split(",") if not _refused(one)}
    for coding, suffix in CODINGS:
        sibling = file.with_name(file.name + suffix)
        if coding in accepted and sibling.is_file():
            return _read(sibling, media_type, coding)
    return _read(file, media_type, None)


def _refused(coding: str) -> bool:
    return coding.partition(";")[2].replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"}


def _read(file: Path, media_type: str, coding: str | None) -> File:
    with file.open("rb") as opened:
        facts = os.fstat(opened.fileno())
        return File(opened.read(), media_type, coding, f'"{facts.st_mtime_ns:x}-{facts.st_size:x}-{coding or "id"}"')


async def page(request: Request) -> Response:
    """A file of the viewer, or its page; an address with a one-time token signs in first."""
    path: str = request.scope["path"]
    signed_in = _redeem(request, path)
    if signed_in is not None:
        return signed_in
    static = Door.of(request).static
    index = static and inside(static, "index.html")
    file = static and inside(static, path)
    if file is None or file == index:
        if path != "/" and file is None and "text/html" not in request.headers.get("accept", ""):
            raise HTTPException(404, "There is nothing here.")
        if index is None:
            return Response(NOT_BUILT, status_code=503, media_type=TYPES[".html"])
        return await _send(request, index, ASK_AGAIN)
    return await _send(request, file, FOREVER if path.startswith("/assets/") else ASK_AGAIN)


def _redeem(request: Request, path: str) -> Response | None:
    """303 to the same address without its token, with a session's cookie; None when no token opens it."""
    query = pairs(request) if request.url.query else []
    token = next((value for name, value in query if name == "token"), None)
    if token is None or request.method != "GET":
        return None
    sign_in = Door.of(request).sign_in
    session = sign_in.redeem(token)
    if session is None:
        return None
    rest = urlencode([(name, value) for name, value in query if name != "token"])
    # One slash: "//name" would lead to another host.
    target = "/" + quote(path.lstrip("/\\")) + (f"?{rest}" if rest else "")
    return Response(status_code=303, headers={"Location": target, "Set-Cookie": sign_in.set_cookie(session)})


async def _send(request: Request, path: Path, caching: str) -> Response:
    file = await to_thread.run_sync(partial(load, path, request.headers.get("accept-encoding", "")))
    headers = {"Cache-Control": caching, "ETag": file.tag, "Vary": "Accept-Encoding"}
    if matches(request, file.tag):
        return not_modified(headers)
    if file.coding:
        headers["Content-Encoding"] = file.coding
    return Response(file.body, headers=headers, media_type=file.media_type)


ROUTES = [Route("/{path:path}", get=page)]
