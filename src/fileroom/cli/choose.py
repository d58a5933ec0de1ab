"""``fileroom choose``: of several files that claim to be one image, the one that is shown."""

from pathlib import Path
from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.terminal import safe


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("choose", epilog=EPILOG)(choose)


def choose(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(readable=False, metavar="FILE", help="One of the files that fileroom conflicts lists.")
    ],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: show the file that was met first.")] = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Show this file of its image from now on.

    What you choose is remembered by the image and the content of the file: it
    outlives later imports, and moves of the file. No file is changed.
    """
    with open_archive(context, archive) as house:
        instance = house.unchoose(str(file)) if undo else house.choose(str(file))
    if as_json:
        print_json(instance)
        return
    out().print(f"Shown from now on: {safe(instance.files[0].path)}", soft_wrap=True)
    if not undo:
        out().print(f"To take it back:  fileroom choose --undo {safe(str(file))}", soft_wrap=True)
