"""One route for each path, with a handler for each method: so that a 405 names all that are allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette import routing
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    Handler = Callable[[Request], Awaitable[Response]]


class Route(routing.Route):
    """``Route("/api/session", get=…, post=…)``; HEAD is answered where GET is."""

    def __init__(self, path: str, **handlers: Handler) -> None:
        by_method = {method.upper(): handler for method, handler in handlers.items()}
        if "GET" in by_method:
            by_method["HEAD"] = by_method["GET"]
        allowed = ", ".join(sorted(by_method))

        async def endpoint(request: Request) -> Response:
            handler = by_method.get(request.method)
            if handler is None:
                raise HTTPException(405, "That cannot be done here.", {"Allow": allowed})
            return await handler(request)

        super().__init__(path, endpoint, name=path)
        self.methods = None  # every method comes to us: Starlette's 405 would look on to routes that fit less
        self.allowed = frozenset(by_method)


class Nowhere(routing.Route):
    """404 for a path and any method, in front of routes that would take it for something else."""

    def __init__(self, path: str) -> None:
        super().__init__(path, _nothing, name=path)
        self.methods = None


async def _nothing(_: Request) -> Response:
    raise HTTPException(404, "There is nothing here.")
