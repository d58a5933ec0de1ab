"""C-STORE (PS3.4 B): what comes goes to the disk as it comes, and is safe there before it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.dimse.door import log
from fileroom.dimse.status import Status, of_error
from fileroom.errors import FileroomError, PeerError

if TYPE_CHECKING:
    from fileroom.dimse.door import Door
    from fileroom.network.association import Association, Message


def store(door: Door, association: Association, message: Message) -> None:
    """Take one instance."""
    said = message.command
    sop_class, uid = said.get("AffectedSOPClassUID") or "", said.get("AffectedSOPInstanceUID") or ""
    status, more = Status.SUCCESS, dict[str, Any]()
    try:
        door.archive.inbox().take("dimse", sop_class, uid, message.context.transfer_syntax, association.data().fill)
    except PeerError:
        raise  # it died in the middle: nothing of it is left
    except FileroomError as error:
        status, more = of_error(error), {"ErrorComment": str(error)}
        log.warning("an instance was not taken: status %04X", status)
    association.answer(message, status, more=more)
