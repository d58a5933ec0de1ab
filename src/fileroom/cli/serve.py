"""``fileroom serve``: open the archive and answer the browser until Ctrl-C. ``fileroom`` alone opens it as well."""

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, open_archive
from fileroom.cli.output import err, print_json
from fileroom.cli.screen import open_browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.archive import Archive
    from fileroom.web.serve import Ready

HOST = "127.0.0.1"
USUAL_PORT = 8177  # the same each time, so that bookmarks go on working

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", epilog=EPILOG)(serve)


def serve(
    context: typer.Context,
    *,
    port: PortOption = None,
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser, if there is a screen.")
    ] = False,
    as_json: ServeJsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Serve the archive to the browser on this computer, until Ctrl-C."""
    run(context, archive, port=port, show=show, as_json=as_json)


def run(context: typer.Context, folder: Path | None, *, port: int | None, show: bool, as_json: bool) -> None:
    """Open the archive and serve it."""
    with open_archive(context, folder) as archive:
        stay_up(archive, port=port, show=show, as_json=as_json)


def stay_up(archive: "Archive", *, port: int | None, show: bool, as_json: bool) -> None:
    """Serve ``archive`` until somebody stops it."""
    from fileroom.web.serve import serve as answer

    answer(archive, host=HOST, port=choose_port(port), on_ready=_announcer(show=show, as_json=as_json))


def choose_port(asked: int | None) -> int:
    """The port that was asked for, else the usual one, else (0) any that is free."""
    if asked is not None:
        return asked
    with socket.socket() as probe:
        if sys.platform != "win32":  # there the option means another thing: to share a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, USUAL_PORT))
        except OSError:
            return 0
    return USUAL_PORT


def _announcer(*, show: bool, as_json: bool) -> "Callable[[Ready], None]":
    def announce(ready: "Ready") -> None:
        if as_json:
            print_json({"url": ready.url, "token": ready.token, "dicomweb": ready.dicomweb})
        else:
            sys.stdout.write(ready.url + "\n")
            sys.stdout.flush()
        opened = show and open_browser(ready.url)
        if not as_json:
            err().print(
                (
                    "Opening it in the browser; the address above works once."
                    if opened
                    else "Open this address in a browser; it works once."
                )
                + " Ctrl-C ends fileroom."
            )

    return announce
