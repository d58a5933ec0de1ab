"""Listening on this computer, and nowhere else: what crosses a network needs more than this program promises."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from functools import lru_cache

from fileroom.errors import BadRequest, Busy


@lru_cache(maxsize=16)
def is_loopback(name: str) -> bool:
    """Whether that name can only mean this machine (RFC 6761 6.3 for ``localhost``)."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """A listening socket on the loopback; its port is real even when ``port`` is 0. Busy or BadRequest otherwise."""
    if not is_loopback(host):
        # Names and pixels would cross the network in the clear: that needs TLS, and people with rights.
        raise BadRequest("fileroom serves this computer only: the host must be 127.0.0.1, ::1 or localhost.")
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would let two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Busy(f"Port {port} is in use, perhaps by a fileroom that runs already.") from None
        raise BadRequest(f"Port {port} cannot be served: {error.strerror}.") from None
    return listener
