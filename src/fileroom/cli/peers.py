"""``fileroom peers``: the other DICOM nodes that are known, and who of them may call."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.tables import Column, print_table
from fileroom.cli.terminal import safe
from fileroom.errors import BadRequest
from fileroom.model import Page, Peer, PeerKind

PEERS = (
    Column("Name", lambda peer: safe(peer.name)),
    Column("Speaks", lambda peer: "DICOMweb" if peer.kind is PeerKind.DICOMWEB else "DIMSE"),
    Column("Where", lambda peer: safe(where(peer)), whole=True),
    Column("May call", lambda peer: "yes" if peer.calls else "no"),
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the node is called here.")]
_DIMSE = re.compile(r"(?P<title>[^@]{1,16})@(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:@/]+):(?P<port>[0-9]{1,5})")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(epilog=EPILOG, invoke_without_command=True)
    group.callback(epilog=EPILOG)(peers)
    group.command("add", epilog=EPILOG)(add)
    group.command("list", epilog=EPILOG)(list_)
    for command in (remove, allow, refuse):
        group.command(epilog=EPILOG)(command)
    app.add_typer(group, name="peers")


def where(peer: Peer) -> str:
    """Where a node is, as it was given."""
    if peer.kind is PeerKind.DICOMWEB:
        return peer.url
    host = f"[{peer.host}]" if ":" in peer.host else peer.host
    return f"{peer.title}@{host}:{peer.port}" + (" over TLS" if peer.tls else "")


def peers(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """List the other DICOM nodes that are known.

    A node that may call can send images to `fileroom serve --dimse`, and search
    and fetch what is there. Everybody else is refused.
    """
    if context.invoked_subcommand is not None:
        context.obj = archive or context.obj
        return
    _show(context, archive, as_json=as_json)


def list_(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """List the other DICOM nodes that are known."""
    _show(context, archive, as_json=as_json)


def _show(context: typer.Context, archive: Path | None, *, as_json: bool) -> None:
    with open_archive(context, archive) as house:
        found = house.peers()
    if as_json:
        print_json(Page(found, total=len(found)))
    elif found:
        print_table(out(), PEERS, found)
    else:
        out().print("No other node is known. Add one:  fileroom peers add NAME TITLE@HOST:PORT")


def add(
    context: typer.Context,
    name: NameArgument,
    at: Annotated[
        str,
        typer.Argument(metavar="WHERE", help="TITLE@HOST:PORT of a DIMSE node, or the address of a DICOMweb service."),
    ],
    *,
    may_call: Annotated[bool, typer.Option("--allow", help="It may call us under this title, from this host.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Call it over TLS.")] = False,
    secret: Annotated[
        bool,
        typer.Option("--secret", help="Read from standard input what proves who we are: a token, or NAME:PASSWORD."),
    ] = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Add a node, or change one of this name. Its secret is sealed in the catalog and never shown."""
    peer = replace(parsed(name, at), calls=may_call, tls=tls)
    given = sys.stdin.readline().rstrip("\r\n") if secret else None
    with open_archive(context, archive) as house:
        house.set_peer(peer, secret=given)
        kept = house.peer(name)
    _tell(kept, "Known", as_json=as_json)


def parsed(name: str, at: str) -> Peer:
    """The node at ``TITLE@HOST:PORT`` or at an address. BadRequest when it is neither."""
    if at.startswith(("http://", "https://")):
        return Peer(name=name, kind=PeerKind.DICOMWEB, url=at.rstrip("/"))
    found = _DIMSE.fullmatch(at)
    if found is None:
        raise BadRequest("a node is TITLE@HOST:PORT, or an address that begins with http:// or https://")
    host = found["host"].strip("[]")
    return Peer(name=name, kind=PeerKind.DIMSE, title=found["title"].strip(), host=host, port=int(found["port"]))


def remove(
    context: typer.Context, name: NameArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Forget a node and its secret."""
    with open_archive(context, archive) as house:
        house.remove_peer(name)
    if as_json:
        print_json({"removed": name})
    else:
        out().print(f"Forgotten: {safe(name)}")


def allow(
    context: typer.Context, name: NameArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Let a node call us, under its title and from its host."""
    _tell(_calls(context, archive, name, calls=True), "May call", as_json=as_json)


def refuse(
    context: typer.Context, name: NameArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Let a node call us no longer."""
    _tell(_calls(context, archive, name, calls=False), "May not call", as_json=as_json)


def _calls(context: typer.Context, archive: Path | None, name: str, *, calls: bool) -> Peer:
    with open_archive(context, archive) as house:
        peer = house.peer(name)
        if calls and peer.kind is not PeerKind.DIMSE:
            raise BadRequest("a DICOMweb service does not call: give its program a token (fileroom token new)")
        house.set_peer(replace(peer, calls=calls))
        return house.peer(name)


def _tell(peer: Peer, words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(peer)
    else:
        out().print(f"{words}: {safe(peer.name)}, {safe(where(peer))}", soft_wrap=True)
