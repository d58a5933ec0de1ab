"""``fileroom charset``: what the files of a folder or a patient are written in, where they do not say so themselves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli import exits
from fileroom.cli.exits import EPILOG
from fileroom.cli.import_ import heard, tell
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.tables import Column, patient_name, print_table
from fileroom.cli.terminal import safe, short
from fileroom.errors import NotFound
from fileroom.jobs import CancelToken
from fileroom.model.rules import CHARSETS, CharsetRule

if TYPE_CHECKING:
    from fileroom.archive import Archive
    from fileroom.model.ledger import ImportSummary

RULES = (
    Column("No.", lambda rule: str(rule.id), right=True),
    Column("Character set", lambda rule: rule.charset),
    Column("Of", lambda rule: safe(rule.said), whole=True),
    Column("Patients", lambda rule: ", ".join(f"{patient_name(one)} ({short(one.id)})" for one in rule.patients)),
)
WhatArgument = Annotated[
    str,
    typer.Argument(metavar="WHAT", help="A folder that was brought in, or a patient by the id.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(epilog=EPILOG, invoke_without_command=True)
    group.callback(epilog=EPILOG)(charset)
    group.command("show", epilog=EPILOG)(show)
    group.command("set", epilog=EPILOG)(set_)
    group.command("unset", epilog=EPILOG)(unset)
    app.add_typer(group, name="charset")


def charset(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """Say what files are written in that do not say so, or not the truth.

    Text whose bytes do not fit the declared character set is shown by the most
    likely one, marked with ~ as a guess. Here you say what it is: for a folder
    that was brought in, or for a patient. Names and search follow at once.
    No file is changed, and it can be taken back.
    """
    if context.invoked_subcommand is None:
        show(context, as_json=as_json, archive=archive)


def show(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """List what was set, and the names of the sets."""
    with open_archive(context, archive) as house:
        rules = house.charsets()
    if as_json:
        print_json({"known": CHARSETS, "rules": rules})
        return
    if rules:
        print_table(out(), RULES, rules)
    else:
        out().print("No character set was set: text is read as the files declare, or guessed where that cannot be.")
    out().print(f"\nKnown: {', '.join(CHARSETS)}", soft_wrap=True)


def set_(
    context: typer.Context,
    what: WhatArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The character set, as `charset show` names it.")],
    *,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Say what a folder or a patient is written in, and read the files again.

    A patient's goes before a folder's. It holds for files that come later.
    """
    _change(context, what, name.lower(), as_json=as_json, archive=archive)


def unset(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="A folder, a patient, or a number of `charset show`.")],
    *,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Take it back: the files are read again as they declare."""
    _change(context, what, "", as_json=as_json, archive=archive)


def _change(context: typer.Context, what: str, name: str, *, as_json: bool, archive: Path | None) -> None:
    cancel = CancelToken()
    with open_archive(context, archive) as house, cancelling(cancel, heard):
        with reporter(as_json=as_json) as report:
            if not name and what.isdecimal():
                summary: ImportSummary = house.unset_charset(int(what), on_progress=report, cancel=cancel)
            else:
                summary = house.set_charset(_entry(house, what), name, on_progress=report, cancel=cancel)
        tell(house, summary, as_json=as_json)
        if not as_json:
            _tell(next((rule for rule in reversed(house.charsets()) if name), None))
    raise typer.Exit(exits.of_import(summary))


def _entry(house: "Archive", what: str) -> int | str:
    """A root of the list, by its path, or a patient."""
    try:
        return house.root_at(what)
    except NotFound:
        if Path(what).exists():
            raise
        return what


def _tell(rule: CharsetRule | None) -> None:
    if rule is not None:
        who = ", ".join(f"{patient_name(one)} ({short(one.id)})" for one in rule.patients) or safe(rule.said)
        out().print(f"Read as {rule.charset}: {who}", soft_wrap=True)
        out().print(f"To take it back:  fileroom charset unset {rule.id}", soft_wrap=True)
