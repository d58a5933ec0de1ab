"""What one connection may cost the others: time and room for the head of a request, a pace for its body, a place.

The server listens on this computer alone, yet any program of it may connect: one that is broken, or means no good, must
not keep others from being served. uvicorn bounds none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

HEAD_SECONDS = 20.0  # for the head of a request, from its first byte; for the first one, from the connection on
MOST_HEAD = 64 << 10
MOST_CONNECTIONS = 256  # files and threads are no endless matter either
PACE_SECONDS, LEAST = 60.0, 16 << 10  # a body brings so many bytes in so long, or is given up
LINGER_SECONDS = (
    2.0  # what still comes of a body that was refused is thrown away for so long: the refusal is read first
)


class BoundedProtocol(HttpToolsProtocol):
    """One connection. ``waiting`` are those of a server that ask for nothing now, the longest idle first."""

    waiting: dict[BoundedProtocol, None]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._silent = self._in_head = True
        self._in_body = self._lingers = False
        self._head = self._came = 0
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Somebody connects: whoever is idle longest gives way when there are too many."""
        super().connection_made(transport)
        self._arm(HEAD_SECONDS, self._too_slow)
        self.waiting[self] = None
        if len(self.connections) > MOST_CONNECTIONS:
            longest = next(iter(self.waiting))
            self.waiting.pop(longest)
            longest.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self.waiting.pop(self, None)
        self._disarm()
        super().connection_lost(exc)

    def begun(self) -> None:
        """A request has come, as far as its head goes."""
        self.waiting.pop(self, None)
        self._in_head, self._head = False, 0
        self._disarm()

    def ended(self) -> None:
        """It has been answered."""
        if not self.transport.is_closing():
            self.waiting[self] = None

    def data_received(self, data: bytes) -> None:
        """Read on, within bounds."""
        if self._lingers:
            return
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._refuse(431)
        elif self._in_body:
            self._came += len(data)
            if self._limit is None:
                self._arm(PACE_SECONDS, self._look_at_pace)

    def on_message_begin(self) -> None:
        """The head of a request begins."""
        self._silent, self._in_head, self._head = False, True, 0
        if self._limit is None:
            self._arm(HEAD_SECONDS, self._too_slow)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """It has come to its end."""
        self.begun()
        self._in_body, self._came = True, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_body = False
        self._disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """It is answered. Of a body that nobody wanted to read to its end no more is read: the connection ends."""
        super().on_response_complete()
        self.ended()
        if self._in_body and not self.transport.is_closing():
            self._lingers = True
            self.waiting.pop(self, None)
            self._unset_keepalive_if_required()
            self._arm(LINGER_SECONDS, self.transport.abort)
            if self.transport.can_write_eof():
                self.transport.write_eof()

    def _look_at_pace(self) -> None:
        self._limit = None
        if self._in_body:
            if self._came < LEAST and not self.flow.read_paused:  # else it is us who are slow
                self._too_slow()
                return
            self._came = 0
            self._arm(PACE_SECONDS, self._look_at_pace)

    def _too_slow(self) -> None:
        if self._silent:  # browsers connect ahead of what they may ask for: an answer to nothing would confuse them
            self.transport.close()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Say so where nothing has been said yet, and end it."""
        self._disarm()
        if self.transport.is_closing():
            return
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn says of it
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()

    def _arm(self, seconds: float, call: Any) -> None:
        self._disarm()
        self._limit = self.loop.call_later(seconds, call)

    def _disarm(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def protocol() -> type[BoundedProtocol]:
    """The protocol of a server."""
    return type("BoundedProtocolOfServer", (BoundedProtocol,), {"waiting": {}})
