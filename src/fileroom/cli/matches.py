"""``fileroom matches``, ``same``, ``different``: who might be, is, or is not the same person."""

from pathlib import Path
from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.tables import PATIENTS, patient_name, print_table
from fileroom.cli.terminal import count, safe, short
from fileroom.model.entries import Patient
from fileroom.model.rules import Likeness, PatientRule, Verdict

IdsArgument = Annotated[
    list[str], typer.Argument(metavar="ID", help="Two patients or more, by their ids or the beginnings of these.")
]
WHY = {
    Likeness.SAME_ID: "The same Patient ID, but another name or birth date:",
    Likeness.SAME_PERSON: "The same name and birth date, but other Patient IDs:",
}
SAID = {Verdict.SAME: "is the same person as", Verdict.DIFFERENT: "is not the same person as"}
ASK = """Say what is so (nothing is merged unasked, and both can be taken back):
  fileroom same ID ID          they are one person; the first name is shown
  fileroom different ID ID     they are not"""


def register(app: typer.Typer) -> None:
    """Add the three commands."""
    app.command("matches", epilog=EPILOG)(matches)
    app.command("same", epilog=EPILOG)(same)
    app.command("different", epilog=EPILOG)(different)


def matches(
    context: typer.Context,
    *,
    rules: Annotated[bool, typer.Option("--rules", help="Show what was said instead.")] = False,
    undo: Annotated[
        int | None,
        typer.Option("--undo", metavar="RULE", help="Take back the rule of this number.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Show patients that might be one person.

    The same Patient ID with another name or birth date, or the same name and birth date with another Patient ID.
    """
    with open_archive(context, archive) as house:
        if undo is not None:
            house.take_back(undo)
        said = house.rules() if rules or undo is not None else ()
        found = () if rules or undo is not None else house.possible_matches()
    if as_json:
        print_json({"rules": said} if rules or undo is not None else {"matches": found})
    elif rules or undo is not None:
        _show(said)
    elif found:
        for match in found:
            out().print(WHY[match.likeness])
            print_table(out(), PATIENTS, match.patients)
            out().print()
        out().print(ASK, soft_wrap=True)
    else:
        out().print("Nobody in the archive looks like somebody else in it.")


def same(
    context: typer.Context, ids: IdsArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Say that patients are one person; the first of them is shown. No file is changed."""
    _decide(context, Verdict.SAME, ids, as_json=as_json, archive=archive)


def different(
    context: typer.Context, ids: IdsArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Say that patients are not one person: `fileroom matches` does not ask again."""
    _decide(context, Verdict.DIFFERENT, ids, as_json=as_json, archive=archive)


def _decide(context: typer.Context, verdict: Verdict, ids: list[str], *, as_json: bool, archive: Path | None) -> None:
    with open_archive(context, archive) as house:
        rules = house.decide(verdict, ids)
    if as_json:
        print_json({"rules": rules})
    else:
        _show(rules)
        out().print("To take it back:  fileroom matches --undo NUMBER")


def _show(rules: tuple[PatientRule, ...]) -> None:
    if not rules:
        out().print("Nothing is said about who is who.")
    for rule in rules:
        first, second = (
            _who(patient, said) for patient, said in zip((rule.first, rule.second), rule.said, strict=True)
        )
        out().print(f"{rule.id}: {first} {SAID[rule.verdict]} {second}", soft_wrap=True)


def _who(patient: Patient | None, said: str) -> str:
    if patient is None:
        return f"{safe(said)} (nothing of them is here)"
    return f"{patient_name(patient)} ({short(patient.id)}, {count(patient.counts.studies, 'study')})"
