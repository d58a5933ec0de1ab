"""Sending what :mod:`fileroom.web.straight` has at hand: uvicorn's protocol, and ``sendfile`` beside it.

A request that comes alone, in one piece and between two others, is looked at before uvicorn's parser is; all else goes
the ordinary way. Bytes of files go from the system's memory to the socket without passing through ours. Nothing waits
here: for what is not in memory a thread reads ahead, and for a reader that is slow the loop says when there is room.
"""

from __future__ import annotations

import os
import secrets
import socket
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from fileroom.web.bounds import BoundedProtocol
from fileroom.web.straight import BOUNDARY, in_memory, version_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine, Iterator

    from fileroom.web.answers import Stretches
    from fileroom.web.straight import Caller, Desk, Straight

STARTS = (b"GET /dicomweb/studies/", b"GET /api/instances/")
ENDS = b" HTTP/1.1"
AT_ONCE = 4 << 20  # bytes for one connection before the others have their turn
WINDOW = 1 << 20  # bytes of a file that are looked for in memory, or read into it, at once
AHEAD = 16  # files that the system is told of before they are read
LET_GO = 2.0  # seconds: no file is kept open longer for a reader that does not read, its drive may be wanted back
MORE = getattr(socket, "MSG_MORE", 0)


class Changed(Exception):
    """A file is not the one that was promised: the answer breaks off."""


class State(Enum):
    """How far an answer has come."""

    DONE = auto()
    FULL = auto()  # the socket takes no more now, or others have their turn
    COLD = auto()  # what comes next is not in memory


