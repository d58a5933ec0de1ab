"""Storage Commitment (PS3.4 J): we say of which instances we hold ourselves responsible.

The report goes over the association that asked, if it is still open a moment later, else over a new one to the peer.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from fileroom.dimse.door import log
from fileroom.dimse.status import Status, of_error
from fileroom.errors import FileroomError, PeerError
from fileroom.model.drives import REACHABLE
from fileroom.model.entries import Level
from fileroom.model.queries import Condition, Match, Query
from fileroom.network import identifiers, negotiation, uids
from fileroom.network.commands import Field
from fileroom.network.negotiation import Callee, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from fileroom.dimse.door import Door
    from fileroom.network.association import Association, Message

Named = tuple[str, str]  # SOP class, SOP instance
_REQUEST = 1  # action type (PS3.4 J.3.2)
_ALL_WELL, _WITH_FAILURES = 1, 2  # event types (PS3.4 J.3.3)
_A_MOMENT = 0.5  # seconds in which most that ask release the association
_TRIES = (0.0, 2.0, 10.0)
_AT_ONCE = 500


def action(door: Door, association: Association, message: Message) -> None:
    """N-ACTION: look, and report."""
    try:
        wrong = _wrong(message)
        if wrong is not None:
            association.answer(message, wrong)
            return
        data = association.identifier()
        transaction, named = identifiers.referenced(data, message.context.transfer_syntax)
    except PeerError:
        raise
    except FileroomError as error:
        association.answer(message, Status.INVALID_ARGUMENT, more={"ErrorComment": str(error)})
        return
    association.answer(message, Status.SUCCESS, more={"ActionTypeID": _REQUEST})
    try:
        held = committed(door, named)
    except FileroomError as error:
        log.warning("a storage commitment could not be looked up: status %04X", of_error(error))
        return
    if _stays(association):
        _report(association, message.context.id, transaction, held)
        return
    thread = threading.Thread(target=_call_back, args=(door, association.terms.calling, transaction, held), daemon=True)
    thread.start()


def _wrong(message: Message) -> Status | None:
    """What is asked of something else than the well-known instance (PS3.7 10.1.4.1.10, PS3.4 J.3.5)."""
    said = message.command
    if said.get("RequestedSOPClassUID") != uids.COMMITMENT:
        return Status.NO_SUCH_CLASS
    if said.get("RequestedSOPInstanceUID") != uids.COMMITMENT_INSTANCE:
        return Status.NO_SUCH_INSTANCE
    return None if said.get("ActionTypeID") == _REQUEST else Status.NO_SUCH_ACTION


def _stays(association: Association) -> bool:
    until = time.monotonic() + _A_MOMENT
    while time.monotonic() < until:
        if association.something_came():
            return False
        time.sleep(0.02)
    return True


def committed(door: Door, named: Iterable[Named]) -> dict[Named, int]:
    """What was named, with 0 or the reason why we do not hold ourselves responsible (PS3.3 C.14.1.1)."""
    door.archive.take_in()  # what came a moment ago and waits in the inbox
    pairs = list(dict.fromkeys(named))
    asked = list({uid for _, uid in pairs if uid})
    here: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for at in range(0, len(asked), _AT_ONCE):
        some = Condition("SOPInstanceUID", Match.LIST, tuple(asked[at : at + _AT_ONCE]))
        for one in door.archive.walk(Query(level=Level.INSTANCE, conditions=(some,))):
            here[one.header.sop_instance_uid].add((one.header.sop_class_uid, one.state in REACHABLE))
    return {one: _held(one[0], here[one[1]]) for one in pairs}


def _held(sop_class: str, here: Set[tuple[str, bool]]) -> int:
    if (sop_class, True) in here:
        return Status.SUCCESS
    if (sop_class, False) in here:
        return Status.PROCESSING_FAILURE
    return Status.CLASS_INSTANCE_CONFLICT if here else Status.NO_SUCH_INSTANCE


def _report(association: Association, context_id: int, transaction: str, held: Mapping[Named, int]) -> None:
    """N-EVENT-REPORT (PS3.4 J.3.3), and what the other side says to it."""
    context = association.terms.contexts[context_id]
    writer = identifiers.Writer(context.transfer_syntax, "")

    def items(*, well: bool) -> list[bytes]:
        return [
            writer.write(
                [(0x00081150, "UI", sop_class), (0x00081155, "UI", uid)]
                + ([] if well else [(0x00081197, "US", status)])
            )
            for (sop_class, uid), status in held.items()
            if (status == Status.SUCCESS) is well
        ]

    well, failed = items(well=True), items(well=False)
    elements: list[tuple[int, str, Any]] = [(0x00081195, "UI", transaction)]
    elements += [(0x00081199, "SQ", well)] if well else []
    elements += [(0x00081198, "SQ", failed)] if failed else []
    command = {
        "AffectedSOPClassUID": uids.COMMITMENT,
        "AffectedSOPInstanceUID": uids.COMMITMENT_INSTANCE,
        "CommandField": Field.EVENT_REPORT,
        "MessageID": association.next_id(),
        "EventTypeID": _WITH_FAILURES if failed else _ALL_WELL,
    }
    association.send(context, command, writer.write(elements))
    association.receive()


def _call_back(door: Door, title: str, transaction: str, held: Mapping[Named, int]) -> None:
    peer = door.destination(title)
    if peer is None:
        return
    for pause in _TRIES:
        if door.stopping.wait(pause):
            return
        try:
            there = negotiation.request(
                Callee(host=peer.host, port=peer.port, title=peer.title, calling=door.title, tls=door.tls_to(peer)),
                # PS3.4 J.3.3: we are the SCP, and call all the same.
                Proposal(contexts=[(uids.COMMITMENT, negotiation.PLAIN)], receives=frozenset({uids.COMMITMENT})),
                seconds=door.limits.asking,
                idle=door.limits.idle,
            )
        except PeerError:
            continue
        try:
            for context_id in list(there.terms.contexts)[:1]:
                _report(there, context_id, transaction, held)
                there.release()
                return
            there.release()
        except PeerError as error:
            there.abort(error)
    log.warning("a storage commitment could not be reported")
