"""``fileroom roots``: the folders that were brought in, and whether they can be reached."""

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.tables import Column, print_table
from fileroom.cli.terminal import number, safe

ROOTS = (
    Column("Folder", lambda root: safe(root.path), whole=True),
    Column("State", lambda root: root.state.value),
    Column("Files", lambda root: number(root.files), right=True),
    Column("Drive", lambda root: safe(root.drive.label), dear=2),
    Column("Last import", lambda root: root.last_import.replace("T", " ")[:16], dear=1),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("roots", epilog=EPILOG)(roots)


def roots(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """List the folders that were brought in, and whether they can be reached.

    Offline: the drive is not connected. Missing: the drive is there, the folder
    is not. Nothing of either is lost; it is back when the folder is.
    """
    with open_archive(context, archive) as house:
        found = house.roots()
    if as_json:
        print_json(found)
    elif found:
        print_table(out(), ROOTS, found)
    else:
        out().print("Nothing has been imported yet. Bring a folder in:  fileroom import FOLDER")
