"""C-FIND (PS3.4 C.4.1): one query of the archive, its entries as responses, as they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.attributes import AVAILABILITY
from fileroom.dimse import query
from fileroom.dimse.status import Status, of_error
from fileroom.errors import FileroomError, PeerError
from fileroom.model.entries import Level
from fileroom.network import identifiers
from fileroom.network.uids import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fileroom.dimse.door import Door
    from fileroom.network.association import Association, Message

_AT_ONCE = 64  # responses between two looks for a cancel


def find(door: Door, association: Association, message: Message) -> None:
    """Answer a query."""
    more: dict[str, Any] = {}
    try:
        status = _find(door, association, message)
    except PeerError:
        raise
    except FileroomError as error:
        status, more = of_error(error), {"ErrorComment": str(error)}
    association.answer(message, status, more=more)


def _find(door: Door, association: Association, message: Message) -> Status:
    context = message.context
    identifier = identifiers.read(association.identifier(), context.transfer_syntax)
    agreed = association.terms.extended.get(context.abstract_syntax, b"")
    asked = query.find(
        identifier,
        context.abstract_syntax,
        relational=agreed[:1] == b"\1",
        one_time=agreed[1:2] == b"\1",
        fuzzy=agreed[2:3] == b"\1",
        several=agreed[6:7] == b"\1",
    )
    writer = identifiers.Writer(context.transfer_syntax, identifier.charset)
    status = Status.PENDING_KEYS_IGNORED if asked.ignored else Status.PENDING
    respond = association.responder(message, status)
    for number, response in enumerate(responses(door, asked, writer)):
        if number % _AT_ONCE == 0 and (door.stopping.is_set() or association.cancelled(message.id)):
            return Status.CANCELLED
        respond(response)
    return Status.SUCCESS


def responses(door: Door, asked: query.Asked, writer: identifiers.Writer) -> Iterator[bytes]:
    """The identifiers of the responses: from the columns of the catalog where they tell all that is asked."""
    wanted = [(at, row.keyword) for _, _, row, at in asked.answered if row]
    found = None
    if not any(vr in {"US", "SQ"} for _, vr, *_ in asked.answered):
        found = door.archive.walk_texts(asked.query, wanted)
    if found is None:
        response = answers(asked, door.title)
        yield from (writer.write(response(entry)) for entry in door.archive.walk(asked.query))
        return
    own = [NAMES[asked.query.level], door.title]
    empty = [(tag, vr) for tag, vr, row, _ in asked.answered if not row]
    form = writer.form(
        [
            (query.QUERY_RETRIEVE_LEVEL, "CS"),
            (query.RETRIEVE_AE_TITLE, "AE"),
            (query.AVAILABILITY, "CS"),
            *empty,
            *((tag, vr) for tag, vr, row, _ in asked.answered if row),
        ]
    )
    before = {state: [*own, said, *("" for _ in empty)] for state, said in AVAILABILITY.items()}
    for state, texts in found:
        yield form(before[state] + list(texts))


def answers(asked: query.Asked, title: str) -> Callable[[Any], list[tuple[int, str, Any]]]:
    """What makes the elements of a response of an entry."""
    level = asked.query.level
    own = [
        (query.QUERY_RETRIEVE_LEVEL, "CS", NAMES[level]),
        (query.RETRIEVE_AE_TITLE, "AE", title),  # PS3.4 C.4.1.1.3.2
    ]
    rows = [(tag, vr, row.value if row else None, at) for tag, vr, row, at in asked.answered]

    def response(entry: Any) -> list[tuple[int, str, Any]]:
        entries = _with_those_above(entry, level)
        return [
            *own,
            (query.AVAILABILITY, "CS", AVAILABILITY[entry.state]),
            *((tag, vr, value(entries[at]) if value else None) for tag, vr, value, at in rows),
        ]

    return response


def _with_those_above(entry: Any, level: Level) -> dict[Level, Any]:
    if level is Level.PATIENT:
        return {level: entry}
    if level is Level.STUDY:
        return {level: entry, Level.PATIENT: entry.patient}
    if level is Level.SERIES:
        return {level: entry, Level.STUDY: entry.study, Level.PATIENT: entry.study.patient}
    series = entry.series
    return {level: entry, Level.SERIES: series, Level.STUDY: series.study, Level.PATIENT: series.study.patient}
