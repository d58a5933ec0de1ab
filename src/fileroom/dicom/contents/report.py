"""Structured reports and key object selections as documents that people read (PS3.3 C.17.3, PS3.16).

The content tree becomes headings and lines: a concept's name, its value with its unit, codes by what they mean. Groups
of measurements (TID 1500) are gathered to a table, one line for each. What refers to images says to which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.contents.opening import (
    first_of,
    items_of,
    meaning_of,
    name_of,
    numbers_of,
    text_of,
)
from fileroom.errors import Undecodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KIND: Final = "report"
DEEPEST: Final = 48  # real reports have some ten levels
MOST_ENTRIES: Final = 20_000
MOST_COLUMNS: Final = 24
MEASUREMENT_GROUP: Final = ("DCM", "125007")  # TID 1410, 1411, 1501


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An object that an entry refers to; ``frames`` from 1, empty for all of them."""

    sop_class_uid: str
    sop_instance_uid: str
    frames: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Measurement groups as lines: the heads, and a text (or none) under each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A content item. ``kind`` is its value type in lower case; ``value`` is text, also of numbers, as it was written.

    ``continuous``: what is inside a container reads on as one text (Continuity Of Content, C.17.3.2.1).
    """

    kind: str
    name: str
    value: str
    unit: str
    continuous: bool
    references: tuple[Reference, ...]
    table: Table | None
    children: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A document: its title, how far it has come (C.17.2), who signed it, and its content."""

    title: str
    completion: str
    verification: str
    verified_by: tuple[str, ...]
    date: str
    time: str
    entries: tuple[Entry, ...]


def is_one(data_set: Any) -> bool:
    """Whether this is the root of a content tree."""
    return bool(text_of(data_set, "ValueType")) and "ConceptNameCodeSequence" in data_set


def read(data_set: Any) -> Report:
    """The document. Undecodable when it is nested more deeply, or longer, than any that people write."""
    left = iter(range(MOST_ENTRIES))
    return Report(
        title=meaning_of(data_set, "ConceptNameCodeSequence"),
        completion=text_of(data_set, "CompletionFlag"),
        verification=text_of(data_set, "VerificationFlag"),
        verified_by=tuple(
            name for item in items_of(data_set, "VerifyingObserverSequence") if (name := _observer(item))
        ),
        date=text_of(data_set, "ContentDate"),
        time=text_of(data_set, "ContentTime"),
        entries=tuple(_entry(item, left, 1) for item in items_of(data_set, "ContentSequence")),
    )


def _observer(item: Any) -> str:
    return name_of(item, "VerifyingObserverName")


def _entry(item: Any, left: Iterator[int], depth: int) -> Entry:
    if depth > DEEPEST:
        raise Undecodable("the report is nested too deeply")
    if next(left, None) is None:
        raise Undecodable("the report is too long to be shown")
    kind = text_of(item, "ValueType").lower()
    inside = items_of(item, "ContentSequence")
    read_value = VALUES.get(kind)
    value, unit = read_value(item) if read_value else ("", "")
    if not kind:  # a relationship by reference: the target stands elsewhere, and is not followed (C.17.3.2.5)
        kind, value = "see", ".".join(f"{number:g}" for number in numbers_of(item, "ReferencedContentItemIdentifier"))
    return Entry(
        kind=kind,
        name=meaning_of(item, "ConceptNameCodeSequence"),
        value=value,
        unit=unit,
        continuous=text_of(item, "ContinuityOfContent") == "CONTINUOUS",
        references=_references(item),
        table=_table([one for one in inside if _code(one) == MEASUREMENT_GROUP]),
        children=tuple(_entry(one, left, depth + 1) for one in inside),
    )


def _code(item: Any) -> tuple[str, str]:
    name = first_of(item, "ConceptNameCodeSequence")
    return (text_of(name, "CodingSchemeDesignator"), text_of(name, "CodeValue")) if name is not None else ("", "")


