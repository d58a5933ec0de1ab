"""``fileroom undo``: take back exactly what an import brought in."""

from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, YesOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.remove import extent
from fileroom.cli.terminal import count
from fileroom.model.entries import Counts


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("undo", epilog=EPILOG)(undo)


def undo(
    context: typer.Context,
    import_id: Annotated[int, typer.Argument(metavar="ID", help="The number of the import; see fileroom imports.")],
    *,
    yes: YesOption = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Remove exactly what one import brought in; the files stay where they are.

    What was known before it stays, and so do further files of known images.
    Importing the folder again brings it back.
    """
    with open_archive(context, archive) as house:
        summary = house.import_summary(import_id)
        if summary.kind == "relink":
            counts = house.undo_import(import_id)
            print_json({"taken_back": counts}) if as_json else out().print(taken_back(counts))
            return
        if not yes and not as_json:
            err().print(f"Import {import_id} brought in {summary.instances:,} images. The files stay where they are.")
            typer.confirm("Remove them from the archive?", abort=True, err=True)
        undone = house.undo_import(import_id)
    if as_json:
        print_json({"removed": undone})
    else:
        out().print(f"Removed from the archive: {extent(undone)}. The files stay where they are.", soft_wrap=True)


def taken_back(counts: Counts) -> str:
    """What taking a relink back did."""
    return f"Taken back: {count(counts.instances, 'file')} recorded where they were before."
