"""From an identifier to a query: levels, unique keys, matching keys, and what is to be answered. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.attributes import (
    BY_LEVEL,
    EMPTY,
    FUZZY,
    INDEXED,
    REACH,
    Attribute,
    combined,
    conditions,
    each_of,
    fuzzy_words,
)
from fileroom.errors import BadRequest
from fileroom.model.entries import Level
from fileroom.model.queries import Condition, Match, Query
from fileroom.network import uids
from fileroom.network.uids import LEVELS, NAMES, UNIQUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.network.identifiers import Identifier, Key

_UIDS: Final = re.compile(r"[0-9A-Za-z._\\-]*")  # letters too: some programs that take names out make such
QUERY_RETRIEVE_LEVEL: Final = 0x00080052
CHARACTER_SET: Final = 0x00080005
RETRIEVE_AE_TITLE: Final = 0x00080054
AVAILABILITY: Final = 0x00080056
_OWN: Final = frozenset({CHARACTER_SET, QUERY_RETRIEVE_LEVEL, RETRIEVE_AE_TITLE, AVAILABILITY})
# The order of an answer to words, which would be by how well they fit.
_ORDERS: Final = {
    Level.PATIENT: ("name",),
    Level.STUDY: ("-date",),
    Level.SERIES: ("number",),
    Level.INSTANCE: ("number",),
}
_ORDER: Final = (Level.PATIENT, Level.STUDY, Level.SERIES, Level.INSTANCE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A C-FIND as it was asked. ``ignored``: a key that is not matched by had a value (status FF01)."""

    query: Query
    answered: tuple[tuple[int, str, Attribute[Any] | None, Level], ...]
    ignored: bool


def level_of(identifier: Identifier, sop_class: str) -> Level:
    """The level that is asked for. BadRequest when there is none, or the information model has no such level."""
    level = LEVELS.get(identifier.value(QUERY_RETRIEVE_LEVEL))
    if level is None:
        raise BadRequest("the level of the query is missing or unknown")
    if level is Level.PATIENT and sop_class not in uids.PATIENT_ROOT:
        raise BadRequest("the Study Root has no level of patients")  # PS3.4 C.6.2.1
    return level


def find(
    identifier: Identifier,
    sop_class: str,
    *,
    relational: bool,
    one_time: bool = False,
    fuzzy: bool = False,
    several: bool = False,
) -> Asked:
    """A C-FIND. BadRequest for what the standard forbids.

    Where it was agreed on (PS3.4 C.5.1.1), a date and its time are ``one_time``, names are matched ``fuzzy``, and of
    ``several`` values each has to be there.
    """
    level = level_of(identifier, sop_class)
    if not relational:
        _has_unique_keys(identifier, level)
    found: list[Condition] = []
    words: list[str] = []
    answered: list[tuple[int, str, Attribute[Any] | None, Level]] = []
    ignored = False
    for key in identifier.keys:
        if key.tag in _OWN or not key.tag & 0xFFFF:
            continue
        own, row = attribute_of(key, level)
        answered.append((key.tag, row.vr if row else key.vr, row, own))
        if row is not None and fuzzy and row.keyword in FUZZY and key.value != EMPTY:
            words += fuzzy_words(row, key.value)
        elif row is not None and row.keyword in INDEXED:
            for one in each_of(row.tag, row.vr, key.value) if several else [key.value]:
                found += _conditions(row, one)
        else:
            ignored = ignored or bool(key.value.strip("*")) or key.narrows
    asked_for = {tag for tag, *_ in answered}
    for own in _ORDER[: _ORDER.index(level) + 1]:  # unique keys are always answered (PS3.4 C.4.1.1.3.2)
        if own is Level.PATIENT and level is not Level.PATIENT and sop_class not in uids.PATIENT_ROOT:
            continue
        at, row = _by_keyword(UNIQUE[own], level)
        if int(row.tag, 16) not in asked_for:
            answered.append((int(row.tag, 16), row.vr, row, at))
    query = Query(
        level=level,
        words=" ".join(words),
        conditions=tuple(combined(found) if one_time else found),
        order=_ORDERS[level] if words else (),
        together=False,
    )
    return Asked(query, tuple(answered), ignored)


def retrieve(identifier: Identifier, sop_class: str, *, relational: bool) -> Query:
    """The instances that a C-MOVE or C-GET names by unique keys, which may be lists (PS3.4 C.4.2.1.4.1)."""
    level = level_of(identifier, sop_class)
    if not relational:
        _has_unique_keys(identifier, level)
    found: list[Condition] = []
    for own in _ORDER[: _ORDER.index(level) + 1]:
        _, row = _by_keyword(UNIQUE[own], Level.INSTANCE)
        value = identifier.value(int(row.tag, 16))
        if value and own is Level.PATIENT:
            found.append(Condition(row.keyword, Match.SINGLE, (value,)))
        elif value.strip("\\"):
            found.append(_named(row, value))
        elif own is level:
            raise BadRequest("nothing is named that is to be retrieved")
    return Query(level=Level.INSTANCE, conditions=tuple(found), together=False)


def _has_unique_keys(identifier: Identifier, level: Level) -> None:
    """PS3.4 C.4.1.2.1: without relational queries the unique keys of the levels above must be there, each one value.

    That of the patient may be missing: study UIDs are unique, and many workstations ask so.
    """
    for own in _ORDER[1 : _ORDER.index(level)]:
        value = identifier.value(int(_by_keyword(UNIQUE[own], level)[1].tag, 16))
        if not value or set(value) & set("*?\\"):
            raise BadRequest(f"the unique key of the level {NAMES[own]} must have one value")


def _named(row: Attribute[Any], value: str) -> Condition:
    """The UIDs of a retrieval. No universal matching here: what would mean everything is not sent (PS3.4 C.4.2.2.1)."""
    if not _UIDS.fullmatch(value):
        raise BadRequest("a UID is matched as it is, or by a list")
    return Condition(row.keyword, Match.LIST, tuple(filter(None, value.split("\\"))))


def _conditions(row: Attribute[Any], value: str) -> list[Condition]:
    if row.vr == "UI" and value.strip("*") and not _UIDS.fullmatch(value):
        raise BadRequest("a UID is matched as it is, or by a list")  # PS3.4 C.2.2.2.4: no wildcards
    return conditions(row, value)


def attribute_of(key: Key, level: Level) -> tuple[Level, Attribute[Any] | None]:
    """The row of an attribute, and the level at which it stands."""
    return next(((own, row) for own, row in _rows(level) if row.tag == key.name), (level, None))


def _by_keyword(keyword: str, level: Level) -> tuple[Level, Attribute[Any]]:
    return next((own, row) for own, row in _rows(level) if row.keyword == keyword)


def _rows(level: Level) -> Iterator[tuple[Level, Attribute[Any]]]:
    """The rows that a level sees, with the levels where they stand; the patient's last, for studies have theirs."""
    above = () if level is Level.PATIENT else (Level.PATIENT,)
    for own in (*REACH[level], *above):
        for row in BY_LEVEL[own]:
            yield own, row
