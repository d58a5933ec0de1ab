"""Other DICOM nodes that the user named, and who of them may call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fileroom.catalog.writes import now
from fileroom.errors import BadRequest, NotFound
from fileroom.model.peers import Peer, PeerKind, PeerTrouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.store import Catalog

_COLUMNS = "name, kind, title, host, port, url, calls, tls, secret != '', at"
_LONGEST_NAME = 64
_LONGEST_SECRET = 4096
# PS3.5 6.2: AE holds up to 16 characters of the default repertoire but the backslash, spaces around it mean nothing.
_TITLE = re.compile(r"(?=\S)[\x20-\x5b\x5d-\x7e]{1,16}(?<=\S)")
_HOST = re.compile(r"[A-Za-z0-9._:%-]{1,253}")


def peers(catalog: Catalog) -> tuple[Peer, ...]:
    """All of them by name."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute(f"SELECT {_COLUMNS} FROM peer ORDER BY name COLLATE NOCASE").fetchall()  # noqa: S608 - a constant
    return tuple(_peer(row) for row in rows)


def peer(catalog: Catalog, name: str) -> Peer:
    """One of them. NotFound when nobody has this name."""
    with catalog.database.reading() as cursor:
        row = cursor.execute(f"SELECT {_COLUMNS} FROM peer WHERE name = ?", (name,)).fetchone()  # noqa: S608 - a constant
    if row is None:
        raise NotFound("there is no other node of this name")
    return _peer(row)


def secret_of(catalog: Catalog, name: str) -> str:
    """What proves to that node who we are; empty when there is nothing."""
    with catalog.database.reading() as cursor:
        row = cursor.execute("SELECT secret FROM peer WHERE name = ?", (name,)).fetchone()
    return row[0] if row else ""


def set_peer(catalog: Catalog, given: Peer, secret: str | None) -> None:
    """Keep a node under its name; one of the same name is replaced, and keeps its secret when ``secret`` is None.

    BadRequest for what is no name, title, address or secret.
    """
    _check(given, secret or "")
    values = (given.kind.value, given.title, given.host, given.port, given.url, int(given.calls), int(given.tls), now())
    with catalog.database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO peer(name, kind, title, host, port, url, calls, tls, at) VALUES (?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT(name) DO UPDATE SET kind = excluded.kind, title = excluded.title, host = excluded.host, "
            "port = excluded.port, url = excluded.url, calls = excluded.calls, tls = excluded.tls, at = excluded.at",
            (given.name, *values),
        )
        if secret is not None:
            cursor.execute("UPDATE peer SET secret = ? WHERE name = ?", (secret, given.name))


def remove_peer(catalog: Catalog, name: str) -> None:
    """Forget a node and its secret. NotFound when nobody has this name."""
    with catalog.database.transaction() as cursor:
        if not cursor.execute("DELETE FROM peer WHERE name = ? RETURNING 1", (name,)).fetchone():
            raise NotFound("there is no other node of this name")


def _check(given: Peer, secret: str) -> None:
    if not given.name.strip() or len(given.name) > _LONGEST_NAME or not given.name.isprintable():
        raise BadRequest("another node needs a name of 1 to 64 printable characters", reason=PeerTrouble.BAD_NAME)
    if len(secret) > _LONGEST_SECRET or not secret.isprintable():
        raise BadRequest("a secret has at most 4096 printable characters", reason=PeerTrouble.BAD_PROOF)
    if given.kind is PeerKind.DIMSE:
        if not _TITLE.fullmatch(given.title):
            raise BadRequest("an AE title has 1 to 16 characters, and no backslash", reason=PeerTrouble.BAD_TITLE)
        if not _HOST.fullmatch(given.host) or not 0 < given.port < 1 << 16:
            raise BadRequest("a DIMSE node has a host and a port from 1 to 65535", reason=PeerTrouble.BAD_ADDRESS)
    else:
        parts = urlsplit(given.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            why = "a DICOMweb service has an address that begins with http:// or https://"
            raise BadRequest(why, reason=PeerTrouble.BAD_URL)


def _peer(row: Sequence[Any]) -> Peer:
    return Peer(
        name=row[0],
        kind=PeerKind(row[1]),
        title=row[2],
        host=row[3],
        port=row[4],
        url=row[5],
        calls=bool(row[6]),
        tls=bool(row[7]),
        secret=bool(row[8]),
        at=row[9],
    )