class Sending:
    """One answer on its way."""

    def __init__(self, connection: socket.socket, start: bytes, answer: Straight) -> None:
        self._socket = connection
        self._files = answer.files
        self._pieces = list(answer.pieces)
        self._next = 0
        self._boundary = secrets.token_hex(16).encode()
        self._text = start + answer.head.replace(_KEPT, self._boundary)
        self._path, self._fd = "", -1
        self._rest: Iterator[tuple[int, int]] = iter(())
        self._at = self._end = self._warm = 0
        while self._next < len(self._pieces) and isinstance(piece := self._pieces[self._next], bytes):
            self._text += piece.replace(_KEPT, self._boundary)
            self._next += 1
        if self._next < len(self._pieces):
            self._advance()

    def go(self) -> State:
        """Send as much as goes. OSError, or Changed when a file is no longer what was promised."""
        until = AT_ONCE
        try:
            while until > 0:
                if self._text:
                    sent = self._socket.send(self._text, MORE if self._at < self._end else 0)
                    self._text = self._text[sent:]
                elif self._at < self._end:
                    if not self._ready():
                        return State.COLD
                    sent = self._send_file()
                    until -= sent
                elif not self._advance():
                    return State.DONE
        except BlockingIOError:
            pass
        return State.FULL

    def _ready(self) -> bool:
        self._open()
        if self._at >= self._warm:
            length = min(WINDOW, self._end - self._at)
            if not in_memory(self._fd, self._at, length):
                return False
            self._warm = self._at + length
        return True

    def _send_file(self) -> int:
        sent = os.sendfile(self._socket.fileno(), self._fd, self._at, min(self._warm, self._end) - self._at)
        if sent == 0:
            raise Changed
        self._at += sent
        return sent

    def _advance(self) -> bool:
        """Go on to the next stretch, or the next piece; False when there is none."""
        stretch = next(self._rest, None)
        if stretch is not None:
            self._at = self._warm = stretch[0]
            self._end = sum(stretch)
            return True
        self.let_go()
        if self._next == len(self._pieces):
            return False
        piece = self._pieces[self._next]
        self._next += 1
        if isinstance(piece, bytes):
            self._text = piece.replace(_KEPT, self._boundary)
            return self._advance_to_file()
        self._path, self._rest = piece.path, iter(piece.stretches)
        self._open()
        return self._advance()

    def _advance_to_file(self) -> bool:
        """What stands before a part leaves with the part."""
        if self._next < len(self._pieces):
            text, self._text = self._text, b""
            self._advance()
            self._text = text + self._text
        return True

    def _open(self) -> None:
        if self._fd < 0:
            self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            if not self._stands():
                self.close()
                raise Changed

    def _stands(self) -> bool:
        return version_of(os.fstat(self._fd)) == self._files[self._path]

    def let_go(self) -> None:
        """Close the file; it is opened again when there is more to send. Changed when it was changed meanwhile."""
        if self._fd >= 0:
            stands = self._stands()
            self.close()
            if not stands:
                raise Changed

    def close(self) -> None:
        """Give back what is held."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def read_ahead(self) -> None:
        """Have the next bytes in memory; in a thread. What follows the system is told of."""
        length = min(WINDOW, self._end - self._at)
        buffer = [bytearray(length)]
        if os.preadv(self._fd, buffer, self._at) < length:
            raise Changed
        self._warm = self._at + length
        os.posix_fadvise(self._fd, self._warm, AHEAD * WINDOW, os.POSIX_FADV_WILLNEED)
        for piece in self._pieces[self._next : self._next + 2 * AHEAD]:
            if not isinstance(piece, bytes):
                _tell(piece)


def _tell(piece: Stretches) -> None:
    try:
        fd = os.open(piece.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return  # it is met again
    try:
        for offset, length in piece.stretches[:1]:
            os.posix_fadvise(fd, offset, min(length, WINDOW), os.POSIX_FADV_WILLNEED)
    finally:
        os.close(fd)


_KEPT = BOUNDARY.encode()


class StraightProtocol(BoundedProtocol):
    """One connection."""

    desk: Desk

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._inside = False  # a request that uvicorn's parser has seen the beginning of, and not the end
        self._due = 0  # requests of which it has, and that the app has not answered to the end
        self._fields = b""
        self._caller: Caller | None = None
        self._busy = False  # an answer of ours is being made or sent
        self._sending: Sending | None = None
        self._own: socket.socket | None = None
        self._watched = self._last = self._reading = False
        self._timer: asyncio.TimerHandle | None = None
        self._ahead = b""

    # -- requests ------------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Uvicorn's parser has begun to read a request."""
        self._inside = True
        self._due += 1
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """It has come to its end."""
        self._inside = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The app has answered one to the end."""
        self._due -= 1
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Answer a plain request at once; hand all else on."""
        if self._busy:  # the next one, sent before this one was answered
            self._ahead += data
            self.flow.pause_reading()
        elif not (data.startswith(STARTS) and self._between() and self._begin(data)):
            super().data_received(data)

    def _between(self) -> bool:
        """Whether the last answer has gone, and nothing of the next request has come."""
        return (
            not self._inside
            and not self._due
            and not self._last
            and not self.transport.is_closing()
            and self.transport.get_write_buffer_size() == 0
        )

    def _begin(self, data: bytes) -> bool:
        line, _, fields = data.partition(b"\r\n")
        if fields != self._fields:
            self._fields, self._caller = fields, self._who(fields)
        if self._caller is None or not line.endswith(ENDS):
            return False
        path = line[len("GET ") : -len(ENDS)].decode("latin-1")
        if not self.desk.lets_in(self._caller, path):
            return False
        kept = self.desk.kept(self._caller, path)
        if kept is not None and kept.answer is None:
            return False
        self._unset_keepalive_if_required()
        self.begun()
        self._busy = True
        if kept is None or not kept.single or not self._start(kept.single):
            self._task(self._prepare(data, self._caller, path))
        return True

    def _who(self, fields: bytes) -> Caller | None:
        if fields.find(b"\r\n\r\n") != len(fields) - 4:  # not whole, or more than one
            return None
        connection = {
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
        }
        return self.desk.caller(fields, connection)

    async def _prepare(self, data: bytes, caller: Caller, path: str) -> None:
        answer = await self.desk.prepare(caller, path)
        if self.transport.is_closing():
            self._busy = False
        elif answer is None or not self._start(answer):
            self._hand_on(data)

    def _hand_on(self, data: bytes) -> None:
        self._busy = False
        super().data_received(data)
        if self._last:
            self.shutdown()
        self._go_on()

    def _go_on(self) -> None:
        ahead, self._ahead = self._ahead, b""
        if ahead:
            self.flow.resume_reading()
            self.data_received(ahead)

    # -- the answer ----------------------------------------------------------------------------------------------

    def _start(self, answer: Straight) -> bool:
        """Begin to send; False when the first file is not what it was, and nothing has been sent."""
        defaults = b"".join(b"%b: %b\r\n" % one for one in self.server_state.default_headers)
        try:
            self._sending = Sending(self._connection(), STATUS_LINE[200] + defaults, answer)
        except (OSError, Changed):
            return False
        self._pump()
        return True

    def _connection(self) -> socket.socket:
        """The connection under a descriptor of its own: the loop lets us watch that, but not the transport's."""
        if self._own is None:
            theirs = self.transport.get_extra_info("socket")
            self._own = socket.socket(theirs.family, theirs.type, theirs.proto, os.dup(theirs.fileno()))
            self._own.settimeout(0)
        return self._own

    def _pump(self) -> None:
        sending = self._sending
        if sending is None:
            return
        try:
            state = sending.go()
        except (OSError, Changed):
            self._break_off()
            return
        self._watch(wanted=state is State.FULL)
        if state is State.DONE:
            self._done()
        elif state is State.COLD:
            self._reading = True
            self._task(self._read_ahead(sending))

    async def _read_ahead(self, sending: Sending) -> None:
        try:
            await self.desk.door.ask(lambda _: sending.read_ahead())
        except (OSError, Changed):
            self._reading = False
            self._break_off()
        finally:
            self._reading = False
        if self._sending is sending:
            self._pump()
        else:
            sending.close()

    def _watch(self, *, wanted: bool) -> None:
        """Have the loop say when there is room in the socket, or no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wanted:
            self._timer = self.loop.call_later(LET_GO, self._let_go)
        if wanted is not self._watched and self._own is not None:
            self._watched = wanted
            if wanted:
                self.loop.add_writer(self._own.fileno(), self._pump)
            else:
                self.loop.remove_writer(self._own.fileno())

    def _let_go(self) -> None:
        try:
            if self._sending is not None:
                self._sending.let_go()
        except (OSError, Changed):
            self._break_off()

    def _done(self) -> None:
        self._sending, self._busy = None, False
        self.server_state.total_requests += 1
        if self._last:
            self.transport.close()
            return
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        self.ended()
        self._go_on()

    def _break_off(self) -> None:
        self._drop()
        self.transport.abort()

    def _drop(self) -> None:
        self._watch(wanted=False)
        sending, self._sending, self._busy = self._sending, None, False
        if sending is not None and not self._reading:  # else the thread has its file, and closes it
            sending.close()

    # -- the end -------------------------------------------------------------------------------------------------

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back what is held."""
        self._drop()
        self._ahead = b""
        if self._own is not None:
            self._own.close()
            self._own = None
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: let the answer that is on its way come to its end."""
        if self._busy:
            self._last = True
        else:
            super().shutdown()

    def _task(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def protocol(desk: Desk) -> type[StraightProtocol]:
    """The protocol of a server whose plain requests that desk answers."""
    return type("StraightProtocolOfDesk", (StraightProtocol,), {"desk": desk, "waiting": {}})
