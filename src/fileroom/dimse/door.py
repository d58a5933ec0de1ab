"""What every service of the door works with."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fileroom.model.peers import Peer, PeerKind

if TYPE_CHECKING:
    import ssl

    from fileroom.archive import Archive
    from fileroom.network.negotiation import Offer

log: Final = logging.getLogger("fileroom.dimse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The fence: how many may come, and how long we wait for them."""

    associations: int = 32
    from_one_address: int = 24  # so that one machine does not have them all
    unassociated: int = 16  # connections that have not asked for an association yet; the oldest makes room
    asking: float = 10.0  # seconds from the connection to the end of the association request (ARTIM, PS3.8 9.1.5)
    idle: float = 60.0  # seconds without a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The archive, who we are, and what was agreed to be served."""

    archive: Archive
    title: str
    offer: Offer
    limits: Limits = field(default_factory=Limits)
    stopping: threading.Event = field(default_factory=threading.Event)
    tls: ssl.SSLContext | None = None  # as the side that is called
    calls_with: ssl.SSLContext | None = None  # as the side that calls

    def caller(self, title: str, address: str) -> Peer | None:
        """The peer that may call from there under that title; None: a stranger."""
        for peer in self.archive.peers():
            if peer.calls and peer.kind is PeerKind.DIMSE and peer.title == title and _is_at(peer.host, address):
                return peer
        return None

    def tls_to(self, peer: Peer) -> ssl.SSLContext | None:
        """How a connection to that peer is secured."""
        return self.calls_with if peer.tls else None

    def destination(self, title: str) -> Peer | None:
        """The peer of that AE title."""
        found = (peer for peer in self.archive.peers() if peer.kind is PeerKind.DIMSE and peer.title == title)
        return next(found, None)


def _is_at(host: str, address: str) -> bool:
    """Whether ``host`` (a name or an address) is at ``address``."""
    seen = _plain(address)
    if _plain(host) == seen:
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(_plain(str(one[4][0])) == seen for one in found)


def _plain(address: str) -> str:
    """An address in its usual form; IPv4 that came in IPv6 is IPv4."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped:
        return str(one.ipv4_mapped)
    return str(one)
