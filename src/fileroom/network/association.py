"""An association that stands: messages, one after the other (PS3.7 6.3, PS3.8 Annex E)."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fileroom.errors import PeerError
from fileroom.network import commands
from fileroom.network.commands import NO_DATA_SET, RESPONSE, Command, Field
from fileroom.network.wire import (
    ABORT,
    HEAD,
    LONGEST,
    P_DATA,
    PDV_HEAD,
    RELEASE_RP,
    RELEASE_RQ,
    Aborted,
    Closed,
    Pdv,
    Silent,
    Violation,
    Wire,
    p_data,
    p_data_head,
    pdvs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

LONGEST_IDENTIFIER: Final = 4 << 20  # 60 000 UIDs
_SLOWEST = 1024  # bytes a second, after a minute: who is slower holds a thread for nothing
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Context:
    """A presentation context that was accepted. ``sends``: this side may ask for the service in it (SCU),
    ``serves``: it may be asked (SCP)."""

    id: int
    abstract_syntax: str
    transfer_syntax: str
    sends: bool
    serves: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed on. ``extended`` has what the requestor said of a SOP class, as far as we agree
    (PS3.7 D.3.3.5)."""

    calling: str
    called: str
    contexts: Mapping[int, Context]
    longest: int  # of a PDU that the other side takes; 0: any
    extended: Mapping[str, bytes] = field(default_factory=dict)

    def sending(self, abstract_syntax: str, transfer_syntax: str = "") -> Context | None:
        """A context in which this side may ask for a service (with its data sets in that transfer syntax)."""
        return next(
            (
                one
                for one in self.contexts.values()
                if one.sends and one.abstract_syntax == abstract_syntax and transfer_syntax in {"", one.transfer_syntax}
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose command has come; its data set, if it has one, comes by :meth:`Association.data`."""

    context: Context
    command: Command

    @property
    def field(self) -> int:
        """The command field."""
        return int(self.command["CommandField"])

    @property
    def id(self) -> int:
        """The message ID of a request."""
        return int(self.command.get("MessageID") or 0)

    @property
    def has_data(self) -> bool:
        """Whether a data set follows."""
        return self.command.get("CommandDataSetType") != NO_DATA_SET


class DataSet:
    """The data set of a message, as it comes: gone through piece by piece, each of which stands until the next, or put
    where it is wanted."""

    def __init__(self, association: Association) -> None:
        self._association = association

    def __iter__(self) -> Iterator[memoryview]:
        return self._association._rest()

    def fill(self, into: memoryview) -> int:
        """Put what comes next there; how many bytes, and 0 when all have come. PeerError when it breaks off."""
        return self._association._fill(into)


class Association:
    """One association, as either side. Belongs to one thread."""

    def __init__(self, wire: Wire, terms: Terms, *, idle: float) -> None:
        self.terms = terms
        self._wire = wire
        self._idle = idle
        self._pdvs: deque[Pdv] = deque()
        self._open = False  # a data set is under way
        self._began, self._size = 0.0, 0  # when it began, and the bytes that came of it
        self._fragment = min(terms.longest or LONGEST, LONGEST) - PDV_HEAD
        self._message_id = 0

    # -- receiving -------------------------------------------------------------------------------------------------

    def receive(self, seconds: float | None = None) -> Message | None:
        """The next message; None when the other side releases the association, which it then is.

        What is left of the data set before it is thrown away. PeerError of any kind when it ends otherwise.
        """
        for _ in self._rest():
            pass
        first = self._next(seconds or self._idle, between=True)
        if first is None:
            self._wire.write(bytes((RELEASE_RP, 0, 0, 0, 0, 4, 0, 0, 0, 0)))
            self._wire.close()
            return None
        command = commands.decode(self._whole_command(first))
        context = self.terms.contexts.get(first.context_id)
        if context is None:
            raise Violation("a message came in a context that was not accepted", 2)
        message = Message(context, command)
        self._open = message.has_data
        self._began, self._size = time.monotonic(), 0
        return message

    def _whole_command(self, pdv: Pdv) -> bytes:
        whole = bytearray()
        context_id = pdv.context_id
        while True:
            if not pdv.is_command or pdv.context_id != context_id or len(whole) > commands.LONGEST:
                raise Violation("a command was expected", 2)
            whole += pdv.data
            if pdv.is_last:
                return bytes(whole)
            pdv = self._more()

    def data(self) -> DataSet:
        """The data set of the message that was received last, as it comes."""
        return DataSet(self)

    def _rest(self) -> Iterator[memoryview]:
        while self._open:
            pdv = self._value()
            self._came(len(pdv.data), is_last=pdv.is_last)
            yield pdv.data

    def _fill(self, into: memoryview) -> int:
        if not into:
            raise ValueError("no room")
        while self._open:
            straight = None if self._pdvs else self._wire.read_into(into, self._idle)
            if straight is not None:
                size, is_last = straight
            else:
                pdv = self._value()
                size = min(len(pdv.data), len(into))
                into[:size] = pdv.data[:size]
                is_last = pdv.is_last and size == len(pdv.data)
                if size < len(pdv.data):
                    self._pdvs.appendleft(pdv._replace(data=pdv.data[size:]))
            self._came(size, is_last=is_last)
            if size:
                return size
        return 0

    def _value(self) -> Pdv:
        """The next value of the data set."""
        pdv = self._more()
        if pdv.is_command:
            raise Violation("a data set was expected", 2)
        return pdv

    def _came(self, size: int, *, is_last: bool) -> None:
        self._open = not is_last
        self._size += size
        lasted = time.monotonic() - self._began
        if lasted > _MINUTE and self._size < lasted * _SLOWEST:
            raise Silent("the other side sends too slowly")

    def identifier(self) -> bytes:
        """The data set of the message that was received last, whole. Violation when it is longer than any should be."""
        whole = bytearray()
        for piece in self._rest():
            whole += piece
            if len(whole) > LONGEST_IDENTIFIER:
                raise Violation("an identifier is too long", 0)
        return bytes(whole)

    def _more(self) -> Pdv:
        pdv = self._next(self._idle, between=False)
        assert pdv is not None  # noqa: S101 - a release in the middle of a message is a violation
        return pdv

    def _next(self, seconds: float, *, between: bool) -> Pdv | None:
        """The next value; None for a release between messages."""
        while not self._pdvs:
            self._wire.flush()
            kind, body = self._wire.read(seconds)
            if kind == P_DATA:
                self._pdvs.extend(pdvs(body))
            elif kind == ABORT:
                self._wire.close()
                raise Aborted("the other side broke off the association")
            elif kind == RELEASE_RQ and between:
                return None
            else:
                raise Violation("a PDU came that has no place here", 2)
        return self._pdvs.popleft()

    def something_came(self) -> bool:
        """Whether there is something to receive."""
        return bool(self._pdvs) or self._wire.ready()

    def cancelled(self, message_id: int) -> bool:
        """Whether the other side asked to cancel that message (PS3.7 9.3.2.3); looks, and does not wait."""
        while self.something_came():
            message = self.receive()
            if message is None:
                raise Closed("the association was released")
            if message.field != Field.CANCEL:
                raise Violation("a message came before the last one was answered", 2)
            if message.command.get("MessageIDBeingRespondedTo") == message_id:
                return True
        return False

    # -- sending ---------------------------------------------------------------------------------------------------

    def next_id(self) -> int:
        """A message ID that is not in use."""
        self._message_id = self._message_id % 0xFFFF + 1
        return self._message_id

    def send(
        self,
        context: Context,
        command: Mapping[str, Any],
        data: bytes | Iterable[bytes] | None = None,
        *,
        flush: bool = True,
    ) -> None:
        """Send a message. Without ``flush`` it may leave together with those that follow."""
        kind = NO_DATA_SET if data is None else 1
        encoded = commands.encode({**command, "CommandDataSetType": kind})
        self._wire.write(p_data(context.id, encoded, is_command=True, is_last=True), flush=False)
        if data is not None:
            self._send_data(context.id, (data,) if isinstance(data, bytes) else data)
        if flush:
            self._wire.flush()

    def _send_data(self, context_id: int, pieces: Iterable[bytes]) -> None:
        """In fragments that the other side takes; the last is known only when nothing follows it."""
        held: memoryview | None = None
        for piece in pieces:
            for at in range(0, len(piece), self._fragment):
                if held is not None:
                    self._write_data(context_id, held, is_last=False)
                held = memoryview(piece)[at : at + self._fragment]
        self._write_data(context_id, held or b"", is_last=True)

    def _write_data(self, context_id: int, data: bytes | memoryview, *, is_last: bool) -> None:
        head = p_data_head(context_id, len(data), is_command=False, is_last=is_last)
        self._wire.write(head, data, flush=False)

    def answer(
        self,
        message: Message,
        status: int,
        data: bytes | None = None,
        *,
        more: Mapping[str, Any] | None = None,
        flush: bool = True,
    ) -> None:
        """Send the response to a request; ``more`` are further elements of its command set."""
        said = {
            "AffectedSOPClassUID": message.command.get("AffectedSOPClassUID")
            or message.command.get("RequestedSOPClassUID"),
            "AffectedSOPInstanceUID": message.command.get("AffectedSOPInstanceUID")
            or message.command.get("RequestedSOPInstanceUID"),
            "CommandField": message.field | RESPONSE,
            "MessageIDBeingRespondedTo": message.id,
            "Status": status,
            **(more or {}),
        }
        self.send(message.context, said, data, flush=flush)

    def responder(self, message: Message, status: int) -> Callable[[bytes], None]:
        """What answers again and again with the same command set, as long as many answers fit into one write."""
        said = {
            "AffectedSOPClassUID": message.command.get("AffectedSOPClassUID"),
            "CommandField": message.field | RESPONSE,
            "MessageIDBeingRespondedTo": message.id,
            "Status": status,
            "CommandDataSetType": 1,
        }
        context_id = message.context.id
        command = p_data(context_id, commands.encode(said), is_command=True, is_last=True)

        def respond(data: bytes) -> None:
            if len(data) <= self._fragment:
                self._wire.write(command, p_data(context_id, data, is_command=False, is_last=True), flush=False)
            else:
                self._wire.write(command, flush=False)
                self._send_data(context_id, (data,))

        return respond

    # -- the end ---------------------------------------------------------------------------------------------------

    def release(self) -> None:
        """End it in good order; who does not answer is left."""
        try:
            self._wire.write(bytes((RELEASE_RQ, 0, 0, 0, 0, 4, 0, 0, 0, 0)))
            until = time.monotonic() + min(self._idle, 10.0)
            while time.monotonic() < until and self._wire.read(until - time.monotonic())[0] == P_DATA:
                pass
        except PeerError:
            pass
        self._wire.close()

    def abort(self, error: PeerError | None = None) -> None:
        """Break it off: by the provider with its reason when the protocol was broken, else by the user."""
        if isinstance(error, Violation):
            self._wire.abort(2, error.diagnosis)
        elif not isinstance(error, (Aborted, Closed)):
            self._wire.abort(0, 0)
        else:
            self._wire.close()


__all__ = ["HEAD", "Association", "Context", "DataSet", "Message", "Terms"]
