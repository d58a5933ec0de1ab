"""``fileroom serve``: open the archive and answer the browser until Ctrl-C. ``fileroom`` alone opens it as well."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, open_archive
from fileroom.cli.output import err, print_json
from fileroom.cli.screen import open_browser
from fileroom.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.archive import Archive
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


def stay_up(
    archive: "Archive", *, port: int | None, show: bool, as_json: bool, session: "Archive | None" = None
) -> None:
    """Serve ``archive``, and open at ``session`` if there is one, until somebody stops it."""
    from fileroom.web.serve import serve as answer

    announce = _announcer(show=show, as_json=as_json)
    try:
        answer(archive, port=USUAL_PORT if port is None else port, on_ready=announce, session=session)
    except Busy:
        if port is not None:
            raise
        answer(
            archive, port=0, on_ready=announce, session=session
        )  # nobody asked for the usual port: any other will do


def _announcer(*, show: bool, as_json: bool) -> "Callable[[Ready], None]":
    def announce(ready: "Ready") -> None:
        if as_json:
            print_json({"url": ready.url, "token": ready.token, "dicomweb": ready.dicomweb})
        else:
            sys.stdout.write(ready.url + "\n")
            sys.stdout.flush()
        opened = show and open_browser(ready.url)
        if not as_json:
            err().print(OPENED if opened else OPEN_YOURSELF)

    return announce
