"""C-STORE sub-operations of C-MOVE and C-GET: which instances, in which contexts, and how many of them went well."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fileroom.dimse.status import Status, is_warning
from fileroom.errors import FileroomError, NotFound, PeerError, Unavailable, Undecodable
from fileroom.network import identifiers
from fileroom.network.commands import RESPONSE, Field, Priority

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fileroom.archive import Archive, InstanceFile, Named
    from fileroom.network.association import Association, Context, Message

MOST = 65_535  # what the counters can hold (PS3.7 E.1)
_LONGEST_UID = 64  # PS3.5 9.1
_PENDING_EVERY = 0.5  # seconds between two pending responses
_BEFORE = 16 << 20  # bytes of an instance that are read before its message begins: of most it is the whole


@dataclass(slots=True)
class Tally:
    """How the sub-operations of one request stand."""

    remaining: int
    completed: int = 0
    failed: list[str] = field(default_factory=list)
    warned: int = 0
    cancelled: bool = False
    _told: float = 0.0

    def counts(self, *, remaining: bool) -> dict[str, int]:
        """The counters of a response; how many remain is told only while, or because, not all was done."""
        counts = {
            "NumberOfCompletedSuboperations": self.completed,
            "NumberOfFailedSuboperations": len(self.failed),
            "NumberOfWarningSuboperations": self.warned,
        }
        return counts | ({"NumberOfRemainingSuboperations": self.remaining} if remaining else {})

    def add(self, uid: str, status: int) -> None:
        """One more is done."""
        self.remaining -= 1
        if status == Status.SUCCESS:
            self.completed += 1
        elif is_warning(status):
            self.warned += 1
        else:
            self.failed.append(uid)

    def tell(self, association: Association, message: Message) -> None:
        """A pending response, now and then."""
        now = time.monotonic()
        if self.remaining and now - self._told > _PENDING_EVERY:
            self._told = now
            association.answer(message, Status.PENDING, more=self.counts(remaining=True))

    def close(self, association: Association, message: Message) -> None:
        """The last response (PS3.4 C.4.2.1.5, C.4.3.1.4)."""
        if self.cancelled:
            status = Status.CANCELLED
        elif not self.failed and not self.warned:
            status = Status.SUCCESS
        elif self.completed or self.warned:
            status = Status.SUBOPERATIONS_WITH_FAILURES
        else:
            status = Status.NO_SUBOPERATIONS
        data = None
        if self.failed:
            data = identifiers.failed_list(message.context.transfer_syntax, self.failed)
        association.answer(message, status, data, more=self.counts(remaining=self.cancelled))


@dataclass(frozen=True, slots=True)
class _Ready:
    """An instance that can be sent: what cannot be read is known before its message begins."""

    file: InstanceFile
    context: Context
    pieces: Iterator[bytes]


class Ahead:
    """The instances of a request, each made ready while the other side still stores the one before it."""

    def __init__(self, archive: Archive, association: Association, found: Iterable[Named]) -> None:
        self._archive = archive
        self._association = association
        self._left = iter(found)
        self._next: _Ready | FileroomError | None = None

    def look(self) -> None:
        """Read on, if there is more; what is the matter with it is said when its turn comes."""
        instance = next(self._left, None)
        if instance is None:
            return
        try:
            self._next = self._ready(instance)
        except CANNOT_SEND as error:
            self._next = error

    def take(self) -> _Ready:
        """The next one. One of CANNOT_SEND when it cannot be sent in any context that was agreed on."""
        if self._next is None:
            self.look()
        found, self._next = self._next, None
        if found is None:
            raise NotFound("no instance is left")
        if isinstance(found, FileroomError):
            raise found
        return found

    def _ready(self, instance: Named) -> _Ready:
        if len(instance.sop_instance_uid) > _LONGEST_UID:
            raise Undecodable("its UID is none, and programs break off at such")
        file = instance.file()
        context = self._context(file)
        if context is None:
            raise Undecodable("no presentation context takes it in any way it can be had")
        return _Ready(file, context, _begun(self._archive.data_set(file, context.transfer_syntax)))

    def _context(self, file: InstanceFile) -> Context | None:
        """As its file is where that is agreed on, else in a native syntax: decompressed, if need be (PS3.5 10.1); else
        compressed without loss."""
        for possible in (self._archive.syntaxes, self._archive.compressed_syntaxes):
            for syntax in possible(file):
                found = self._association.terms.sending(file.header.sop_class_uid, syntax)
                if found is not None:
                    return found
        return None


def store(ahead: Ahead, association: Association, originator: dict[str, Any] | None = None) -> Iterator[Message]:
    """Send the next instance and wait for the answer, which is yielded last; before it messages that are none.

    One of CANNOT_SEND when nothing was sent, BrokeOff when a part of it was.
    """
    ready = ahead.take()
    number = association.next_id()
    command = {
        "AffectedSOPClassUID": ready.file.header.sop_class_uid,
        "AffectedSOPInstanceUID": ready.file.header.sop_instance_uid,
        "CommandField": Field.STORE,
        "MessageID": number,
        "Priority": Priority.MEDIUM,
        **(originator or {}),
    }
    try:
        association.send(ready.context, command, ready.pieces)
    except FileroomError as error:
        if isinstance(error, PeerError):
            raise
        raise BrokeOff("an instance broke off while it was sent") from error
    ahead.look()
    while True:
        answer = association.receive()
        if answer is None:
            raise PeerError("the association was released in the middle")
        yield answer
        if answer.field == Field.STORE | RESPONSE and answer.command.get("MessageIDBeingRespondedTo") == number:
            return


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the first of them read already."""
    read, size = list[bytes](), 0
    for piece in pieces:
        read.append(piece)
        size += len(piece)
        if size >= _BEFORE:
            break
    return itertools.chain(read, pieces)


class BrokeOff(PeerError):
    """What we send broke off in the middle of its message, which cannot be taken back: the association is of no more
    use."""


CANNOT_SEND = (Unavailable, Undecodable, NotFound)
