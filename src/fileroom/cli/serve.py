"""``fileroom serve``: open the archive and answer the browser until Ctrl-C. ``fileroom`` alone opens it as well."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, TitleOption, open_archive, settings
from fileroom.cli.output import err, print_json
from fileroom.cli.screen import open_browser
from fileroom.cli.status import OUTDATED
from fileroom.errors import Busy
from fileroom.settings import NO_GUESTS, Guests

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.archive import Archive
    from fileroom.dimse.process import Station
    from fileroom.web.serve import Ready

USUAL_PORT = 8177  # the same each time, so that bookmarks go on working
OPENED = "Opening it in the browser; this address works once. Ctrl-C ends fileroom."
OPEN_YOURSELF = "Open this address in a browser; it works once. Ctrl-C ends fileroom."

PortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=0,
        max=65535,
        help=f"The port to serve on; 0 takes a free one. By default {USUAL_PORT}, or a free one when it is taken.",
        show_default=False,
    ),
]
ServeJsonOption = Annotated[
    bool, typer.Option("--json", help='Print one line when ready: {"url": …, "token": …, "dicomweb": …}.')
]
DimseOption = Annotated[
    int | None,
    typer.Option(
        "--dimse",
        metavar="PORT",
        min=0,
        max=65535,
        help="Answer DICOM nodes (C-ECHO, C-STORE, C-FIND, C-MOVE, C-GET, Storage Commitment) on this port; 0 takes a "
        "free one. Only those may call that `fileroom peers allow` names.",
        show_default=False,
    ),
]
TlsOption = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        "--dimse-tls",
        metavar="CERT KEY",
        help="DIMSE over TLS only, with this certificate and its key (PEM).",
        show_default=False,
    ),
]
AuthorityOption = Annotated[
    Path | None,
    typer.Option(
        "--dimse-ca",
        metavar="CA",
        help="Callers must have a certificate that this authority signed.",
        show_default=False,
    ),
]
AnyClassOption = Annotated[
    bool, typer.Option("--dimse-any-class", help="Store objects of classes that the standard does not know, too.")
]

NoAuthOption = Annotated[
    bool,
    typer.Option(
        "--no-auth",
        help="Let every program on this computer use DICOMweb unasked, for clients that cannot send a token.",
    ),
]
OriginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-origin",
        metavar="URL",
        help="Let pages of this server (http://127.0.0.1:3000) use DICOMweb from a browser. May be repeated.",
        show_default=False,
    ),
]
LOUD = (
    "Warning: --no-auth. Every program and every user of this computer can read, search and add to this archive by "
    "DICOMweb, without a password, until this ends."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", epilog=EPILOG)(serve)


def serve(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    *,
    port: PortOption = None,
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser, if there is a screen.")
    ] = False,
    dimse: DimseOption = None,
    aet: TitleOption = None,
    dimse_tls: TlsOption = None,
    dimse_ca: AuthorityOption = None,
    dimse_any_class: AnyClassOption = False,
    no_auth: NoAuthOption = False,
    allow_origin: OriginOption = None,
    as_json: ServeJsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Serve the archive to the browser on this computer, until Ctrl-C; with --dimse to DICOM nodes, too."""
    guests = Guests(unsigned=no_auth, origins=tuple(allow_origin or ()))
    title = aet if aet is not None else settings(context, archive).title
    if dimse is None:
        run(context, archive, port=port, show=show, as_json=as_json, guests=guests, title=title)
        return
    from fileroom.dimse.process import Station

    files = (*(dimse_tls or ()), *((dimse_ca,) if dimse_ca else ()))
    station = Station(
        port=dimse, title=title.strip(), tls=tuple(str(file.absolute()) for file in files), any_class=dimse_any_class
    )
    run(context, archive, port=port, show=show, as_json=as_json, station=station, guests=guests, title=title)


def run(
    context: typer.Context,
    folder: Path | None,
    *,
    port: int | None,
    show: bool,
    as_json: bool,
    station: "Station | None" = None,
    guests: Guests = NO_GUESTS,
    title: str | None = None,
) -> None:
    """Open the archive and serve it."""
    with open_archive(context, folder, title=title) as archive:
        if station is None:
            stay_up(archive, port=port, show=show, as_json=as_json, guests=guests)
            return
        from fileroom.dimse.process import Running

        node = Running(archive.settings, station)
        try:
            stay_up(archive, port=port, show=show, as_json=as_json, station=node.station, guests=guests)
        finally:
            node.stop()


def stay_up(
    archive: "Archive",
    *,
    port: int | None,
    show: bool,
    as_json: bool,
    session: "Archive | None" = None,
    station: "Station | None" = None,
    guests: Guests = NO_GUESTS,
) -> None:
    """Serve ``archive``, and open at ``session`` if there is one, until somebody stops it.

    ``station`` is the DIMSE door that runs beside.
    """
    from fileroom.web.serve import serve as answer

    if guests.unsigned:
        err().print(LOUD, style="bold red")
    announce = _announcer(archive, show=show, as_json=as_json, station=station)
    node = station is not None
    try:
        answer(
            archive,
            port=USUAL_PORT if port is None else port,
            on_ready=announce,
            session=session,
            guests=guests,
            node=node,
        )
    except Busy:
        if port is not None:
            raise
        # Nobody asked for the usual port: any other will do.
        answer(archive, port=0, on_ready=announce, session=session, guests=guests, node=node)


def _announcer(
    archive: "Archive", *, show: bool, as_json: bool, station: "Station | None"
) -> "Callable[[Ready], None]":
    node = {"dimse": {"host": station.address, "port": station.port, "aet": station.title}} if station else {}

    def announce(ready: "Ready") -> None:
        if as_json:
            print_json({"url": ready.url, "token": ready.token, "dicomweb": ready.dicomweb, **node})
        else:
            sys.stdout.write(ready.url + "\n")
            sys.stdout.flush()
            if station:
                err().print(f"DICOM nodes reach it as {station.title} at {station.address}, port {station.port}.")
        opened = show and open_browser(ready.url)
        if not as_json:
            err().print(OPENED if opened else OPEN_YOURSELF)
            if archive.outdated():
                err().print(f"{OUTDATED.capitalize()}.")

    return announce
