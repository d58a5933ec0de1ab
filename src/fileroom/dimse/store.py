"""C-STORE (PS3.4 B): what comes goes to the disk as it comes, and is safe there before it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.dimse.door import log
from fileroom.dimse.status import Status, of_error
from fileroom.errors import FileroomError, PeerError
from fileroom.model import Reason

if TYPE_CHECKING:
    from fileroom.dimse.door import Door
    from fileroom.network.association import Association, Message


def store(door: Door, association: Association, message: Message) -> None:
    """Take one instance."""
    try:
        status, why = _take(door, association, message)
    except PeerError:
        raise  # it died in the middle: nothing of it is left
    except FileroomError as error:
        status, why = of_error(error), str(error)
    if status:
        log.warning("an instance was not taken: status %04X", status)
    more: dict[str, Any] = {"ErrorComment": why} if why else {}
    association.answer(message, status, more=more)


def _take(door: Door, association: Association, message: Message) -> tuple[Status, str]:
    said = message.command
    sop_class, uid = said.get("AffectedSOPClassUID") or "", said.get("AffectedSOPInstanceUID") or ""
    arrival = door.archive.inbox().begin(
        "dimse",
        sop_class_uid=sop_class,
        sop_instance_uid=uid,
        transfer_syntax_uid=message.context.transfer_syntax,
    )
    with arrival:
        for piece in association.data():
            arrival.write(piece)
        reading = arrival.finish()
        if reading.header is None:
            truncated = reading.reason is Reason.TRUNCATED
            return Status.CANNOT_UNDERSTAND, "it ends early" if truncated else "no data set with its identifiers"
        # PS3.4 B.2.3: what the command says and what the data set says must be the same.
        if (reading.header.sop_instance_uid, reading.header.sop_class_uid) != (uid, sop_class):
            return Status.DOES_NOT_MATCH_CLASS, "the data set has another SOP class or instance"
        arrival.keep()
    return Status.SUCCESS, ""
