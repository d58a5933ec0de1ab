"""Query parameters, read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fileroom.attributes import whole_number
from fileroom.errors import BadRequest

if TYPE_CHECKING:
    from starlette.requests import Request


def pairs(request: Request) -> list[tuple[str, str]]:
    """All names and values of the query, percent-decoded as UTF-8, ``+`` as a space, empty values kept."""
    query: bytes = request.scope["query_string"]
    try:
        return parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:  # UnicodeDecodeError is one
        raise BadRequest("The query of the address is not percent-encoded UTF-8.") from None


class Parameters:
    """The query of a request. Of a name that is given twice the last value counts."""

    def __init__(self, request: Request) -> None:
        self._values = dict(pairs(request))

    def text(self, name: str, default: str = "") -> str:
        """The value of ``name``."""
        return self._values.get(name, default)

    def number(self, name: str, default: int, low: int, high: int = 2**53) -> int:
        """The value of ``name`` as a whole number from ``low`` to ``high``."""
        given = self._values.get(name)
        return default if given is None else whole_number(name, given, low, high)
