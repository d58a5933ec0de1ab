"""``fileroom remove``: forget entries; the files stay."""

import sys
from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, YesOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.tables import patient_name
from fileroom.cli.terminal import count, day, safe, short
from fileroom.errors import BadRequest, Cancelled
from fileroom.model.entries import Counts, Instance, Patient, Series, Study

Entry = Patient | Study | Series | Instance
STAY = "The files stay where they are."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("remove", epilog=EPILOG)(remove)


def remove(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids, or their beginnings (at least 6 characters).")],
    *,
    yes: YesOption = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Remove entries from the archive; the files stay where they are.

    `fileroom restore ID` takes it back.
    """
    with open_archive(context, archive) as house:
        entries = [house.get(entry_id) for entry_id in ids]
        if not yes:
            _ask(entries, as_json=as_json)
        removed = house.forget([entry.id for entry in entries])
    if as_json:
        print_json({"removed": removed, "ids": [entry.id for entry in entries]})
        return
    out().print(f"Removed from the archive: {extent(removed)}. {STAY}", soft_wrap=True)
    out().print("To take it back:  fileroom restore " + " ".join(entry.id for entry in entries), soft_wrap=True)


def _ask(entries: list[Entry], *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise BadRequest("there is nobody to ask: say --yes")
    for entry in entries:
        err().print(f"  {short(entry.id)}  {described(entry)}", soft_wrap=True)
    if not typer.confirm(f"Remove {count(len(entries), 'entry')} from the archive? {STAY}", err=True):
        raise Cancelled("nothing was removed")


def described(entry: Entry) -> str:
    """One entry in a line, so that nobody removes the wrong one."""
    if isinstance(entry, Patient):
        return f"{patient_name(entry)}, born {day(entry.birth_date) or '?'}: {extent(entry.counts)}"
    if isinstance(entry, Study):
        return f"{patient_name(entry.patient)}, study of {day(entry.date) or '?'}: {extent(entry.counts)}"
    if isinstance(entry, Series):
        return f"{patient_name(entry.study.patient)}, series {safe(entry.description)}: {extent(entry.counts)}"
    return f"{patient_name(entry.series.study.patient)}, one image"


def extent(counts: Counts) -> str:
    """``2 studies, 3 series, 40 images``."""
    named = ((counts.studies, "study"), (counts.series, "series"), (counts.instances, "image"))
    return ", ".join(count(value, noun) for value, noun in named if value) or "nothing"
