"""Agreeing on an association (PS3.8 7.1, PS3.7 Annex D), as the side that is called and as the one that calls.

What is agreed on is decided here. As the side that calls, PDUs are taken apart and put together by pynetdicom; as the
one that is called, by ``requests.py``.
"""

from __future__ import annotations

import logging
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fileroom.errors import PeerError
from fileroom.model.peers import PeerTrouble
from fileroom.network import requests, uids
from fileroom.network.association import Association, Context, Terms
from fileroom.network.requests import Acceptance
from fileroom.network.wire import (
    ABORT,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    ASSOCIATE_RQ,
    LONGEST,
    Aborted,
    Violation,
    Wire,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping, Sequence

    from fileroom.network.requests import Proposed, Request

APPLICATION_CONTEXT: Final = "1.2.840.10008.3.1.1.1"
IMPLEMENTATION_CLASS_UID: Final = "2.25.302411573291704318296475610283746519273"
IMPLEMENTATION_VERSION_NAME: Final = "FILEROOM"
ACCEPTED, REFUSED_CLASS, REFUSED_SYNTAX = 0, 3, 4  # PS3.8 Table 9-18
_head = struct.Struct(">BxI")
# What a data set of ours can be sent and taken in, for services other than storage.
PLAIN: Final = (uids.EXPLICIT, uids.IMPLICIT)

# pynetdicom's log would hold what peers send.
logging.getLogger("pynetdicom").addHandler(logging.NullHandler())
logging.getLogger("pynetdicom").propagate = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an association is refused (PS3.8 Table 9-21)."""

    result: int
    source: int
    diagnostic: int

    def pdu(self) -> bytes:
        """The A-ASSOCIATE-RJ."""
        return bytes((ASSOCIATE_RJ, 0, 0, 0, 0, 4, 0, self.result, self.source, self.diagnostic))


UNKNOWN_CALLING: Final = Refusal(result=1, source=1, diagnostic=3)
UNKNOWN_CALLED: Final = Refusal(result=1, source=1, diagnostic=7)
TOO_MANY: Final = Refusal(result=2, source=3, diagnostic=2)
NO_CONTEXT: Final = Refusal(result=1, source=1, diagnostic=2)  # application-context-name-not-supported
_WHY_REFUSED: Final = {
    (1, 3): ("it does not know us by the AE title we call ourselves", PeerTrouble.CALLING_UNKNOWN),
    (1, 7): ("it has another AE title than the one we call it by", PeerTrouble.CALLED_UNKNOWN),
    (1, 2): ("it speaks another application context", PeerTrouble.REFUSED),
    (3, 1): ("it is too busy now", PeerTrouble.TOO_BUSY),
    (3, 2): ("it has too many associations now", PeerTrouble.TOO_BUSY),
}


def read_request(wire: Wire, seconds: float) -> Request:
    """What the other side asks for. PeerError when it is no A-ASSOCIATE-RQ."""
    kind, body = wire.read(seconds)
    if kind == ABORT:
        raise Aborted("the other side broke off")
    if kind != ASSOCIATE_RQ:
        raise Violation("an association request was expected", 2)
    request = requests.read(bytes(body))
    _check(request.longest)
    return request


def _check(longest: int) -> None:
    if 0 < longest < 1024:  # noqa: PLR2004 - no PDU of ours would get through
        raise Violation("the other side takes no PDU of any use", 6)


def _decoded(pdu: Any, kind: int, body: memoryview) -> Any:
    try:
        pdu.decode(_head.pack(kind, len(body)) + bytes(body))
        return pdu.to_primitive()
    except Exception:  # noqa: BLE001 - a parser of what strangers send; whatever it stumbles over is their fault
        raise Violation("an association request or its answer is damaged", 6) from None


def _said(items: Iterable[Any]) -> tuple[int, dict[str, tuple[bool, bool]], dict[str, bytes]]:
    """The user information (PS3.7 D.3.3): longest PDU, roles, extended negotiation."""
    from pynetdicom.pdu_primitives import (
        MaximumLengthNotification,
        SCP_SCU_RoleSelectionNegotiation,
        SOPClassExtendedNegotiation,
    )

    longest, roles, extended = 0, dict[str, tuple[bool, bool]](), dict[str, bytes]()
    for item in items:
        if isinstance(item, MaximumLengthNotification):
            longest = int(item.maximum_length_received or 0)
        elif isinstance(item, SCP_SCU_RoleSelectionNegotiation):
            roles[str(item.sop_class_uid)] = (bool(item.scu_role), bool(item.scp_role))
        elif isinstance(item, SOPClassExtendedNegotiation):
            extended[str(item.sop_class_uid)] = bytes(item.service_class_application_information or b"")
    _check(longest)
    return longest, roles, extended


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the side that is called has to offer: storage classes that it does not know too, if ``unknown``."""

    services: frozenset[str]
    unknown: bool = False
    extended: Mapping[str, bytes] = field(default_factory=dict)  # what we can, by SOP class


def accept(wire: Wire, request: Request, offer: Offer, *, idle: float) -> Association:
    """Say yes, context by context."""
    contexts: dict[int, Context] = {}
    results, answered = list[tuple[int, int, str]](), dict[str, tuple[bool, bool]]()
    native = {one.abstract_syntax for one in request.proposed if not set(PLAIN).isdisjoint(one.transfer_syntaxes)}
    for proposed in request.proposed:
        _, taken = request.roles.get(proposed.abstract_syntax, (True, False))
        result, syntax = _decide(proposed, offer, sends=taken, native=proposed.abstract_syntax in native)
        results.append((proposed.id, result, syntax))
        if result != ACCEPTED:
            continue
        sop_class = proposed.abstract_syntax
        scu, scp = request.roles.get(sop_class, (True, False))  # PS3.7 D.3.3.4: the default roles
        if sop_class in request.roles and sop_class not in offer.services:
            answered[sop_class] = (scu, scp)
        elif sop_class in offer.services:
            scu, scp = True, False
        contexts[proposed.id] = Context(proposed.id, sop_class, syntax, sends=scp, serves=scu)
    agreed = {
        sop_class: bytes(mine & its for mine, its in zip(offer.extended[sop_class], said, strict=False))
        for sop_class, said in request.extended.items()
        if sop_class in offer.extended
    }
    answer = Acceptance(
        calling=request.calling,
        called=request.called,
        application_context=APPLICATION_CONTEXT,
        contexts=results,
        longest=LONGEST,
        class_uid=IMPLEMENTATION_CLASS_UID,
        version_name=IMPLEMENTATION_VERSION_NAME,
        roles=answered,
        extended=agreed,
    )
    terms = Terms(
        calling=request.calling, called=request.called, contexts=contexts, longest=request.longest, extended=agreed
    )
    wire.write(requests.accepting(answer))
    return Association(wire, terms, idle=idle)


def _encoded(pdu: Any) -> bytes:
    return bytes(pdu.encode())


def _decide(proposed: Proposed, offer: Offer, *, sends: bool, native: bool) -> tuple[int, str]:
    """Whether a presentation context is accepted, and in which transfer syntax.

    ``sends``: we are to send in it. Everything can be had native, but not as whatever comes first; who wants images as
    they are stored proposes that in a context of its own. Where the class is in no context ``native``, one is taken
    that images can be written in anew.
    """
    sop_class, given = proposed.abstract_syntax, proposed.transfer_syntaxes
    if sop_class in offer.services:
        syntax = next((one for one in given if one in PLAIN), None)
    elif sop_class in uids.storage_classes() or (offer.unknown and uids.is_unknown_class(sop_class)):
        known = [one for one in given if one in uids.transfer_syntaxes()]
        anew = PLAIN if native else uids.LOSSLESS
        syntax = next(iter((*(one for one in anew if sends and one in known), *_preferred(known))), None)
    else:
        return REFUSED_CLASS, given[0]
    return (ACCEPTED, syntax) if syntax else (REFUSED_SYNTAX, given[0])


def _preferred(known: Sequence[str]) -> Sequence[str]:
    """As it is stored where it comes from: what comes first, but for the two that nobody stores in unforced."""
    last = {uids.IMPLICIT, uids.BIG_ENDIAN}
    return sorted(known, key=lambda one: one in last)


def _user_information(roles: Mapping[str, tuple[bool, bool]], extended: Mapping[str, bytes]) -> list[Any]:
    from pynetdicom.pdu_primitives import (
        ImplementationClassUIDNotification,
        ImplementationVersionNameNotification,
        MaximumLengthNotification,
        SCP_SCU_RoleSelectionNegotiation,
        SOPClassExtendedNegotiation,
    )

    longest, ours, name = (
        MaximumLengthNotification(),
        ImplementationClassUIDNotification(),
        ImplementationVersionNameNotification(),
    )
    longest.maximum_length_received = LONGEST
    ours.implementation_class_uid = IMPLEMENTATION_CLASS_UID
    name.implementation_version_name = IMPLEMENTATION_VERSION_NAME
    items: list[Any] = [longest, ours, name]
    for sop_class, (scu, scp) in roles.items():
        role = SCP_SCU_RoleSelectionNegotiation()
        role.sop_class_uid = sop_class
        role.scu_role, role.scp_role = scu, scp
        items.append(role)
    for sop_class, said in extended.items():
        item = SOPClassExtendedNegotiation()
        item.sop_class_uid = sop_class
        item.service_class_application_information = said
        items.append(item)
    return items


# -- as the side that calls ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What we ask for: SOP classes with transfer syntaxes, in the order of what we would like."""

    contexts: Sequence[tuple[str, Sequence[str]]]
    receives: frozenset[str] = frozenset()  # classes of which we are sent instances in this association (C-GET)
    only_receives: bool = True
    extended: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """Whom we call, and as whom."""

    host: str
    port: int
    title: str
    calling: str
    tls: ssl.SSLContext | None = None


def request(callee: Callee, proposal: Proposal, *, seconds: float, idle: float) -> Association:
    """Ask for an association. PeerError when there is nobody, or it is refused."""
    from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
    from pynetdicom.pdu_primitives import A_ASSOCIATE

    until = time.monotonic() + seconds
    wire = Wire(_connected(callee, seconds))
    try:
        primitive = A_ASSOCIATE()
        primitive.application_context_name = APPLICATION_CONTEXT
        primitive.calling_ae_title, primitive.called_ae_title = callee.calling, callee.title
        primitive.presentation_context_definition_list = [
            _proposed(2 * at + 1, *context) for at, context in enumerate(proposal.contexts[:128])
        ]
        roles = dict.fromkeys(proposal.receives, (not proposal.only_receives, True))
        primitive.user_information = _user_information(roles, proposal.extended)
        wire.write(_encoded(A_ASSOCIATE_RQ(primitive)))
        body = _yes(*wire.read(max(0.1, until - time.monotonic())))
        answer = _decoded(A_ASSOCIATE_AC(), ASSOCIATE_AC, body)
    except PeerError:
        wire.close()
        raise
    longest, roles, extended = _said(answer.user_information)
    contexts = dict(_agreed(proposal, answer, roles))
    terms = Terms(calling=callee.calling, called=callee.title, contexts=contexts, longest=longest, extended=extended)
    return Association(wire, terms, idle=idle)


def _yes(kind: int, body: memoryview) -> memoryview:
    """What an A-ASSOCIATE-AC says; PeerError when it is none."""
    if kind == ASSOCIATE_RJ:
        said = (body[2], body[3]) if len(body) >= _RJ_BYTES else (0, 0)
        why, reason = _WHY_REFUSED.get(said, ("it does not say why", PeerTrouble.REFUSED))
        raise PeerError(f"the other node refuses the association: {why}", reason=reason)
    if kind != ASSOCIATE_AC:
        raise Aborted("the other node breaks off the association at once")
    return body


_RJ_BYTES = 4


def _connected(callee: Callee, seconds: float) -> socket.socket:
    try:
        plain = socket.create_connection((callee.host, callee.port), timeout=seconds)
    except OSError:
        raise PeerError("nobody answers at the address of the other node", reason=PeerTrouble.NO_ANSWER) from None
    if callee.tls is None:
        return plain
    try:
        return callee.tls.wrap_socket(plain, server_hostname=callee.host)
    except OSError:
        plain.close()
        raise PeerError("no secure connection to the other node could be made", reason=PeerTrouble.INSECURE) from None


def _proposed(context_id: int, sop_class: str, syntaxes: Sequence[str]) -> Any:
    from pynetdicom.presentation import build_context

    context = build_context(sop_class, list(syntaxes))
    context.context_id = context_id
    return context


def _agreed(proposal: Proposal, answer: Any, roles: Mapping[str, tuple[bool, bool]]) -> Iterable[tuple[int, Context]]:
    by_id = {2 * at + 1: sop_class for at, (sop_class, _) in enumerate(proposal.contexts[:128])}
    for one in answer.presentation_context_definition_results_list:
        sop_class = by_id.get(one.context_id)
        if one.result != ACCEPTED or sop_class is None or not one.transfer_syntax:
            continue
        ours = sop_class in proposal.receives
        scu, scp = roles.get(sop_class, (True, False)) if ours else (True, False)
        yield one.context_id, Context(one.context_id, sop_class, str(one.transfer_syntax[0]), sends=scu, serves=scp)
