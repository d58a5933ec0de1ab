"""``fileroom restore``: take back ``fileroom remove``."""

from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.remove import extent


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore", epilog=EPILOG)(restore)


def restore(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="The ids that were removed.")],
    *,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Bring removed entries back into the archive."""
    with open_archive(context, archive) as house:
        restored = house.restore(ids)
    if as_json:
        print_json({"restored": restored})
    else:
        out().print(f"Back in the archive: {extent(restored)}.", soft_wrap=True)
