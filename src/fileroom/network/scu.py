"""What we ask of other DIMSE nodes: C-ECHO, C-FIND, C-GET, C-MOVE, C-STORE as SCU (PS3.4)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.errors import PeerError
from fileroom.model.peers import PeerTrouble
from fileroom.network import identifiers, uids
from fileroom.network.commands import RESPONSE, Field, Priority
from fileroom.network.negotiation import PLAIN, Callee, Proposal, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from fileroom.jobs import CancelToken
    from fileroom.network.association import Association, Context, DataSet, Message
    from fileroom.network.identifiers import Identifier

    # Takes a SOP class, an instance UID, a transfer syntax and the pieces of a data set; gives the status.
    Sink = Callable[[str, str, str, DataSet], int]

SECONDS: Final = 15.0
IDLE: Final = 120.0
_PENDING: Final = frozenset({0xFF00, 0xFF01})
_WHY: Final = {
    0xA700: ("it is out of resources", PeerTrouble.NO_RESOURCES),
    0xA701: ("it is out of resources", PeerTrouble.NO_RESOURCES),
    0xA702: ("it could not send any of it", PeerTrouble.SENT_NONE),
    0xA801: ("it does not know our AE title as a place to send to", PeerTrouble.UNKNOWN_TO_IT),
    0xA900: ("it does not take the question for one of this service", PeerTrouble.SAYS_NO),
    0x0122: ("it does not have this service", PeerTrouble.NO_SERVICE),
    0x0124: ("we are not allowed to", PeerTrouble.NOT_ALLOWED),
    0xFE00: ("it was cancelled", PeerTrouble.SAYS_NO),
}
# What is asked for when we do not know what a study holds: 63 classes in two contexts each, and the one that asks.
_COMPRESSED: Final = (
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.102",
)
_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_USUAL: Final = tuple(
    _STORAGE + end
    for end in (
        "2 4 1 1.1 1.1.1 1.2 1.2.1 1.3 1.3.1 2.1 2.2 3.1 4.1 4.2 4.3 6.1 6.2 7 7.1 7.2 7.3 7.4 12.1 12.1.1 12.2 12.2.1 "
        "13.1.1 13.1.2 13.1.3 20 30 66 66.1 66.2 66.4 66.5 68.1 77.1.1 77.1.2 77.1.4 77.1.4.1 77.1.5.1 77.1.5.4 "
        "77.1.6 88.11 88.22 88.33 88.34 88.59 88.67 104.1 104.2 104.3 11.1 11.2 128 130 9.1.1 9.1.2 481.1 481.2 481.3 "
        "481.5 481.8"
    ).split()
)[:63]
_USUAL_KINDS: Final = tuple((sop_class, syntaxes) for sop_class in _USUAL for syntaxes in (PLAIN, _COMPRESSED))
# … and when we know: each syntax in a context of its own.
_EACH: Final = (
    *PLAIN,
    *_COMPRESSED,
    uids.DEFLATED,
    uids.BIG_ENDIAN,
    "1.2.840.10008.1.2.4.100",
    "1.2.840.10008.1.2.4.103",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
)
_MOST_CONTEXTS: Final = 128  # PS3.8 9.3.2.2


class NoGet(PeerError):
    """The other node does not have C-GET."""


class Refused(PeerError):
    """The other node answered with a failure."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a retrieval ended: the counters of its last response."""

    completed: int
    failed: int
    warned: int


@contextmanager
def associated(callee: Callee, proposal: Proposal) -> Iterator[Association]:
    """An association for as long as it is needed; broken off when something goes wrong."""
    association = request(callee, proposal, seconds=SECONDS, idle=IDLE)
    try:
        yield association
    except PeerError as error:
        association.abort(error)
        raise
    except BaseException:
        association.abort()
        raise
    association.release()


def echo(callee: Callee) -> None:
    """C-ECHO. PeerError when it is not answered with 0."""
    with associated(callee, Proposal(contexts=[(uids.VERIFICATION, PLAIN)])) as association:
        _ask(association, uids.VERIFICATION, Field.ECHO)
        _check(_answer(association))


def find(
    callee: Callee, level: str, keys: Sequence[tuple[int, str, Any]], cancel: CancelToken | None = None
) -> Iterator[Identifier]:
    """C-FIND in the Study Root: the answers one after the other."""
    with associated(callee, Proposal(contexts=[(uids.STUDY_FIND, PLAIN)])) as association:
        context = association.terms.sending(uids.STUDY_FIND)
        if context is None:
            raise PeerError("the other node cannot be searched", reason=PeerTrouble.NO_FIND)
        writer = identifiers.Writer(context.transfer_syntax, identifiers.UTF_8)
        asked = writer.write([(0x00080052, "CS", level), *keys])
        number = _ask(association, uids.STUDY_FIND, Field.FIND, asked)
        while True:
            message = _answer(association)
            if message.command.get("Status") not in _PENDING:
                _check(message)
                return
            yield identifiers.read(association.identifier(), context.transfer_syntax)
            if cancel is not None and cancel.cancelled:
                _cancel(association, uids.STUDY_FIND, number)
                cancel = None


