"""The upper layer on one connection (PS3.8 9.3): whole PDUs, none longer than was agreed, none later than is patient.

This is the fence: what a PDU claims to be long is looked at before anything is made for it, and who sends nothing, or
a byte now and then, is let go. The buffer of a connection never grows.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import sys
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from fileroom.errors import PeerError
from fileroom.model.peers import PeerTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
LONGEST: Final = 128 << 10  # what we announce to receive: as much as common senders make use of
LONGEST_REQUEST: Final = 128 << 10  # 128 presentation contexts with many transfer syntaxes each
_head = struct.Struct(">BxI")
_item = struct.Struct(">IBB")
HEAD: Final = _head.size
PDV_HEAD: Final = _item.size
_TOGETHER: Final = 1 << 20  # bytes that leave by one call
_PIECES: Final = 64  # in one call; any system takes more
_SHORT: Final = 4096  # bytes that are sooner copied than told of
_AHEAD: Final = 4096  # bytes that are read before it is known that they are wanted: a command, but not what follows it
_GATHERS: Final = hasattr(socket.socket, "sendmsg")  # Windows has none
_WHOLE: Final = getattr(socket, "MSG_WAITALL", 0)
_PDU_SECONDS = 30.0  # for a PDU that has begun to be whole
# Where the system itself counts the time of a call, Python does not ask before each whether it would have to wait.
_KEEPS_TIME: Final = sys.platform == "linux"
_TIME: Final = struct.Struct("@ll")  # struct timeval
_TICK = 2.0  # seconds that one call waits at most; then it is looked how much time is left


class Closed(PeerError):
    """The connection is gone."""

    reason = PeerTrouble.BROKE_OFF


class Aborted(PeerError):
    """The other side broke off the association."""

    reason = PeerTrouble.BROKE_OFF


class Silent(PeerError):
    """The other side did not say anything, or not fast enough."""

    reason = PeerTrouble.SILENT


class Violation(PeerError):
    """The other side broke the protocol. ``diagnosis`` is what an A-ABORT says of it (PS3.8 Table 9-26)."""

    reason = PeerTrouble.NOT_DICOM

    def __init__(self, message: str, diagnosis: int = 0) -> None:
        super().__init__(message)
        self.diagnosis = diagnosis


class Pdv(NamedTuple):
    """One presentation data value (PS3.8 9.3.5.1); ``data`` stands until the next PDU is read."""

    context_id: int
    is_command: bool
    is_last: bool
    data: memoryview


class Wire:
    """PDUs over a socket, which it owns."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._view = memoryview(bytearray(2 * (LONGEST + HEAD)))
        self._start = self._end = 0
        self._out: list[bytes | bytearray | memoryview] = []  # what waits to be sent
        self._gathering: bytearray | None = None  # the last of it, while it grows
        self._waiting = 0  # bytes
        self._keeps_time = _KEEPS_TIME and not isinstance(sock, ssl.SSLSocket)
        self._scatters = self._keeps_time and bool(_WHOLE)
        self._allowed: dict[int, float] = {}  # seconds that the system lets calls of either direction wait
        if self._keeps_time:
            sock.settimeout(None)
        if sock.family in {socket.AF_INET, socket.AF_INET6}:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, seconds: float) -> tuple[int, memoryview]:
        """The next PDU, its type and what follows its head; it must begin within ``seconds``.

        Closed, Silent, or Violation: too long, or of no known type.
        """
        self._want(HEAD, time.monotonic() + seconds)
        kind, length = _head.unpack_from(self._view, self._start)
        if not ASSOCIATE_RQ <= kind <= ABORT:
            raise Violation("what came is no PDU", 1)
        if length > LONGEST:
            raise Violation("a PDU claims to be longer than was agreed", 6)
        self._want(HEAD + length, time.monotonic() + _PDU_SECONDS)
        begin = self._start + HEAD
        self._start = begin + length
        return kind, self._view[begin : begin + length]

    def read_into(self, into: memoryview, seconds: float) -> tuple[int, bool] | None:
        """Put the next value of a data set where it belongs; its bytes, and whether it is the last one.

        None when what comes next is anything but a P-DATA-TF of one such value, or has no room there: :meth:`read` it.
        Raises what that does.
        """
        if not self._scatters:
            return None
        self._want(HEAD, time.monotonic() + seconds)
        kind, length = _head.unpack_from(self._view, self._start)
        if kind != P_DATA or not PDV_HEAD <= length <= LONGEST:
            return None
        until = time.monotonic() + _PDU_SECONDS
        self._want(HEAD + PDV_HEAD, until)
        item, _, control = _item.unpack_from(self._view, self._start + HEAD)
        size = length - PDV_HEAD
        if item != length - 4 or control & 1 or size > len(into):
            return None
        self._start += HEAD + PDV_HEAD
        last = bool(control & 2)
        done = min(size, self._end - self._start)
        into[:done] = self._view[self._start : self._start + done]
        self._start += done
        if done < size:
            self._scatter(into[done:size], last=last, until=until)
        return size, last

    def _scatter(self, into: memoryview, *, last: bool, until: float) -> None:
        """Read all of ``into``, and the heads that follow it: one call for what takes two."""
        self._start = self._end = 0
        ahead = self._view[: 0 if last else HEAD + PDV_HEAD]
        while into:
            got = self._received(into, until, ahead)
            self._end = max(0, got - len(into))
            into = into[got:]

    def _want(self, size: int, until: float) -> None:
        """See to it that ``size`` bytes are there."""
        if self._start + size > len(self._view):
            rest = self._end - self._start
            self._view[:rest] = bytes(self._view[self._start : self._end])
            self._start, self._end = 0, rest
        while self._end - self._start < size:
            if self._start == self._end:
                self._start = self._end = 0
            room = self._view[self._end : self._start + max(size, _AHEAD)]
            self._end += self._received(room, until)

    def _received(self, into: memoryview, until: float, more: memoryview | None = None) -> int:
        """How many bytes came, into the one and then the other; with another the call waits until both are full."""
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise Silent("the other side did not answer in time")
            try:
                self._allow(socket.SO_RCVTIMEO, left)
                if more is None:
                    got = self._sock.recv_into(into)
                else:
                    got = self._sock.recvmsg_into([into, more], 0, _WHOLE)[0]
            except BlockingIOError:
                continue
            except TimeoutError:
                raise Silent("the other side did not answer in time") from None
            except OSError:
                raise Closed("the connection was lost") from None
            if not got:
                raise Closed("the connection was closed")
            return got

    def _allow(self, direction: int, left: float) -> None:
        """Let the next call wait so many seconds, or fewer: then it ends with BlockingIOError."""
        if not self._keeps_time:
            self._sock.settimeout(left)
            return
        left = min(left, _TICK)
        if self._allowed.get(direction) != left:
            microseconds = max(1, int(left * 1e6))
            self._sock.setsockopt(socket.SOL_SOCKET, direction, _TIME.pack(*divmod(microseconds, 1_000_000)))
            self._allowed[direction] = left

    def ready(self) -> bool:
        """Whether something has come that was not read."""
        if self._end > self._start or (isinstance(self._sock, ssl.SSLSocket) and self._sock.pending()):
            return True
        try:
            return bool(select.select([self._sock], [], [], 0)[0])
        except (OSError, ValueError):
            raise Closed("the connection was lost") from None

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self, *pieces: bytes | memoryview, flush: bool = True) -> None:
        """Send PDUs; without ``flush`` perhaps together with what follows. Closed or Silent.

        Until then long pieces are held, not copied: they must stand.
        """
        for piece in pieces:
            if len(piece) > _SHORT:
                self._out.append(piece)
                self._gathering = None
            elif self._gathering is None:
                self._gathering = bytearray(piece)
                self._out.append(self._gathering)
            else:
                self._gathering += piece
            self._waiting += len(piece)
        if flush or self._waiting > _TOGETHER or len(self._out) > _PIECES:
            self.flush()

    def flush(self) -> None:
        """Send what was held back."""
        if not self._out:
            return
        pieces, self._out, self._gathering, self._waiting = self._out, [], None, 0
        if not _GATHERS or isinstance(self._sock, ssl.SSLSocket):
            pieces = [b"".join(pieces)]
        until = time.monotonic() + _PDU_SECONDS
        try:
            while pieces:
                pieces = _after(pieces, self._send_some(pieces, until))
        except TimeoutError:
            raise Silent("the other side does not take what it is sent") from None
        except OSError:
            raise Closed("the connection was lost") from None

    def _send_some(self, pieces: list[bytes | bytearray | memoryview], until: float) -> int:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._allow(socket.SO_SNDTIMEO, left)
        try:
            return self._sock.sendmsg(pieces) if len(pieces) > 1 else self._sock.send(pieces[0])
        except BlockingIOError:
            return 0

    # -- the end ---------------------------------------------------------------------------------------------------

    def abort(self, source: int, reason: int) -> None:
        """Break off: A-ABORT (PS3.8 9.3.8), then the connection."""
        self._out, self._gathering, self._waiting = [], None, 0
        with contextlib.suppress(PeerError):
            self.write(bytes((ABORT, 0, 0, 0, 0, 4, 0, 0, source, reason)))
        self.close()

    def close(self) -> None:
        """Close the connection; what was sent still arrives."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
            self._sock.settimeout(1.0)
            for _ in range(16):  # bytes that nobody read would make the system take back our last words
                if not self._sock.recv(1 << 16):
                    break
        with contextlib.suppress(OSError):
            self._sock.close()


def _after(pieces: list[bytes | bytearray | memoryview], sent: int) -> list[bytes | bytearray | memoryview]:
    """What is left of ``pieces`` when so many bytes of them were sent."""
    for number, piece in enumerate(pieces):
        if sent < len(piece):
            return [memoryview(piece)[sent:], *pieces[number + 1 :]]
        sent -= len(piece)
    return []


def pdvs(body: memoryview) -> Iterator[Pdv]:
    """The presentation data values of a P-DATA-TF. Violation when their lengths do not fit."""
    at = 0
    while at < len(body):
        if len(body) - at < PDV_HEAD:
            raise Violation("a P-DATA-TF is cut short", 6)
        length, context_id, control = _item.unpack_from(body, at)
        if length < 2 or at + 4 + length > len(body):  # noqa: PLR2004 - the context and the control header
            raise Violation("a presentation data value is longer than its PDU", 6)
        yield Pdv(context_id, bool(control & 1), bool(control & 2), body[at + PDV_HEAD : at + 4 + length])
        at += 4 + length


def p_data_head(context_id: int, size: int, *, is_command: bool, is_last: bool) -> bytes:
    """What stands before ``size`` bytes of the one value of a P-DATA-TF (PS3.8 9.3.5)."""
    return _head.pack(P_DATA, size + 6) + _item.pack(size + 2, context_id, is_command | is_last << 1)


def p_data(context_id: int, data: bytes | memoryview, *, is_command: bool, is_last: bool) -> bytes:
    """One P-DATA-TF with one value."""
    return b"".join((p_data_head(context_id, len(data), is_command=is_command, is_last=is_last), data))
