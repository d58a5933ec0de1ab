"""``fileroom imports``: past imports, and the ledger of one."""

from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, LimitOption, OffsetOption, limit, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.summary import in_words, why_of
from fileroom.cli.tables import IMPORTS, Column, print_more, print_table
from fileroom.cli.terminal import safe
from fileroom.errors import NotFound
from fileroom.model import Outcome

if TYPE_CHECKING:
    from fileroom.archive import Archive

LEDGER = (
    Column("Outcome", lambda entry: entry.outcome.value),
    Column("Path", lambda entry: safe(entry.path), whole=True),
    Column("Reason", why_of, whole=True),
)
OUTCOMES = ", ".join(Outcome)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("imports", epilog=EPILOG)(imports)


def imports(
    context: typer.Context,
    import_id: Annotated[
        int | None, typer.Argument(metavar="ID", help="One import: its ledger.", show_default=False)
    ] = None,
    *,
    outcome: Annotated[
        Outcome | None,
        typer.Option(
            "--outcome",
            metavar="OUTCOME",
            help=f"Only paths with this outcome; without ID, of the newest import. One of {OUTCOMES}.",
            show_default=False,
        ),
    ] = None,
    rows: LimitOption = None,
    offset: OffsetOption = 0,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """List past imports; with ID the ledger of one.

    The ledger has every path with what became of it and why. Paths that were
    unchanged since the import before are counted, not listed.
    """
    at_most = limit(rows, as_json=as_json)
    with open_archive(context, archive) as house:
        if import_id is None and outcome is None:
            _all(house, at_most, offset, as_json=as_json)
        else:
            _one(house, import_id or _newest(house), outcome, at_most, offset, as_json=as_json)


def _newest(archive: "Archive") -> int:
    newest = archive.imports(limit=1).items
    if not newest:
        raise NotFound("nothing has been imported yet")
    return newest[0].id


def _all(archive: "Archive", at_most: int | None, offset: int, *, as_json: bool) -> None:
    page = archive.imports(limit=at_most, offset=offset)
    if as_json:
        print_json(page)
    elif page.total:
        print_table(out(), IMPORTS, page.items)
        print_more(page)
    else:
        out().print("Nothing has been imported yet. Bring a folder in:  fileroom import FOLDER")


def _one(
    archive: "Archive", import_id: int, outcome: Outcome | None, at_most: int | None, offset: int, *, as_json: bool
) -> None:
    summary = archive.import_summary(import_id)
    page = archive.ledger(import_id, outcome=outcome, limit=at_most, offset=offset)
    if as_json:
        print_json({"import": summary, "ledger": page})
        return
    if outcome is None:
        for line in in_words(summary):
            out().print(line, soft_wrap=True)
    if page.items:
        print_table(out(), LEDGER, page.items)
        print_more(page)
