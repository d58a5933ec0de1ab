"""The listening socket and its fence: who may come in, how many, and for how long."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import Counter
from typing import TYPE_CHECKING

from fileroom.dimse.door import log
from fileroom.dimse.services import serve
from fileroom.errors import FileroomError, PeerError
from fileroom.network.negotiation import (
    APPLICATION_CONTEXT,
    NO_CONTEXT,
    TOO_MANY,
    UNKNOWN_CALLED,
    UNKNOWN_CALLING,
    Refusal,
    accept,
    read_request,
)
from fileroom.network.wire import Violation, Wire

if TYPE_CHECKING:
    import ssl

    from fileroom.dimse.door import Door
    from fileroom.network.association import Association
    from fileroom.network.requests import Request

_BACKLOG = 64


class Server:
    """Accepts connections until the door is stopping. One thread for each association."""

    def __init__(self, door: Door, listener: socket.socket) -> None:
        self._door = door
        self._listener = listener
        self._lock = threading.Lock()
        self._asking: dict[int, socket.socket] = {}  # connections without an association, the oldest first
        self._open: dict[int, tuple[socket.socket, str]] = {}
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        """Accept, until the door is stopping."""
        self._listener.listen(_BACKLOG)
        self._listener.settimeout(0.2)
        while not self._door.stopping.is_set():
            try:
                connection, address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                if self._door.stopping.wait(0.1):  # too many open files: they pass
                    break
                continue
            self._let_in(connection, str(address[0]))
        self._listener.close()

    def close(self, seconds: float) -> None:
        """Let those that are at work end their message; then their connections are cut."""
        self._door.stopping.set()
        for thread in self._threads:
            thread.join(seconds / max(1, len(self._threads)))
        with self._lock:
            left = [*self._asking.values(), *(one for one, _ in self._open.values())]
        for connection in left:
            _cut(connection)

    def _let_in(self, connection: socket.socket, address: str) -> None:
        with self._lock:
            # Who only connects must not keep others out: the oldest of those that have said nothing makes room.
            if len(self._asking) >= self._door.limits.unassociated:
                _cut(self._asking.pop(next(iter(self._asking))))
            self._asking[id(connection)] = connection
        thread = threading.Thread(target=self._talk, args=(connection, address), name="dimse", daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _talk(self, connection: socket.socket, address: str) -> None:
        key = id(connection)
        try:
            with contextlib.ExitStack() as stack:
                stack.callback(_close, connection)
                association = self._associated(connection, address, key)
                if association is not None:
                    self._converse(association)
        except PeerError as error:
            log.info("an association has ended: %s", error)
        except Exception as error:  # noqa: BLE001 - one association must not take the others with it
            log.error("%s in an association", type(error).__name__)
        finally:
            with self._lock:
                self._asking.pop(key, None)
                self._open.pop(key, None)

    def _associated(self, connection: socket.socket, address: str, key: int) -> Association | None:
        """The association that is asked for, or None when it is refused."""
        limits = self._door.limits
        connection.settimeout(limits.asking)
        if self._door.tls is not None:
            connection = self._secured(self._door.tls, connection, key)
        wire = Wire(connection)
        try:
            request = read_request(wire, limits.asking)
        except Violation as error:
            wire.abort(2, error.diagnosis)
            raise
        except PeerError:
            wire.close()
            raise
        refusal = self._refusal(request, address, connection, key)
        if refusal is not None:
            log.info("an association was refused: %d %d %d", refusal.result, refusal.source, refusal.diagnostic)
            wire.write(refusal.pdu())
            wire.close()
            return None
        return accept(wire, request, self._door.offer, idle=limits.idle)

    def _secured(self, tls: ssl.SSLContext, connection: socket.socket, key: int) -> socket.socket:
        """The connection over TLS: the one to cut when there must be room, for the plain one is empty from now on."""
        try:
            secured = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        except OSError:
            raise PeerError("no secure connection was made") from None
        with self._lock:
            if key in self._asking:
                self._asking[key] = secured
            else:
                _cut(secured)
        try:
            secured.do_handshake()
        except OSError:
            _close(secured)
            raise PeerError("no secure connection was made") from None
        return secured

    def _refusal(self, request: Request, address: str, connection: socket.socket, key: int) -> Refusal | None:
        if request.application_context != APPLICATION_CONTEXT:
            return NO_CONTEXT
        if request.called != self._door.title:
            return UNKNOWN_CALLED
        if self._door.caller(request.calling, address) is None:
            return UNKNOWN_CALLING
        limits = self._door.limits
        with self._lock:
            here = Counter(one for _, one in self._open.values())
            if len(self._open) >= limits.associations or here[address] >= limits.from_one_address:
                return TOO_MANY
            self._asking.pop(key, None)
            self._open[key] = (connection, address)
        return None

    def _converse(self, association: Association) -> None:
        try:
            while not self._door.stopping.is_set():
                message = association.receive()
                if message is None:
                    return
                serve(self._door, association, message)
            association.abort()
        except PeerError as error:
            association.abort(error)
            raise
        except FileroomError:
            association.abort()
            raise


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # The connection below TLS: what SSLSocket.shutdown takes away is in use by the thread that talks.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.close()
