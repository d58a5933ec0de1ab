"""``fileroom roots``: the folders that were brought in: which there are, and what is to become of them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fileroom.cli import exits
from fileroom.cli.exits import EPILOG
from fileroom.cli.import_ import heard, tell
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, YesOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.remove import STAY, extent
from fileroom.cli.tables import Column, print_table
from fileroom.cli.terminal import number, safe
from fileroom.errors import BadRequest, Cancelled
from fileroom.jobs import CancelToken
from fileroom.model.drives import HINDRANCE_TEXT

ROOTS = (
    Column("Folder", lambda root: safe(root.path), whole=True),
    Column("State", lambda root: root.state.value),
    Column("Watched", lambda root: "yes" if root.watched else "no"),
    Column("Files", lambda root: number(root.files), right=True),
    Column("DICOM", lambda root: number(root.dicom), right=True, dear=3),
    Column("Drive", lambda root: safe(root.drive.label), dear=2),
    Column("Last import", lambda root: root.last_import.replace("T", " ")[:16], dear=1),
)
RootArgument = Annotated[
    Path, typer.Argument(readable=False, metavar="PATH", help="A folder of the list, also while its drive is away.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(epilog=EPILOG, invoke_without_command=True)
    group.callback(epilog=EPILOG)(roots)
    for command in (watch, unwatch, forget, restore):
        group.command(epilog=EPILOG)(command)
    group.command("import", epilog=EPILOG)(import_)
    app.add_typer(group, name="roots")


def roots(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """List the folders that were brought in, and whether they can be reached.

    Offline: the drive is not connected. Missing: the drive is there, the folder
    is not. Nothing of either is lost; it is back when the folder is.
    """
    if context.invoked_subcommand is not None:
        context.obj = archive or context.obj
        return
    with open_archive(context, archive) as house:
        found = house.roots()
    if as_json:
        print_json(found)
    elif found:
        print_table(out(), ROOTS, found)
        for root in found:
            if root.hindrance is not None:
                why = HINDRANCE_TEXT[root.hindrance]
                err().print(f"{safe(root.path)} {why}; what is known of it was left as it is.", soft_wrap=True)
    else:
        out().print("Nothing has been imported yet. Bring a folder in:  fileroom import FOLDER")


def watch(
    context: typer.Context, path: RootArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Watch a folder: while fileroom runs, what comes or changes in it is brought in by itself."""
    _switch(context, path, archive, watched=True, as_json=as_json)


def unwatch(
    context: typer.Context, path: RootArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Watch a folder no longer."""
    _switch(context, path, archive, watched=False, as_json=as_json)


def _switch(context: typer.Context, path: Path, archive: Path | None, *, watched: bool, as_json: bool) -> None:
    with open_archive(context, archive) as house:
        root = house.set_watched(house.root_at(path), watched=watched)
    if as_json:
        print_json(root)
    elif watched:
        out().print(f"Watched while fileroom runs: {safe(root.path)}", soft_wrap=True)
    else:
        out().print(f"Not watched any more: {safe(root.path)}", soft_wrap=True)


def forget(
    context: typer.Context,
    path: RootArgument,
    *,
    yes: YesOption = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Take a folder from the list, and its images from the archive; the files stay where they are.

    Images that also lie in another folder of the list stay in the archive.
    """
    with open_archive(context, archive) as house:
        root = house.root(house.root_at(path))
        if not yes:
            if as_json or not sys.stdin.isatty():
                raise BadRequest("there is nobody to ask: say --yes")
            err().print(f"  {safe(root.path)}: {number(root.dicom)} DICOM files", soft_wrap=True)
            if not typer.confirm(f"Take it from the list, and its images from the archive? {STAY}", err=True):
                raise Cancelled("nothing was removed")
        removed = house.forget_root(root.id)
    if as_json:
        print_json({"removed": removed})
        return
    out().print(f"Removed from the archive: {extent(removed)}. {STAY}", soft_wrap=True)
    out().print(f"To take it back:  fileroom roots restore {safe(root.path)}", soft_wrap=True)


def restore(
    context: typer.Context, path: RootArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Put a folder back into the list, and into the archive what went with it."""
    with open_archive(context, archive) as house:
        restored = house.restore_root(house.root_at(path, forgotten=True))
    if as_json:
        print_json({"restored": restored})
    else:
        out().print(f"Back in the archive: {extent(restored)}.", soft_wrap=True)


def import_(
    context: typer.Context, path: RootArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Import a folder of the list again, wherever its drive is now."""
    cancel = CancelToken()
    with open_archive(context, archive) as house, cancelling(cancel, heard):
        with reporter(as_json=as_json) as report:
            summary = house.import_root(house.root_at(path), on_progress=report, cancel=cancel)
        tell(house, summary, as_json=as_json)
    raise typer.Exit(exits.of_import(summary))
