"""The gate before the routes, as plain ASGI: security headers, whose host, whose page, and who is signed in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from fileroom.loopback import is_loopback
from fileroom.settings import NO_GUESTS
from fileroom.web.problems import refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from fileroom.settings import Guests
    from fileroom.web.sign_in import SignIn

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    # No other page may keep a handle on our window, nor show our pictures.
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
SAFE = {"GET", "HEAD", "OPTIONS"}
DATA = ("/api", "/dicomweb")
GUEST = "fileroom.guest"  # in the scope: a page of another server that may ask
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": "600",
}
EXPOSED = "Content-Length, Content-Location, Content-Range, ETag, Warning"
SIGN_IN_PATH = "/api/session"
_IN_SESSION = re.compile(r"\A/sessions/[^/]*(?=/)")


def within(path: str) -> str:
    """The path inside a session (``/sessions/ID/…``), which has the same trees as the archive; any other as it is."""
    return _IN_SESSION.sub("", path, count=1)


def is_data(path: str) -> bool:
    """Whether that path is under one of the trees that answer 401 to strangers."""
    path = within(path)
    return any(path == tree or path.startswith(tree + "/") for tree in DATA)


def is_dicomweb(path: str) -> bool:
    """Whether that path is of DICOMweb, of the archive itself."""
    return path == "/dicomweb" or path.startswith("/dicomweb/")


def secured(given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those above; what does not speak of caching is not to be kept.

    A browser's cache on disk is not sealed, and what the archive holds is: names and pixels stay in memory there.
    """
    headers = list(given)
    said = {name.lower() for name, _ in headers}
    if b"cache-control" not in said:
        headers.append((b"cache-control", b"no-store"))
    # a policy of an answer's own stands alone: two of them would both hold
    return [*headers, *(one for one in HEADERS if one[0] not in said)]


class SecurityHeaders:
    """Every answer is :func:`secured`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to the answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = secured(message.get("headers", ()))
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class OwnHost:
    """Only requests that name this machine: a page that re-binds its name to 127.0.0.1 gets 421."""

    def __init__(self, app: ASGIApp, *, served: Collection[str] = ()) -> None:
        self.app = app
        self.served = {name.lower() for name in served}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] == "http" and not self.is_meant(scope):
            await refusal(421, "This address is not served here.")(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def is_meant(self, scope: Scope) -> bool:
        """Whether a request names this machine."""
        named = [value for name, value in scope["headers"] if name == b"host"]
        return len(named) == 1 and self._ours(named[0].decode("latin-1"))

    def _ours(self, host: str) -> bool:
        name = host_name(host)
        return name is not None and (name in self.served or is_loopback(name))


def host_name(host: str) -> str | None:
    """The name in a Host header, without its port and brackets; None when it cannot be one."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        port = port.removeprefix(":")
        if not bracket:
            return None
    else:
        name, _, port = host.partition(":")
    return name.lower() if name and (not port or port.isdigit()) else None


class Origins:
    """Pages of other servers, of a list that is empty by default, may use DICOMweb (the CORS protocol of the Fetch
    standard); all others may not read what they ask for."""

    def __init__(self, app: ASGIApp, *, guests: Guests) -> None:
        self.app = app
        self.allowed = frozenset(one.rstrip("/").lower() for one in guests.origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass the request on and let its page read the answer."""
        origin = Headers(scope=scope).get("origin", "") if scope["type"] == "http" else ""
        if origin.lower() not in self.allowed or not is_dicomweb(scope["path"]):
            await self.app(scope, receive, send)
            return
        told = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            await Response(status_code=204, headers=told | PREFLIGHT)(scope, receive, send)
            return

        async def with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = EXPOSED
                headers.add_vary_header("Origin")
            await send(message)

        await self.app({**scope, GUEST: True}, receive, with_origin)


class OwnPages:
    """What changes something must come from our own pages, when a browser says where it comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        changes = scope["type"] == "http" and scope["method"] not in SAFE and GUEST not in scope
        if changes and not same_origin(Headers(scope=scope)):
            await refusal(403, "Other pages may not ask for this.")(scope, receive, send)
            return
        await self.app(scope, receive, send)


def same_origin(headers: Headers) -> bool:
    """Whether Origin and Sec-Fetch-Site, where they are sent, name this very origin."""
    site = headers.get("sec-fetch-site")
    if site not in {None, "same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None or (origin == "null" and site == "same-origin"):
        return True  # our Referrer-Policy makes browsers send "null" with a form, even to its own page
    return origin.partition("://")[2].lower() == headers.get("host", "").lower()


class SignedIn:
    """Data is for those who are signed in; the pages, and the way to sign in, are open."""

    def __init__(self, app: ASGIApp, *, sign_in: SignIn, guests: Guests = NO_GUESTS) -> None:
        self.app = app
        self.sign_in = sign_in
        self.guests = guests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if (
            scope["type"] == "http"
            and self.is_for_known(scope["path"])
            and not await signed_in(Headers(scope=scope), self.sign_in)
        ):
            await not_signed_in()(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def is_for_known(self, path: str) -> bool:
        """Whether that path is for those who are signed in."""
        return is_data(path) and within(path) != SIGN_IN_PATH and not (self.guests.unsigned and is_dicomweb(path))

    def lets_in(self, scope: Scope) -> bool:
        """Whether a request may go on, as far as it can be said without asking the catalog."""
        return not self.is_for_known(scope["path"]) or bool(known_to(Headers(scope=scope), self.sign_in))


def not_signed_in() -> Response:
    """401, with the scheme that programs may use (RFC 9110 15.5.2)."""
    return refusal(401, "You are not signed in.", {"WWW-Authenticate": "Bearer"})


async def signed_in(headers: Headers, sign_in: SignIn) -> bool:
    """Whether a request comes with a secret of a program or with a session of ours."""
    known = known_to(headers, sign_in)
    return known if known is not None else await to_thread.run_sync(sign_in.check, _bearer(headers))


def _bearer(headers: Headers) -> str:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else ""


def known_to(headers: Headers, sign_in: SignIn) -> bool | None:
    """The same at once; None when the catalog must be asked."""
    bearer = _bearer(headers)
    if bearer:
        return sign_in.knows(bearer)
    # Cookies are shared by all ports of a host: a page of another server here may send ours, and must not read.
    return same_origin(headers) and any(map(sign_in.has_session, sessions_of(headers, sign_in.cookie)))


def sessions_of(headers: Headers, cookie: str) -> list[str]:
    """The values of the session's cookie; read leniently, for other servers of this host fill the same jar."""
    parts = (part.strip().partition("=") for header in headers.getlist("cookie") for part in header.split(";"))
    return [value for name, _, value in parts if name == cookie]
