"""``fileroom list``: entries of one level, all or those that words find."""

from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, LimitOption, OffsetOption, limit, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.tables import ENTRIES, explain_guesses, print_more, print_table
from fileroom.cli.terminal import safe
from fileroom.errors import BadRequest
from fileroom.model.drives import State
from fileroom.model.entries import Level
from fileroom.model.queries import Query

if TYPE_CHECKING:
    from fileroom.archive import Archive

LEVELS = {"patients": Level.PATIENT, "studies": Level.STUDY, "series": Level.SERIES, "instances": Level.INSTANCE}
EMPTY = """The archive is empty. Bring a folder with scans in; the files stay where they are:
  fileroom import FOLDER
Or look around with phantoms first:
  fileroom demo"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list", epilog=EPILOG)(list_)


def list_(  # noqa: PLR0913 - one for each option
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help="First what to list: patients (also when it is not said), studies, series or instances. "
            "Then words to find, as in the search box: name:rossi born:1970 mod:CT date:2024..2025 desc:torace; "
            "what begins with - is left out (put all in quotes then).",
            show_default=False,
        ),
    ] = None,
    *,
    order: Annotated[
        str,
        typer.Option(
            "--order", metavar="FIELD,...", help="Order by these fields; -FIELD reverses.", show_default=False
        ),
    ] = "",
    drive: Annotated[
        str, typer.Option("--drive", metavar="LABEL", help="Only what lies on this drive.", show_default=False)
    ] = "",
    state: Annotated[
        State | None,
        typer.Option("--state", metavar="STATE", help=f"Only what is so: {', '.join(State)}.", show_default=False),
    ] = None,
    rows: LimitOption = None,
    offset: OffsetOption = 0,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """List patients, studies, series or instances; WORDS search."""
    level, rest = what_and_words(words or [])
    with open_archive(context, archive) as house:
        query = Query(
            level=level,
            words=" ".join(rest),
            drive=_drive(house, drive) if drive else None,
            state=state,
            order=tuple(field for field in order.split(",") if field),
            limit=limit(rows, as_json=as_json),
            offset=offset,
        )
        page = house.search(query)
    if as_json:
        print_json(page)
    elif page.items:
        for typed, meant in page.instead:
            out().print(f"Nothing has “{safe(typed)}”: shown is what has “{safe(meant)}”.", soft_wrap=True)
        print_table(out(), ENTRIES[level], page.items)
        explain_guesses(page.items)
        print_more(page)
    else:
        out().print(_nothing(query.words, page.total), soft_wrap=True)


def _drive(house: "Archive", label: str) -> int:
    """The one drive of this label, mount point or identity."""
    drives = house.drives()
    found = [drive.id for drive in drives if label in {drive.label, drive.mount_point, drive.filesystem_id}]
    if len(found) != 1:
        known = ", ".join(safe(drive.label or drive.mount_point) for drive in drives)
        raise BadRequest(f"there is no one drive {safe(label)}; known: {known or 'none'}")
    return found[0]


def what_and_words(words: list[str]) -> tuple[Level, list[str]]:
    """The level that the first word names, if it does, and the words to find."""
    if words and words[0] in LEVELS:
        return LEVELS[words[0]], words[1:]
    return Level.PATIENT, words


def _nothing(words: str, total: int) -> str:
    if total:
        return f"There are only {total:,}."
    return f"Nothing has all of these words: {safe(words)}" if words else EMPTY
