"""``fileroom peers``: the other DICOM nodes that are known, and who of them may call."""

import re
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG, Exit
from fileroom.cli.import_ import heard
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, TitleOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.tables import Column, print_table
from fileroom.cli.terminal import count, number, safe
from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken
from fileroom.model.peers import Exchanged, Peer, PeerKind
from fileroom.model.queries import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.archive import Archive

PEERS = (
    Column("Name", lambda peer: safe(peer.name)),
    Column("Speaks", lambda peer: "DICOMweb" if peer.kind is PeerKind.DICOMWEB else "DIMSE"),
    Column("Where", lambda peer: safe(where(peer)), whole=True),
    Column("May call", lambda peer: "yes" if peer.calls else "no"),
)
STUDIES = (
    Column("Date", lambda one: safe(one.date)),
    Column("Patient", lambda one: safe(one.name.alphabetic or one.name.ideographic)),
    Column("ID", lambda one: safe(one.patient_id), dear=2),
    Column("Study", lambda one: safe(one.description), dear=3),
    Column("Modalities", lambda one: safe(", ".join(one.modalities)), dear=4),
    Column("Images", lambda one: "" if one.instances is None else number(one.instances), right=True),
    Column("Here", lambda one: number(one.here), right=True),
    Column("UID", lambda one: safe(one.study_instance_uid), whole=True),
)
SERIES = (
    Column("Number", lambda one: "" if one.number is None else str(one.number), right=True),
    Column("Modality", lambda one: safe(", ".join(one.modalities))),
    Column("Series", lambda one: safe(one.description), dear=3),
    Column("Images", lambda one: "" if one.instances is None else number(one.instances), right=True),
    Column("Here", lambda one: number(one.here), right=True),
    Column("UID", lambda one: safe(one.series_instance_uid), whole=True),
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the node is called here.")]
_DIMSE = re.compile(r"(?P<title>[^@]{1,16})@(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:@/]+):(?P<port>[0-9]{1,5})")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(epilog=EPILOG, invoke_without_command=True)
    group.callback(epilog=EPILOG)(peers)
    group.command("add", epilog=EPILOG)(add)
    group.command("list", epilog=EPILOG)(list_)
    for command in (remove, allow, refuse, echo, find, get, send):
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


def echo(
    context: typer.Context, name: NameArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Ask a node whether it is there (C-ECHO, or a search for one study)."""
    with open_archive(context, archive) as house:
        house.echo_peer(name)
    if as_json:
        print_json({"answers": name})
    else:
        out().print(f"{safe(name)} answers.")


def find(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    name: NameArgument,
    *,
    patient: Annotated[str, typer.Option(help="The patient's name; * and ? stand for anything.")] = "",
    patient_id: Annotated[str, typer.Option("--id", help="The Patient ID.")] = "",
    date: Annotated[str, typer.Option(help="The day of the study (20240131), or days from-to.")] = "",
    modality: Annotated[str, typer.Option(help="CT, MR, …")] = "",
    accession: Annotated[str, typer.Option(help="The accession number.")] = "",
    study: Annotated[str, typer.Option(metavar="UID", help="List the series of this study.")] = "",
    rows: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="At most so many.")] = 100,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Search the studies of a node, and see what of them is here already."""
    keys = {
        "PatientName": patient,
        "PatientID": patient_id,
        "StudyDate": date,
        "ModalitiesInStudy": modality,
        "AccessionNumber": accession,
    }
    with open_archive(context, archive) as house:
        if study:
            found = house.series_at_peer(name, study)
        else:
            found = house.search_peer(name, {key: value for key, value in keys.items() if value}, limit=rows)
    if as_json:
        print_json(Page(found, total=len(found)))
    elif found:
        print_table(out(), SERIES if study else STUDIES, found)
    else:
        out().print("It has nothing like that.")


def get(
    context: typer.Context,
    name: NameArgument,
    study: Annotated[str, typer.Argument(metavar="STUDY", help="The UID of a study, as `peers find` shows it.")],
    series: Annotated[
        list[str] | None, typer.Argument(metavar="SERIES", help="UIDs of its series, if not all are wanted.")
    ] = None,
    *,
    dimse: Annotated[
        int | None,
        typer.Option(
            "--dimse",
            metavar="PORT",
            min=0,
            max=65535,
            help="Listen on this port meanwhile, for a node that can only send to us (C-MOVE). Not needed while "
            "`fileroom serve --dimse` is running.",
            show_default=False,
        ),
    ] = None,
    aet: TitleOption = None,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Fetch a study, or some series of it, into the archive.

    By WADO-RS or C-GET; a node without C-GET is told to send to us (C-MOVE), and
    has to be allowed to. What is here already is not fetched again: after a
    break, say it once more.
    """
    cancel = CancelToken()
    with (
        open_archive(context, archive, title=aet) as house,
        cancelling(cancel, heard),
        _listening(house, dimse),
        reporter(as_json=as_json) as report,
    ):
        done = house.fetch_from_peer(name, study, series or (), on_progress=report, cancel=cancel)
    _exchanged(done, "Fetched", as_json=as_json)


@contextmanager
def _listening(house: "Archive", port: int | None) -> "Iterator[None]":
    """Our own SCP for as long as a fetch lasts, where it was asked for."""
    if port is None:
        yield
        return
    from fileroom.dimse.process import Running, Station

    node = Running(house.settings, Station(port=port, title=house.settings.title))
    try:
        yield
    finally:
        node.stop()


def send(
    context: typer.Context,
    name: NameArgument,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Patients, studies, series or images.")],
    *,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Send entries of the archive to a node, as their files are (C-STORE, or STOW-RS)."""
    cancel = CancelToken()
    with open_archive(context, archive) as house, cancelling(cancel, heard), reporter(as_json=as_json) as report:
        done = house.send_to_peer(name, ids, on_progress=report, cancel=cancel)
    _exchanged(done, "Sent", as_json=as_json)


def _exchanged(done: Exchanged, word: str, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        words = [f"{word}: {count(done.done, 'image')}."]
        words += [f"{number(done.had)} here already."] if done.had else []
        words += [f"{number(done.failed)} failed; try again."] if done.failed else []
        out().print(" ".join(words))
    if done.state == "cancelled":
        raise typer.Exit(Exit.CANCELLED)
    if done.failed:
        raise typer.Exit(Exit.FAILED)
