"""``fileroom imports``: past imports, and the ledger of one."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, LimitOption, OffsetOption, limit, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.summary import begun, in_words, why_of
from fileroom.cli.tables import IMPORTS, Column, print_more, print_table
from fileroom.cli.terminal import count, safe
from fileroom.errors import BadRequest, FileroomError, NotFound
from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from fileroom.archive import Archive

LEDGER = (
    Column("Outcome", lambda entry: entry.outcome.value),
    Column("Path", lambda entry: safe(entry.path), whole=True),
    Column("Reason", why_of, whole=True),
)
OUTCOMES = ", ".join(Outcome)
REASONS = ", ".join(Reason)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("imports", epilog=EPILOG)(imports)


def imports(  # noqa: PLR0913 - one for each option
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
    reason: Annotated[
        Reason | None,
        typer.Option(
            "--reason",
            metavar="REASON",
            help=f"Only paths with this reason; without ID, of the newest import. One of {REASONS}.",
            show_default=False,
        ),
    ] = None,
    csv: Annotated[
        str | None,
        typer.Option(
            "--csv", metavar="FILE", help="Write the whole ledger as a table (CSV); - for stdout.", show_default=False
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
    asked = _Asked(outcome, reason, limit(rows, as_json=as_json), offset)
    if csv is not None and (as_json or rows is not None or offset):
        raise BadRequest("--csv writes the whole ledger: without --json, --limit and --offset")
    with open_archive(context, archive) as house:
        if csv is not None:
            _table(house, import_id or _newest(house), asked, csv)
        elif import_id is None and outcome is None and reason is None:
            _all(house, asked, as_json=as_json)
        else:
            _one(house, import_id or _newest(house), asked, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Asked:
    outcome: Outcome | None
    reason: Reason | None
    at_most: int | None
    offset: int


def _newest(archive: "Archive") -> int:
    newest = archive.imports(limit=1).items
    if not newest:
        raise NotFound("nothing has been imported yet")
    return newest[0].id


def _all(archive: "Archive", asked: _Asked, *, as_json: bool) -> None:
    page = archive.imports(limit=asked.at_most, offset=asked.offset)
    if as_json:
        print_json(page)
    elif page.total:
        print_table(out(), IMPORTS, page.items)
        print_more(page)
    else:
        out().print("Nothing has been imported yet. Bring a folder in:  fileroom import FOLDER")


def _one(archive: "Archive", import_id: int, asked: _Asked, *, as_json: bool) -> None:
    summary = archive.import_summary(import_id)
    page = archive.ledger(
        import_id, outcome=asked.outcome, reason=asked.reason, limit=asked.at_most, offset=asked.offset
    )
    if as_json:
        print_json({"import": summary, "ledger": page})
        return
    if asked.outcome is None and asked.reason is None:
        for line in [*in_words(summary), *begun(summary)]:
            out().print(line, soft_wrap=True)
    if page.items:
        print_table(out(), LEDGER, page.items)
        print_more(page)


def _table(archive: "Archive", import_id: int, asked: _Asked, to: str) -> None:
    archive.import_summary(import_id)  # before a file is made
    lines = archive.ledger_csv(import_id, outcome=asked.outcome, reason=asked.reason)
    if to == "-":
        for line in lines:
            sys.stdout.write(line.replace("\r\n", "\n"))  # a stream of text ends its lines in the system's way
        return
    written = -1  # the head is no path
    try:
        # Excel takes a table for UTF-8 only when it begins with a byte order mark.
        with Path(to).open("x", encoding="utf-8-sig", newline="") as file:
            for line in lines:
                file.write(line)
                written += 1
    except FileExistsError:
        raise BadRequest(f"{to} is there already: name another file") from None
    except OSError as error:
        raise FileroomError(f"{to} cannot be written: {error.strerror}") from None
    err().print(f"{count(written, 'path')} of import {import_id} written to {safe(to)}", soft_wrap=True)
