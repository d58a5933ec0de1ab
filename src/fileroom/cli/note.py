"""``fileroom note`` and ``label``: what you want to remember of an entry."""

from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.tables import Column, print_table
from fileroom.cli.terminal import number, safe
from fileroom.errors import BadRequest
from fileroom.model.entries import Instance, Patient, Series, Study

LABELS = (
    Column("Label", lambda label: safe(label.label)),
    Column("Entries", lambda label: number(label.entries), right=True),
)


def register(app: typer.Typer) -> None:
    """Add the two commands."""
    app.command("note", epilog=EPILOG)(note)
    app.command("label", epilog=EPILOG)(label)


def note(
    context: typer.Context,
    entry: Annotated[str, typer.Argument(metavar="ID", help="A patient, study or series.")],
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="The note.", show_default=False)] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the note away.")] = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Show or write a note on a patient, study or series.

    Notes are sealed in the archive and found by search; no file is changed.
    """
    with open_archive(context, archive) as house:
        if text or remove:
            house.set_note(entry, " ".join(text or ()))
        found = _noted(house.get(entry))
    if as_json:
        print_json({"id": found.id, "note": found.note})
    else:
        out().print(safe(found.note) or "There is no note on this entry.", soft_wrap=True)


def label(
    context: typer.Context,
    entry: Annotated[
        str | None, typer.Argument(metavar="ID", help="A patient, study or series.", show_default=False)
    ] = None,
    labels: Annotated[
        list[str] | None, typer.Argument(metavar="LABEL", help="Labels to put on it.", show_default=False)
    ] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take these labels away instead.")] = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Show or put labels on a patient, study or series; without ID list all labels.

    Labels are sealed in the archive and found by search; no file is changed.
    """
    with open_archive(context, archive) as house:
        if entry is None:
            used = house.labels()
            if as_json:
                print_json({"labels": used})
            elif used:
                print_table(out(), LABELS, used)
            else:
                out().print("There are no labels. Put one on an entry:  fileroom label ID LABEL")
            return
        found = _noted(house.get(entry))
        if labels:
            kept = [name for name in found.labels if name not in labels]
            house.set_labels(entry, kept if remove else [*kept, *labels])
            found = _noted(house.get(entry))
    if as_json:
        print_json({"id": found.id, "labels": found.labels})
    else:
        out().print(", ".join(map(safe, found.labels)) or "There are no labels on this entry.", soft_wrap=True)


def _noted(entry: Patient | Study | Series | Instance) -> Patient | Study | Series:
    if isinstance(entry, Instance):
        raise BadRequest("notes and labels are for patients, studies and series")
    return entry
