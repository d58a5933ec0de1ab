"""``fileroom relink``: find files again that were moved by hand, and record them where they are."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, YesOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.terminal import count, safe
from fileroom.cli.undo import taken_back
from fileroom.errors import BadRequest, Cancelled, NotFound
from fileroom.jobs import CancelToken

if TYPE_CHECKING:
    from fileroom.archive import Archive
    from fileroom.model.ledger import RelinkReport

EXAMPLES = 8  # folders that are told; --json has them all


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("relink", epilog=EPILOG)(relink)


def relink(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(readable=False, metavar="PATH", help="Where to look for them.", show_default=False)
    ] = None,
    *,
    undo: Annotated[
        int | None, typer.Option("--undo", metavar="ID", help="Take a relink back.", show_default=False)
    ] = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Find files again that were moved by hand, and record them where they are.

    Looks under PATH for files that are missing, or on a drive that is not
    connected, and knows them by size and header. Says what it would change,
    and does it when you agree, or with --yes. Nothing new is imported.
    """
    if (path is None) == (undo is None):
        raise BadRequest("say either where to look, or which relink to take back with --undo")
    with open_archive(context, archive) as house:
        if undo is not None:
            _undo(house, undo, as_json=as_json)
        elif path is not None:
            _relink(house, path, yes=yes, as_json=as_json)


def _undo(house: "Archive", number: int, *, as_json: bool) -> None:
    if house.import_summary(number).kind != "relink":
        raise NotFound(f"import {number} is not a relink; fileroom undo takes imports back")
    counts = house.undo_import(number)
    if as_json:
        print_json({"taken_back": counts})
    else:
        out().print(taken_back(counts))


def _relink(house: "Archive", path: Path, *, yes: bool, as_json: bool) -> None:
    # Programs say --yes and are told once; a person is shown what would change, and then asked.
    found = _look(house, path, dry_run=not (yes and as_json), as_json=as_json)
    if as_json:
        print_json(found)
        return
    _tell(found)
    if not found.files:
        return
    if not yes and sys.stdin.isatty():
        if not typer.confirm(f"Record {count(found.files, 'file')} at the new place?", err=True):
            raise Cancelled("nothing was changed")
        yes = True
    if not yes:
        out().print("Nothing was changed. To change it, say the same with --yes.")
        return
    done = _look(house, path, dry_run=False, as_json=as_json)
    out().print(f"Relink {done.id}: {count(done.files, 'file')} recorded at the new place.")
    out().print(f"To take it back:  fileroom relink --undo {done.id}")


def _look(house: "Archive", path: Path, *, dry_run: bool, as_json: bool) -> "RelinkReport":
    cancel = CancelToken()
    with reporter(as_json=as_json) as report, cancelling(cancel, _heard):
        return house.relink(path, dry_run=dry_run, on_progress=report, cancel=cancel)


def _heard() -> None:
    os.write(2, b"\nStopping; nothing is changed.\n")


def _tell(found: "RelinkReport") -> None:
    console = out()
    if not found.files:
        console.print("None of the files that are not where they were is there.")
    else:
        console.print(f"Found: {count(found.images, 'image')} of {count(found.series, 'series')}")
    for move in found.moves[:EXAMPLES]:
        console.print(f"  {move.files:>9,}  {safe(move.old)} → {safe(move.new)}", soft_wrap=True)
    if len(found.moves) > EXAMPLES:
        console.print(f"             … and {count(len(found.moves) - EXAMPLES, 'other folder')}")
    if found.left:
        console.print(f"Still not where they were: {count(found.left, 'file')}")
    for still in found.still[:EXAMPLES]:
        console.print(f"  {still.files:>9,}  {safe(still.old)} ({still.state.value})", soft_wrap=True)
