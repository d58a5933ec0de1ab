"""multipart/related, read as it comes (RFC 2046 5.1, RFC 2387): nothing is held but what may
be the start of a boundary."""

from __future__ import annotations

import re
from email.message import Message
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fileroom.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_HEADERS = 16 << 10
MOST_PREAMBLE = 64 << 10
# RFC 2046 5.1.1: 1 to 70 characters of these, the last of which is no space. Orthanc's have 73, so longer ones pass.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,199}[0-9A-Za-z'()+_,\-./:=?]")
_END_OF_LINE = re.compile(rb"[ \t]*\r\n")


class Begin(NamedTuple):
    """A part begins; its headers by lower-case names."""

    headers: dict[str, str]


class Piece(NamedTuple):
    """Some bytes of the part that began last."""

    data: bytes


class End(NamedTuple):
    """The part is over."""


Event: TypeAlias = Begin | Piece | End


class _At(Enum):
    PREAMBLE = "preamble"
    HEADERS = "headers"
    BODY = "body"
    EPILOGUE = "epilogue"


def content_type(header: str) -> tuple[str, dict[str, str]]:
    """The media type of a Content-Type header, lower case, and its parameters by lower-case names, unquoted."""
    message = Message()
    message["Content-Type"] = header.replace("\r", " ").replace("\n", " ")
    found = message.get_params() or [("", "")]
    kind = found[0][0].strip().lower()
    return kind, {name.lower(): value for name, value in found[1:]}


class Reader:
    """Reads one body: :meth:`feed` it what comes, and :meth:`finish` at the end. BadRequest when it is malformed."""

    def __init__(self, boundary: str) -> None:
        if not _BOUNDARY.fullmatch(boundary):
            raise BadRequest("The boundary of the multipart is missing or malformed.")
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        self._held = bytearray(b"\r\n")  # the first boundary may stand at the very beginning
        self._at = _At.PREAMBLE
        self._passed = 0
        self._skip = 0  # bytes of the line break between headers and body that are still held

    @property
    def untouched(self) -> bool:
        """Whether nothing has come yet."""
        return self._at is _At.PREAMBLE and not self._passed and self._held == b"\r\n"

    def feed(self, data: bytes) -> Iterator[Event]:
        """What ``data`` brings to light."""
        if self._at is _At.EPILOGUE:
            return
        self._held += data
        while True:
            if self._at is _At.HEADERS:
                begin = self._headers()
                if begin is None:
                    return
                self._at = _At.BODY
                yield begin
            at = self._held.find(self._delimiter)
            if at < 0:
                yield from self._safe(len(self._held) - len(self._delimiter) + 1)
                return
            after = self._after(at + len(self._delimiter))
            if after is None:  # what follows the boundary has not come yet
                yield from self._safe(at)
                return
            if after < 0:  # it only looked like one: something longer begins with it
                yield from self._safe(at + 1)
                continue
            yield from self._safe(at)
            if self._at is _At.BODY:
                yield End()
            closing = self._held.startswith(b"--", len(self._delimiter))
            self._at = _At.EPILOGUE if closing else _At.HEADERS
            del self._held[: after - at]
            if closing:
                self._held.clear()
                return

    def finish(self) -> None:
        """The body is over. BadRequest when it broke off."""
        if self._at is not _At.EPILOGUE:
            raise BadRequest("The multipart has no closing boundary.")

    def _safe(self, upto: int) -> Iterator[Event]:
        """Hand over what cannot be part of a boundary any more."""
        if upto <= 0:
            return
        data = bytes(self._held[:upto])
        del self._held[:upto]
        if self._at is _At.BODY:
            data, self._skip = data[self._skip :], max(0, self._skip - len(data))
            if data:
                yield Piece(data)
        else:
            self._passed += len(data)
            if self._passed > MOST_PREAMBLE:
                raise BadRequest("The boundary does not occur in the multipart.")

    def _after(self, at: int) -> int | None:
        """Where what follows a boundary ends; None when that has not come yet, -1 when it is none."""
        if self._held.startswith(b"--", at):
            return at + 2
        found = _END_OF_LINE.match(self._held, at)
        if found:
            return found.end()
        rest = bytes(self._held[at : at + MOST_HEADERS]).lstrip(b" \t")
        return None if rest in {b"", b"\r", b"-"} and len(self._held) - at < MOST_HEADERS else -1

    def _headers(self) -> Begin | None:
        if self._held.startswith(b"\r\n"):
            head, length = b"", 2
        else:
            end = self._held.find(b"\r\n\r\n")
            if end < 0:
                if len(self._held) > MOST_HEADERS:
                    raise BadRequest("The headers of a part are longer than anything we wait for.")
                return None
            head, length = bytes(self._held[:end]), end + 4
        # The line break that ends the headers stays: of a part without bytes it belongs to the next boundary.
        del self._held[: length - 2]
        self._skip = 2
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode("latin-1")).split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        return Begin({name.strip().lower(): value.strip() for name, _, value in pairs})
