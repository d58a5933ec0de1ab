"""C-ECHO (PS3.4 A): are you there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.dimse.status import Status

if TYPE_CHECKING:
    from fileroom.dimse.door import Door
    from fileroom.network.association import Association, Message


def echo(_: Door, association: Association, message: Message) -> None:
    """Yes."""
    association.answer(message, Status.SUCCESS)
