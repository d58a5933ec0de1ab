"""``fileroom purge``: delete the archive's own copies of what was removed from it."""

import sys
from typing import TYPE_CHECKING

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, YesOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.terminal import count, day, person, safe, size
from fileroom.errors import Cancelled

if TYPE_CHECKING:
    from fileroom.model.ledger import Purged, PurgeReport

EXAMPLES = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("purge", epilog=EPILOG)(purge)


def purge(
    context: typer.Context, *, yes: YesOption = False, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Delete the archive's own copies of what was removed from it.

    Says what would be deleted, and deletes it when you agree, or with --yes.
    Only copies that fileroom made (import --copy) are ever deleted, and only
    while they are as it wrote them. What is purged cannot be restored.
    """
    with open_archive(context, archive) as house:
        found = house.purge(dry_run=True)
        if not as_json:
            _tell(found)
        if found.files and not yes and not as_json and sys.stdin.isatty():
            if not typer.confirm(f"Delete {count(found.files, 'file')}? This cannot be taken back.", err=True):
                raise Cancelled("nothing was deleted")
            yes = True
        if yes:
            found = house.purge()
    if as_json:
        print_json(found)
    elif found.done and found.files:
        out().print(f"Deleted: {count(found.files, 'file')}, {size(found.bytes)}.")
    elif found.files:
        out().print("Nothing was deleted. To delete them:  fileroom purge --yes")


def _tell(found: "PurgeReport") -> None:
    console = out()
    if not found.files:
        console.print("There is nothing to purge: the archive owns no copy of anything that was removed from it.")
    for entry in found.entries:
        console.print(f"  {_described(entry)}: {count(entry.files, 'file')}, {size(entry.bytes)}", soft_wrap=True)
    if found.files:
        console.print(f"In all {count(found.files, 'file')}, {size(found.bytes)}, copies that the archive owns.")
    if found.left:
        err().print(f"Left alone, since they are not as fileroom wrote them: {count(len(found.left), 'file')}")
        for path in found.left[:EXAMPLES]:
            err().print(f"    {safe(path)}", soft_wrap=True)


def _described(entry: "Purged") -> str:
    study = " ".join(filter(None, (day(entry.date), safe(entry.description)))) or "a study"
    return f"{person(entry.patient) or 'Anonymous'}, {study}"
