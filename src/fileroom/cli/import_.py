"""``fileroom import``: bring files and folders into the archive, where they lie or by copies."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fileroom.cli import exits
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.summary import in_words, why
from fileroom.jobs import CancelToken


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", epilog=exits.EPILOG)(import_)


def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders.")],
    *,
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy what is new into the archive's own folder; the originals may go then.")
    ] = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Bring files and folders into the archive, where they lie.

    Folders are walked with all that is below them. Ctrl-C stops and keeps what
    is done; the next import goes on from there. When one of the paths does not
    exist, nothing is imported.

    With --copy each copy is read back from the disk and compared before it
    counts. What the archive knows already, where it lies, is not copied.
    """
    cancel = CancelToken()
    with open_archive(context, archive) as house:
        with reporter(as_json=as_json) as report, cancelling(cancel, _heard):
            summary = house.bring_in(paths, copy=copy, on_progress=report, cancel=cancel)
        if as_json:
            print_json(summary.as_line())
        else:
            for line in in_words(summary, why(house, summary)):
                out().print(line, soft_wrap=True)
    raise typer.Exit(exits.of_import(summary))


def _heard() -> None:
    # By the descriptor: a signal may come while sys.stderr is being written, and that cannot be entered twice.
    os.write(2, b"\nStopping; what is done is kept. Ctrl-C again ends at once.\n")
