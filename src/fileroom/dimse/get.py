"""C-GET (PS3.4 C.4.3): instances come back over the association that asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.dimse import query, suboperations
from fileroom.dimse.status import Status, of_error
from fileroom.dimse.suboperations import CANNOT_SEND, Ahead, Tally
from fileroom.errors import FileroomError, PeerError
from fileroom.network import identifiers
from fileroom.network.commands import Field

if TYPE_CHECKING:
    from fileroom.dimse.door import Door
    from fileroom.network.association import Association, Message


def get(door: Door, association: Association, message: Message) -> None:
    """Send what is named."""
    context = message.context
    try:
        identifier = identifiers.read(association.identifier(), context.transfer_syntax)
        agreed = association.terms.extended.get(context.abstract_syntax, b"")
        asked = query.retrieve(identifier, context.abstract_syntax, relational=agreed[:1] == b"\1")
        found = door.archive.named(asked, suboperations.MOST + 1)
    except PeerError:
        raise
    except FileroomError as error:
        association.answer(message, of_error(error), more={"ErrorComment": str(error)})
        return
    if len(found) > suboperations.MOST:
        association.answer(message, Status.NO_MATCHES_COUNTED, more={"ErrorComment": "more than 65535 instances"})
        return
    tally = Tally(len(found))
    ahead = suboperations.Ahead(door.archive, association, found)
    for instance in found:
        if tally.cancelled or door.stopping.is_set():
            tally.cancelled = True
            break
        tally.add(instance.sop_instance_uid, _send(ahead, association, message, tally))
        tally.tell(association, message)
    tally.close(association, message)


def _send(ahead: Ahead, association: Association, message: Message, tally: Tally) -> int:
    try:
        status = int(Status.PROCESSING_FAILURE)
        for answer in suboperations.store(ahead, association):
            if answer.field == Field.CANCEL and answer.command.get("MessageIDBeingRespondedTo") == message.id:
                tally.cancelled = True
            status = int(answer.command.get("Status", Status.PROCESSING_FAILURE))
    except CANNOT_SEND:
        return Status.PROCESSING_FAILURE
    return status
