"""Entries as rows of a table: one column for each fact, for spreadsheets and data frames.

Columns are named after the DICOM keyword where there is one, in lower case with underscores. Dates and times are the
text that stands in the file (PS3.5 6.2); lengths are millimetres.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, get_type_hints

from fileroom.model.entries import Instance, Level, Patient, Series, Study
from fileroom.model.headers import Header
from fileroom.model.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Excel and its like take a cell that begins so for a formula, and run it. A name from a file may begin so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Value = str | int | float | bool | list[str] | list[float] | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the type of its values (``texts`` and ``numbers`` are lists), and where they come from."""

    name: str
    kind: type[Any] | str
    of: Callable[[Any], Value]


def harmless(text: str) -> str:
    """``text`` as a spreadsheet shows it and does not run it: behind an apostrophe where it looks like a formula.

    >>> harmless("=1+1"), harmless("/scans/IM1")
    ("'=1+1", '/scans/IM1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_line(cells: Iterable[Any]) -> str:
    """One line of a table (CSV, RFC 4180) with its CRLF; no cell of it can be run."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def csv_lines(level: Level, entries: Iterable[Any]) -> Iterator[str]:
    """The head and then one line for each entry. What a column has several of is separated by backslashes."""
    yield csv_line(column.name for column in COLUMNS[level])
    for entry in entries:
        yield csv_line(_cell(value) for value in row(level, entry).values())


def _cell(value: Value) -> Any:
    if isinstance(value, bool):
        return int(value)
    return "\\".join(map(str, value)) if isinstance(value, list) else value


def row(level: Level, entry: Any) -> dict[str, Value]:
    """One entry by the columns of its level. Characters that no encoding has are shown as escapes."""
    return {column.name: plain(column.of(entry)) for column in COLUMNS[level]}


def _patient(of: Callable[[Any], Patient]) -> tuple[Column, ...]:
    return (
        Column("patient", str, lambda e: of(e).id),
        Column("patient_name", str, lambda e: of(e).name.alphabetic),
        Column("patient_name_ideographic", str, lambda e: of(e).name.ideographic),
        Column("patient_name_phonetic", str, lambda e: of(e).name.phonetic),
        Column("patient_id", str, lambda e: of(e).patient_id),
        Column("issuer_of_patient_id", str, lambda e: of(e).issuer_of_patient_id),
        Column("patient_birth_date", str, lambda e: of(e).birth_date),
        Column("patient_sex", str, lambda e: of(e).sex),
        Column("anonymous", bool, lambda e: of(e).anonymous),
    )


def _study(of: Callable[[Any], Study]) -> tuple[Column, ...]:
    return (
        *_patient(lambda e: of(e).patient),
        Column("study", str, lambda e: of(e).id),
        Column("study_instance_uid", str, lambda e: of(e).study_instance_uid),
        Column("study_id", str, lambda e: of(e).study_id),
        Column("study_date", str, lambda e: of(e).date),
        Column("study_time", str, lambda e: of(e).time),
        Column("study_description", str, lambda e: of(e).description),
        Column("accession_number", str, lambda e: of(e).accession_number),
        Column("institution_name", str, lambda e: of(e).institution_name),
        Column("referring_physician_name", str, lambda e: of(e).referring_physician_name.alphabetic),
        Column("patient_age", str, lambda e: of(e).patient_age),
        Column("modalities_in_study", "texts", lambda e: list(of(e).modalities)),
    )


_SERIES = (
    *_study(lambda e: e.study),
    Column("series", str, lambda e: e.id),
    Column("series_instance_uid", str, lambda e: e.series_instance_uid),
    Column("modality", str, lambda e: e.modality),
    Column("series_number", int, lambda e: e.number),
    Column("series_description", str, lambda e: e.description),
    Column("series_date", str, lambda e: e.date),
    Column("series_time", str, lambda e: e.time),
    Column("protocol_name", str, lambda e: e.protocol_name),
    Column("body_part_examined", str, lambda e: e.body_part_examined),
    Column("laterality", str, lambda e: e.laterality),
    Column("patient_position", str, lambda e: e.patient_position),
    Column("performing_physician_name", str, lambda e: e.performing_physician_name.alphabetic),
    Column("manufacturer", str, lambda e: e.manufacturer),
    Column("manufacturer_model_name", str, lambda e: e.manufacturer_model_name),
    Column("station_name", str, lambda e: e.station_name),
    Column("frame_of_reference_uid", str, lambda e: e.frame_of_reference_uid),
    Column("rows", int, lambda e: e.rows),
    Column("columns", int, lambda e: e.columns),
    Column("pixel_spacing", "numbers", lambda e: list(e.pixel_spacing)),
    Column("slice_thickness", float, lambda e: e.slice_thickness),
    Column("spacing_between_slices", float, lambda e: e.spacing_between_slices),
    Column("plane", str, lambda e: e.plane.value if e.plane else ""),
    Column("image_type", "texts", lambda e: list(e.image_type)),
    Column("original", bool, lambda e: e.original),
    Column("reformatted", bool, lambda e: e.reformatted),
    Column("sop_class_uid", str, lambda e: e.sop_class_uid),
    Column("transfer_syntax_uid", str, lambda e: e.transfer_syntax_uid),
)
_STATE = (Column("state", str, lambda e: e.state.value),)
_SAID = (
    Column("note", str, lambda e: e.note),
    Column("labels", "texts", lambda e: list(e.labels)),
)


def _counts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(f"n_{name}", int, partial(_count, name)) for name in names)


def _count(name: str, entry: Patient | Study | Series) -> Value:
    found: int = getattr(entry.counts, name)
    return found


def _header() -> Iterator[Column]:
    """All of an instance's header, as it stands in its file."""
    hints = get_type_hints(Header)
    kinds: dict[str, type[Any] | str] = {
        "int": int, "int | None": int, "float | None": float, "str": str, "bool": bool,
        "tuple[str, ...]": "texts", "tuple[float, ...]": "numbers",
    }  # fmt: skip
    for field in fields(Header):
        written = str(hints[field.name]).replace("<class '", "").replace("'>", "")
        yield Column(field.name, kinds[written], partial(_of_header, field.name))


def _of_header(name: str, entry: Instance) -> Value:
    value: Any = getattr(entry.header, name)
    return list(value) if isinstance(value, tuple) else value


_INSTANCE = (
    Column("patient", str, lambda e: e.series.study.patient.id),
    Column("study", str, lambda e: e.series.study.id),
    Column("series", str, lambda e: e.series.id),
    Column("instance", str, lambda e: e.id),
    *_header(),
    Column("n_frames", int, lambda e: e.frames),
    Column("path", str, lambda e: e.files[0].path if e.files else ""),
    *_STATE,
)

COLUMNS: dict[Level, tuple[Column, ...]] = {
    Level.PATIENT: (
        *_patient(lambda e: e),
        Column("modalities", "texts", lambda e: list(e.modalities)),
        Column("last_study_date", str, lambda e: e.last_study_date),
        *_counts("studies", "series", "instances", "frames", "bytes"),
        *_STATE,
        *_SAID,
    ),
    Level.STUDY: (*_study(lambda e: e), *_counts("series", "instances", "frames", "bytes"), *_STATE, *_SAID),
    Level.SERIES: (*_SERIES, *_counts("instances", "frames", "bytes"), *_STATE, *_SAID),
    Level.INSTANCE: _INSTANCE,
}


def markdown(head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table for documents, with an empty one behind it; ``head`` has its names with ``|`` between."""
    names = head.split("|")
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""
