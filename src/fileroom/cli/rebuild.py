"""``fileroom rebuild``: read the files of the archive again, and take their facts anew."""

from pathlib import Path
from typing import Annotated

import typer

from fileroom.cli import exits
from fileroom.cli.import_ import heard, tell
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.progress import reporter
from fileroom.jobs import CancelToken


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rebuild", epilog=exits.EPILOG)(rebuild)


def rebuild(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            readable=False,
            metavar="PATH",
            help="Only what lies here; else all that can be reached.",
            show_default=False,
        ),
    ] = None,
    *,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Read the files of the archive again, and take their facts anew.

    For files that were changed without their size or time of change, and after
    an update that reads more. What you said stays: notes, labels, removals,
    who is the same person. What cannot be reached now stays as it is. Ctrl-C
    stops; the next import goes on from there.
    """
    cancel = CancelToken()
    with open_archive(context, archive) as house, cancelling(cancel, heard):
        with reporter(as_json=as_json) as report:
            summary = house.rebuild(paths or [], on_progress=report, cancel=cancel)
        tell(house, summary, as_json=as_json)
    raise typer.Exit(exits.of_import(summary))
