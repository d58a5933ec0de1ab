"""``fileroom show``: one entry with all that is known about it."""

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import FIRST, ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.tables import ENTRIES, print_more, print_table
from fileroom.cli.terminal import clock, day, label, number, person, safe, size
from fileroom.model.drives import State
from fileroom.model.entries import Counts, FileLocation, Instance, Level, Patient, PersonName, Series, Study
from fileroom.model.headers import Header
from fileroom.model.queries import Query

if TYPE_CHECKING:
    from fileroom.archive import Archive

Entry = Patient | Study | Series | Instance

LEVEL_OF: dict[type[Entry], Level] = {
    Patient: Level.PATIENT,
    Study: Level.STUDY,
    Series: Level.SERIES,
    Instance: Level.INSTANCE,
}
SAME_PERSON = {
    "same_identifiers": "issuer, Patient ID, name and birth date are the same",
    "no_patient_id": "no usable Patient ID, so each study stands by itself",
}
BELOW = {
    Level.PATIENT: (Level.STUDY, "studies"),
    Level.STUDY: (Level.SERIES, "series"),
    Level.SERIES: (Level.INSTANCE, "instances"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show", epilog=EPILOG)(show)


def show(
    context: typer.Context,
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="An id, or its beginning (at least 6 characters).")],
    *,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Show one entry with all that is known, and what lies below it."""
    with open_archive(context, archive) as house:
        entry = house.get(entry_id)
        level = LEVEL_OF[type(entry)]
        if as_json:
            print_json({"level": level, "entry": entry, **_all_below(house, level, entry.id)})
            return
        console = out()
        for name, value in lines(entry):
            console.print(f"{name + ':':<32} {value}", soft_wrap=True)
        _print_below(house, level, entry.id)


def _all_below(archive: "Archive", level: Level, entry_id: str) -> dict[str, Any]:
    if level not in BELOW:
        return {}
    below, name = BELOW[level]
    return {name: archive.search(Query(level=below, parent=entry_id)).items}


def _print_below(archive: "Archive", level: Level, entry_id: str) -> None:
    if level in BELOW:
        below, _ = BELOW[level]
        page = archive.search(Query(level=below, parent=entry_id, limit=FIRST))
        out().print()
        print_table(out(), ENTRIES[below], page.items)
        print_more(page)


def lines(entry: Any) -> Iterator[tuple[str, str]]:
    """Label and value of every field that says something; the entries above stand first, each by its name."""
    for field in fields(entry):
        yield from _lines_of(field.name, getattr(entry, field.name))


def _lines_of(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, (Patient, Study, Series)):
        yield label(name) + " Entry", value.id
        if isinstance(value, Patient):
            yield "Patient Name", "Anonymous" if value.anonymous else person(value.name)
        else:
            yield from _lines_of(*_parent(value))
    elif isinstance(value, (Counts, Header)):
        yield from lines(value)
    elif isinstance(value, tuple) and value and isinstance(value[0], FileLocation):
        for location in value:
            yield "File", _file(location)
    elif name == "id":
        yield "Entry", value  # not "ID": Patient ID and Study ID are what the files say
    elif text := in_words(name, value):
        yield label(name), text


def _parent(entry: Study | Series) -> tuple[str, Any]:
    return ("patient", entry.patient) if isinstance(entry, Study) else ("study", entry.study)


def _file(location: FileLocation) -> str:
    kind = f"{location.outcome.value}, {location.state.value}" + (", owned by the archive" if location.owned else "")
    return f"{safe(location.path)} ({size(location.size)}, {kind})"


def in_words(name: str, value: Any) -> str:
    """A field's value as people write it; ``""`` for what is absent."""
    if value in (None, "", ()):
        return ""
    if isinstance(value, PersonName):
        return person(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name == "bytes":
        return size(value)
    if isinstance(value, int):
        return number(value) if name in {field.name for field in fields(Counts)} else str(value)
    if isinstance(value, tuple):
        return " \\ ".join(in_words("", item) for item in value)
    return _text_in_words(name, value)


def _text_in_words(name: str, value: Any) -> str:
    if name == "date" or name.endswith("_date"):
        return day(str(value))
    if name == "time" or name.endswith("_time"):
        return clock(str(value))
    if value is State.CHANGED:
        return "changed since it was read: import its folder again"
    if name in {"charset_guessed", "guessed_charset"}:
        return f"{safe(value)} (a guess: the text does not fit the character set that the files declare)"
    if name == "reason":
        return SAME_PERSON.get(value, safe(value))
    return f"{value:.10g}" if isinstance(value, float) else safe(str(value))
