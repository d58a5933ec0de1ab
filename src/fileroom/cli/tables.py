"""Tables that fit: which columns each level has, and which of them a narrow terminal does without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fileroom.cli.output import err
from fileroom.cli.terminal import clock, count, day, duration, moment, number, person, safe, short, size
from fileroom.model.drives import State
from fileroom.model.entries import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from fileroom.model.entries import Instance, Patient, Series, Study
    from fileroom.model.ledger import ImportSummary
    from fileroom.model.queries import Page

GAP = 2  # spaces between columns
GUESSED = "~"
WIDEST = 40  # cells: one endless name must not cost everybody else their columns


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title and what stands in it.

    ``dear`` says what happens when room is short: the highest number goes first, 0 never goes but is cut, or goes on
    in the next line when it must be seen ``whole``.
    """

    title: str
    value: Callable[[Any], str]
    dear: int = 0
    right: bool = False
    whole: bool = False


def patient_name(patient: Patient) -> str:
    """The name to show for a person, who may have none, but perhaps a note of the user that says who it is."""
    if patient.anonymous:
        return f"Anonymous ({safe(patient.note)})" if patient.note else "Anonymous"
    return guessed(person(patient.name), patient) or "(no name)"


def guessed(text: str, entry: Patient | Study | Series) -> str:
    """``text`` of an entry, with a mark where it was decoded by a guess."""
    return f"{text} {GUESSED}" if entry.charset_guessed and not text.isascii() else text


def _state(entry: Patient | Study | Series | Instance) -> str:
    return "" if entry.state is State.ONLINE else entry.state.value


def _spacing(series: Series) -> str:
    return " × ".join(f"{value:g}" for value in series.pixel_spacing)


def _made(series: Series) -> str:
    if series.reformatted:
        return "reformatted"
    return "" if series.original else "derived"


def _first_file(instance: Instance) -> str:
    return safe(instance.files[0].path) if instance.files else ""


PATIENTS = (
    Column("ID", lambda p: short(p.id)),
    Column("Name", patient_name),
    Column("Patient ID", lambda p: safe(p.patient_id), dear=3),
    Column("Born", lambda p: day(p.birth_date), dear=1),
    Column("Sex", lambda p: safe(p.sex), dear=4),
    Column("Modalities", lambda p: safe(" ".join(p.modalities)), dear=6),
    Column("Last study", lambda p: day(p.last_study_date), dear=5),
    Column("Studies", lambda p: number(p.counts.studies), dear=2, right=True),
    Column("Series", lambda p: number(p.counts.series), dear=7, right=True),
    Column("Images", lambda p: number(p.counts.instances), dear=8, right=True),
    Column("Size", lambda p: size(p.counts.bytes), dear=9, right=True),
    Column("State", _state, dear=1),
)
STUDIES = (
    Column("ID", lambda s: short(s.id)),
    Column("Patient", lambda s: patient_name(s.patient)),
    Column("Date", lambda s: day(s.date), dear=1),
    Column("Time", lambda s: clock(s.time), dear=8),
    Column("Description", lambda s: guessed(safe(s.description), s), dear=2),
    Column("Modalities", lambda s: safe(" ".join(s.modalities)), dear=3),
    Column("Accession", lambda s: safe(s.accession_number), dear=7),
    Column("Institution", lambda s: guessed(safe(s.institution_name), s), dear=9),
    Column("Series", lambda s: number(s.counts.series), dear=4, right=True),
    Column("Images", lambda s: number(s.counts.instances), dear=5, right=True),
    Column("Size", lambda s: size(s.counts.bytes), dear=6, right=True),
    Column("State", _state, dear=1),
)
SERIES = (
    Column("ID", lambda s: short(s.id)),
    Column("Patient", lambda s: patient_name(s.study.patient), dear=5),
    Column("Date", lambda s: day(s.study.date), dear=6),
    Column("No.", lambda s: "" if s.number is None else str(s.number), dear=2, right=True),
    Column("Modality", lambda s: safe(s.modality), dear=1),
    Column("Description", lambda s: guessed(safe(s.description), s)),
    Column("Body part", lambda s: safe(s.body_part_examined), dear=9),
    Column("Plane", lambda s: s.plane.value if s.plane else "", dear=7),
    Column(
        "Thickness", lambda s: "" if s.slice_thickness is None else f"{s.slice_thickness:g} mm", dear=10, right=True
    ),
    Column("Spacing", _spacing, dear=11),
    Column("Made", _made, dear=12),
    Column("Images", lambda s: number(s.counts.instances), dear=3, right=True),
    Column("Frames", lambda s: number(s.counts.frames), dear=8, right=True),
    Column("Size", lambda s: size(s.counts.bytes), dear=4, right=True),
    Column("State", _state, dear=1),
)
INSTANCES = (
    Column("ID", lambda i: short(i.id)),
    Column("Patient", lambda i: patient_name(i.series.study.patient), dear=4),
    Column("No.", lambda i: "" if i.header.instance_number is None else str(i.header.instance_number), right=True),
    Column("Frames", lambda i: number(i.frames), dear=3, right=True),
    Column("Size", lambda i: size(sum(f.size for f in i.files)), dear=2, right=True),
    Column("File", _first_file, whole=True),
    Column("State", _state, dear=1),
)
ENTRIES: dict[Level, tuple[Column, ...]] = {
    Level.PATIENT: PATIENTS,
    Level.STUDY: STUDIES,
    Level.SERIES: SERIES,
    Level.INSTANCE: INSTANCES,
}