def kinds_of(classes: Iterable[str]) -> Sequence[tuple[str, Sequence[str]]]:
    """What to ask for when instances of these SOP classes are to come, the usual where one is not known. Who is called
    takes one syntax of a context: what is stored in another would have to be encoded anew, which not everybody does."""
    known = sorted(set(classes))
    if not all(known) or 1 + len(known) * len(_EACH) > _MOST_CONTEXTS:
        return _USUAL_KINDS
    return [(sop_class, (syntax,)) for sop_class in known for syntax in _EACH]


def get(
    callee: Callee,
    level: str,
    keys: Sequence[tuple[int, str, Any]],
    sink: Sink,
    cancel: CancelToken | None = None,
    *,
    kinds: Sequence[tuple[str, Sequence[str]]] = _USUAL_KINDS,
) -> Done:
    """C-GET in the Study Root: what comes goes to ``sink``. ``kinds`` are the SOP classes that may come, with
    transfer syntaxes."""
    contexts = [(uids.STUDY_GET, PLAIN), *kinds]
    proposal = Proposal(contexts=contexts, receives=frozenset(sop_class for sop_class, _ in kinds))
    with associated(callee, proposal) as association:
        context = association.terms.sending(uids.STUDY_GET)
        if context is None:
            raise NoGet("the other node does not send over the association that asks (C-GET)")
        writer = identifiers.Writer(context.transfer_syntax, "")
        number = _ask(association, uids.STUDY_GET, Field.GET, writer.write([(0x00080052, "CS", level), *keys]))
        while True:
            message = _answer(association)
            if message.field == Field.STORE:
                said = message.command
                sop_class, uid = said.get("AffectedSOPClassUID") or "", said.get("AffectedSOPInstanceUID") or ""
                status = sink(sop_class, uid, message.context.transfer_syntax, association.data())
                association.answer(message, status)
                if cancel is not None and cancel.cancelled:
                    _cancel(association, uids.STUDY_GET, number)
                    cancel = None
            elif message.command.get("Status") not in _PENDING:
                return _done(message)


def move(
    callee: Callee,
    to: str,
    level: str,
    keys: Sequence[tuple[int, str, Any]],
    tell: Callable[[Done], None],
    cancel: CancelToken | None = None,
) -> Done:
    """C-MOVE in the Study Root: the other node sends to the one that it knows as ``to``."""
    with associated(callee, Proposal(contexts=[(uids.STUDY_MOVE, PLAIN)])) as association:
        context = association.terms.sending(uids.STUDY_MOVE)
        if context is None:
            why = "the other node sends neither to who asks (C-GET) nor elsewhere (C-MOVE)"
            raise PeerError(why, reason=PeerTrouble.NO_RETRIEVE)
        writer = identifiers.Writer(context.transfer_syntax, "")
        asked = writer.write([(0x00080052, "CS", level), *keys])
        number = _ask(association, uids.STUDY_MOVE, Field.MOVE, asked, {"MoveDestination": to})
        while True:
            message = _answer(association)
            if message.command.get("Status") not in _PENDING:
                return _done(message)
            tell(_counters(message))
            if cancel is not None and cancel.cancelled:
                _cancel(association, uids.STUDY_MOVE, number)
                cancel = None


def store(association: Association, context: Context, sop_class: str, uid: str, data: Iterable[bytes]) -> int:
    """C-STORE of one instance in a context that was agreed on; the status."""
    command = {
        "AffectedSOPClassUID": sop_class,
        "AffectedSOPInstanceUID": uid,
        "CommandField": Field.STORE,
        "MessageID": association.next_id(),
        "Priority": Priority.MEDIUM,
    }
    association.send(context, command, data)
    return int(_answer(association).command.get("Status", 0xC000))


def _ask(
    association: Association,
    sop_class: str,
    field: Field,
    data: bytes | None = None,
    more: Mapping[str, Any] | None = None,
) -> int:
    context = association.terms.sending(sop_class)
    if context is None:
        raise PeerError("the other node does not have this service", reason=PeerTrouble.NO_SERVICE)
    number = association.next_id()
    command = {"AffectedSOPClassUID": sop_class, "CommandField": field, "MessageID": number, **(more or {})}
    if field is not Field.ECHO:
        command["Priority"] = Priority.MEDIUM
    association.send(context, command, data)
    return number


def _cancel(association: Association, sop_class: str, number: int) -> None:
    context = association.terms.sending(sop_class)
    if context is not None:
        association.send(context, {"CommandField": Field.CANCEL, "MessageIDBeingRespondedTo": number})


def _answer(association: Association) -> Message:
    message = association.receive()
    if message is None:
        raise PeerError("the other node released the association before it had answered", reason=PeerTrouble.BROKE_OFF)
    if not message.field & RESPONSE and message.field != Field.STORE:
        raise PeerError("the other node asks where it should answer", reason=PeerTrouble.NOT_DICOM)
    return message


def _check(message: Message) -> None:
    status = int(message.command.get("Status", 0xC000))
    if status and status != 0xFE00:  # noqa: PLR2004 - cancelled, as we asked
        why, reason = _WHY.get(status, ("it cannot do that", PeerTrouble.SAYS_NO))
        raise Refused(f"the other node says no: {why} (status {status:04X})", reason=reason, detail=f"{status:04X}")


def _counters(message: Message) -> Done:
    names = ("Completed", "Failed", "Warning")
    return Done(*(int(message.command.get(f"NumberOf{name}Suboperations") or 0) for name in names))


def _done(message: Message) -> Done:
    done = _counters(message)
    if not (done.completed or done.failed or done.warned):
        _check(message)
    return done
