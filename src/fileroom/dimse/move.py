"""C-MOVE (PS3.4 C.4.2): instances are sent to a peer that we know, over an association of its own."""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING, Any

from fileroom.dimse import query, suboperations
from fileroom.dimse.status import Status, of_error
from fileroom.dimse.suboperations import CANNOT_SEND, Ahead, BrokeOff, Tally
from fileroom.errors import FileroomError, PeerError
from fileroom.network import identifiers, negotiation, uids
from fileroom.network.negotiation import PLAIN, Callee, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fileroom.archive import Archive
    from fileroom.dimse.door import Door
    from fileroom.model.entries import Instance
    from fileroom.model.peers import Peer
    from fileroom.network.association import Association, Message

_MOST_CONTEXTS = 128  # PS3.8 9.3.2.2: odd numbers from 1 to 255


def move(door: Door, association: Association, message: Message) -> None:
    """Send what is named to where it is wanted."""
    context = message.context
    try:
        identifier = identifiers.read(association.identifier(), context.transfer_syntax)
        peer = door.destination(message.command.get("MoveDestination") or "")
        if peer is None:
            association.answer(message, Status.UNKNOWN_DESTINATION)  # PS3.4 C.4.2.1.5
            return
        agreed = association.terms.extended.get(context.abstract_syntax, b"")
        asked = query.retrieve(identifier, context.abstract_syntax, relational=agreed[:1] == b"\1")
        found = list(itertools.islice(door.archive.walk(asked), suboperations.MOST + 1))
    except PeerError:
        raise
    except FileroomError as error:
        association.answer(message, of_error(error), more={"ErrorComment": str(error)})
        return
    if len(found) > suboperations.MOST:
        association.answer(message, Status.NO_MATCHES_COUNTED, more={"ErrorComment": "more than 65535 instances"})
        return
    tally = Tally(len(found))
    if found:
        _send_all(door, association, message, peer, found, tally)
    tally.close(association, message)


def _send_all(
    door: Door, association: Association, message: Message, peer: Peer, found: Sequence[Instance], tally: Tally
) -> None:
    callee = Callee(host=peer.host, port=peer.port, title=peer.title, calling=door.title, tls=door.tls_to(peer))
    proposal = Proposal(contexts=contexts(door.archive, found))
    left = deque(found)
    while left and not tally.cancelled:  # where an instance breaks off, the others follow over another association
        try:
            there = negotiation.request(callee, proposal, seconds=door.limits.asking, idle=door.limits.idle)
        except PeerError:
            break
        try:
            _send_some(door, association, message, there, left, tally)
        except _Gone:
            break
        finally:
            there.release()
    if not tally.cancelled:
        for instance in left:
            tally.add(instance.header.sop_instance_uid, Status.NO_SUBOPERATIONS)


def _send_some(
    door: Door, association: Association, message: Message, there: Association, left: deque[Instance], tally: Tally
) -> None:
    """Send what is left, as far as the association to the destination goes."""
    originator: dict[str, Any] = {  # PS3.4 C.4.2.1.1
        "MoveOriginatorApplicationEntityTitle": association.terms.calling,
        "MoveOriginatorMessageID": message.id,
    }
    ahead = suboperations.Ahead(door.archive, there, map(door.archive.as_named, tuple(left)))
    broken = False
    while left and not broken:
        if association.cancelled(message.id) or door.stopping.is_set():
            tally.cancelled = True
            return
        try:
            status = _send(ahead, there, originator)
        except BrokeOff as error:
            there.abort(error)
            status, broken = Status.PROCESSING_FAILURE, True
        tally.add(left.popleft().header.sop_instance_uid, status)
        tally.tell(association, message)


class _Gone(Exception):
    """The association to the destination is no more."""


def _send(ahead: Ahead, there: Association, originator: dict[str, Any]) -> int:
    status = int(Status.PROCESSING_FAILURE)
    try:
        for answer in suboperations.store(ahead, there, originator):
            status = int(answer.command.get("Status", Status.PROCESSING_FAILURE))
    except CANNOT_SEND:
        return Status.PROCESSING_FAILURE
    except BrokeOff:
        raise
    except PeerError as error:
        there.abort(error)
        raise _Gone from error
    return status


def contexts(archive: Archive, found: Iterable[Instance]) -> list[tuple[str, Sequence[str]]]:
    """One context for each SOP class in each transfer syntax of the files, so that nothing need be re-encoded; after
    these one for each class in the syntaxes that everybody takes, and one in those that it can be compressed in."""
    kinds = {(one.header.sop_class_uid, one.header.transfer_syntax_uid): one for one in found}
    proposed: list[tuple[str, Sequence[str]]] = [(sop_class, (syntax,)) for sop_class, syntax in kinds]
    more = {sop_class: PLAIN for (sop_class, _), one in kinds.items() if len(archive.syntaxes(one)) > 1}
    some = {sop_class: uids.LOSSLESS for (sop_class, _), one in kinds.items() if archive.compressed_syntaxes(one)}
    return (proposed + list(more.items()) + list(some.items()))[:_MOST_CONTEXTS]