def _when(summary: ImportSummary) -> str:
    return moment(summary.started)


def _from(summary: ImportSummary) -> str:
    return ", ".join(safe(root) for root in summary.roots)


IMPORTS = (
    Column("Import", lambda s: str(s.id), right=True),
    Column("Started", _when, dear=1),
    Column("State", lambda s: s.state),
    Column("Files", lambda s: number(s.files), dear=2, right=True),
    Column("Brought", lambda s: count(s.instances, "image"), dear=3, right=True),
    Column("Took", lambda s: duration(s.seconds), dear=4, right=True),
    Column("By", lambda s: safe(s.who), dear=5),
    Column("From", _from, whole=True),
)


def fitting(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Which columns to show: not the empty ones, nor the least dear ones that do not fit into ``width`` cells."""
    from rich.cells import cell_len

    cells = [max([cell_len(row[i]) for row in rows], default=0) for i in range(len(columns))]
    shown = [i for i, widest in enumerate(cells) if widest]
    need = {i: max(min(cells[i], WIDEST), cell_len(columns[i].title)) for i in shown}
    while sum(need[i] + GAP for i in shown) - GAP > width:
        last = max(shown, key=lambda i: columns[i].dear)
        if not columns[last].dear:
            break  # only what cannot be done without is left: it is shortened instead
        shown.remove(last)
    return shown


def print_table(console: Console, columns: Sequence[Column], items: Sequence[Any]) -> None:
    """``items`` as a table that fits ``console``."""
    from rich.table import Table
    from rich.text import Text

    rows = [[column.value(item) for column in columns] for item in items]
    shown = fitting(columns, rows, console.width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for i in shown:
        table.add_column(
            columns[i].title,
            justify="right" if columns[i].right else "left",
            no_wrap=not columns[i].whole,
            overflow="fold" if columns[i].whole else "ellipsis",
            max_width=None if columns[i].whole else WIDEST,
            min_width=len(rows[0][0]) if i == 0 and rows else None,
        )
    for row in rows:
        table.add_row(*(Text(row[i]) for i in shown))
    console.print(table)


def explain_guesses(items: Sequence[Any]) -> None:
    """Say on stderr what the mark of a guess means, when there is one."""
    if any(getattr(item, "charset_guessed", "") for item in items):
        err().print(f"{GUESSED} decoded by a guess; fileroom charset set WHAT NAME says what it is.", soft_wrap=True)


def print_more(page: Page[Any]) -> None:
    """Say on stderr what the table left out, when it did."""
    first, last = page.offset + 1, page.offset + len(page.items)
    if last - first + 1 < page.total:
        err().print(f"{first:,} to {last:,} of {page.total:,}; --limit and --offset show others.")