def _references(item: Any) -> tuple[Reference, ...]:
    return tuple(
        Reference(
            sop_class_uid=text_of(one, "ReferencedSOPClassUID"),
            sop_instance_uid=text_of(one, "ReferencedSOPInstanceUID"),
            frames=tuple(int(number) for number in numbers_of(one, "ReferencedFrameNumber")),
        )
        for one in items_of(item, "ReferencedSOPSequence")
    )


def references_of(entries: tuple[Entry, ...]) -> frozenset[str]:
    """The SOP Instance UIDs of all objects that entries refer to."""
    own = {one.sop_instance_uid for entry in entries for one in entry.references}
    return frozenset(own).union(*(references_of(entry.children) for entry in entries))


# -- values (C.17.3.2.1) -----------------------------------------------------------------------------------------


def _number(item: Any) -> tuple[str, str]:
    measured = first_of(item, "MeasuredValueSequence")
    if measured is None:  # why there is no number
        return meaning_of(item, "NumericValueQualifierCodeSequence"), ""
    return text_of(measured, "NumericValue"), _unit(measured)


def _unit(measured: Any) -> str:
    """UCUM's short form where people write it, too: ``mm``, not ``millimeter``; nothing for a pure number."""
    item = first_of(measured, "MeasurementUnitsCodeSequence")
    if item is None:
        return ""
    code = text_of(item, "CodeValue")
    if text_of(item, "CodingSchemeDesignator") != "UCUM" or set(code) & set("{[") or not code:
        return text_of(item, "CodeMeaning") or code
    return "" if code == "1" else code


def _coordinates(item: Any) -> tuple[str, str]:
    dimensions = 3 if text_of(item, "ValueType") == "SCOORD3D" else 2
    points = len(numbers_of(item, "GraphicData")) // dimensions
    return f"{text_of(item, 'GraphicType')} ({points})", ""


def _plain(keyword: str) -> Callable[[Any], tuple[str, str]]:
    return lambda item: (text_of(item, keyword), "")


VALUES: Final[dict[str, Callable[[Any], tuple[str, str]]]] = {
    "text": _plain("TextValue"),
    "num": _number,
    "code": lambda item: (meaning_of(item, "ConceptCodeSequence"), ""),
    "pname": lambda item: (name_of(item, "PersonName"), ""),
    "date": _plain("Date"),
    "time": _plain("Time"),
    "datetime": _plain("DateTime"),
    "uidref": _plain("UID"),
    "scoord": _coordinates,
    "scoord3d": _coordinates,
    "tcoord": _plain("TemporalRangeType"),
}


# -- measurement groups as a table -------------------------------------------------------------------------------


def _table(groups: list[Any]) -> Table | None:
    """One line for each group, one column for each concept that has a value in any of them."""
    lines = [_line(group) for group in groups]
    columns = list(dict.fromkeys(name for line in lines for name in line))[:MOST_COLUMNS]
    if not columns:
        return None
    return Table(columns=tuple(columns), rows=tuple(tuple(line.get(name, "") for name in columns) for line in lines))


def _line(group: Any) -> dict[str, str]:
    line: dict[str, str] = {}
    for item in items_of(group, "ContentSequence"):
        kind = text_of(item, "ValueType").lower()
        if kind not in {"num", "code", "text"}:  # identifiers and coordinates stand below
            continue
        value, unit = VALUES[kind](item)
        name = meaning_of(item, "ConceptNameCodeSequence")
        derived = next((_derivation(one) for one in items_of(item, "ContentSequence") if _derivation(one)), "")
        head = f"{name} ({derived})" if derived else name
        shown = f"{value} {unit}".strip()
        line[head] = f"{line[head]}; {shown}" if head in line else shown
    return line


def _derivation(item: Any) -> str:
    """Mean, maximum …: what a number is of its region (TID 1419)."""
    return meaning_of(item, "ConceptCodeSequence") if _code(item) == ("DCM", "121401") else ""
