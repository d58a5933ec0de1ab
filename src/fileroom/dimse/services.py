"""The services, each a function of its own: what a request asks for, by command field and SOP class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fileroom.dimse import commitment, echo, find, get, move, store
from fileroom.dimse.status import Status
from fileroom.network import uids
from fileroom.network.commands import RESPONSE, Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.dimse.door import Door
    from fileroom.network.association import Association, Message

    Service = Callable[[Door, Association, Message], None]

# Relational queries, combined date-time matching, fuzzy matching of names, no time zones, no view of enhanced images,
# matching of what is empty, which is done unasked as well, and of several values (PS3.4 C.5.1.1); relational retrieval
# (C.5.2.1, C.5.3.1).
EXTENDED: Final = {
    **dict.fromkeys(uids.FIND, bytes((1, 1, 1, 0, 0, 1, 1))),
    **dict.fromkeys(uids.MOVE | uids.GET, bytes((1,))),
}
SERVICES: Final = frozenset({uids.VERIFICATION, uids.COMMITMENT}) | uids.FIND | uids.MOVE | uids.GET
_BY_FIELD: Final[dict[int, tuple[frozenset[str], Service]]] = {
    Field.ECHO: (frozenset({uids.VERIFICATION}), echo.echo),
    Field.FIND: (uids.FIND, find.find),
    Field.GET: (uids.GET, get.get),
    Field.MOVE: (uids.MOVE, move.move),
    Field.ACTION: (frozenset({uids.COMMITMENT}), commitment.action),
}


def serve(door: Door, association: Association, message: Message) -> None:
    """Do what a message asks for."""
    context = message.context
    if message.field == Field.STORE:
        if context.abstract_syntax in SERVICES or not context.serves:
            association.answer(message, Status.SOP_CLASS_NOT_SUPPORTED)
        else:
            store.store(door, association, message)
        return
    if message.field == Field.CANCEL or message.field & RESPONSE:
        return  # it came too late: what it is about is over
    classes, service = _BY_FIELD.get(message.field, (frozenset[str](), None))
    if service is None:
        association.answer(message, Status.UNRECOGNISED_OPERATION)
    elif context.abstract_syntax not in classes:
        association.answer(message, Status.SOP_CLASS_NOT_SUPPORTED)
    else:
        service(door, association, message)
