"""The request for an association and its acceptance as bytes (PS3.8 9.3.2, 9.3.3; PS3.7 D.3.3).

A workstation proposes a hundred presentation contexts, and opens an association for every question: what is made of
them here is what is looked at, and nothing else. Whatever does not fit its length is a :class:`Violation`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fileroom.network.wire import ASSOCIATE_AC, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_fixed = struct.Struct(">H2x16s16s32x")
_item = struct.Struct(">BxH")
_head = struct.Struct(">BxI")
_length = struct.Struct(">H")
_VERSION: Final = 1
_APPLICATION, _PROPOSED, _ANSWERED, _ABSTRACT, _TRANSFER, _USER = 0x10, 0x20, 0x21, 0x30, 0x40, 0x50
_LONGEST, _CLASS, _VERSION_NAME, _ROLE, _EXTENDED = 0x51, 0x52, 0x55, 0x54, 0x56
_UINT32: Final = 4


@dataclass(frozen=True, slots=True)
class Proposed:
    """A presentation context as it is proposed (PS3.8 9.3.2.2)."""

    id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(slots=True)
class Request:
    """An association as it is asked for."""

    calling: str
    called: str
    application_context: str = ""
    proposed: list[Proposed] = field(default_factory=list)
    longest: int = 0  # of a PDU that the requestor takes; 0: any
    roles: dict[str, tuple[bool, bool]] = field(default_factory=dict)  # by SOP class: the requestor is SCU, is SCP
    extended: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What is answered: for each context its ID, result and transfer syntax."""

    calling: str
    called: str
    application_context: str
    contexts: Iterable[tuple[int, int, str]]
    longest: int
    class_uid: str
    version_name: str
    roles: Mapping[str, tuple[bool, bool]]
    extended: Mapping[str, bytes]


def read(body: bytes) -> Request:
    """What follows the head of an A-ASSOCIATE-RQ."""
    if len(body) < _fixed.size:
        raise _damaged()
    _, called, calling = _fixed.unpack_from(body)
    request = Request(_text(calling), _text(called))
    for kind, value in _items(body[_fixed.size :]):
        if kind == _APPLICATION:
            request.application_context = _text(value)
        elif kind == _PROPOSED:
            request.proposed.append(_proposed(value))
        elif kind == _USER:
            for one, said in _items(value):
                _user(request, one, said)
    return request


def _proposed(value: bytes) -> Proposed:
    if len(value) < _item.size or not value[0] & 1:
        raise _damaged()
    abstract, transfer = "", list[str]()
    for kind, uid in _items(value[4:]):
        if kind == _ABSTRACT:
            abstract = _text(uid)
        elif kind == _TRANSFER:
            transfer.append(_text(uid))
    if not abstract or not transfer:
        raise _damaged()
    return Proposed(value[0], abstract, tuple(transfer))


def _user(request: Request, kind: int, value: bytes) -> None:
    if kind == _LONGEST:
        if len(value) != _UINT32:
            raise _damaged()
        request.longest = int.from_bytes(value, "big")
    elif kind == _ROLE:
        sop_class, rest = _named(value)
        if len(rest) < 2:  # noqa: PLR2004 - as SCU, as SCP
            raise _damaged()
        request.roles[sop_class] = (bool(rest[0]), bool(rest[1]))
    elif kind == _EXTENDED:
        sop_class, rest = _named(value)
        request.extended[sop_class] = rest


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        if len(data) - at < _item.size:
            raise _damaged()
        kind, length = _item.unpack_from(data, at)
        at += _item.size
        if at + length > len(data):
            raise _damaged()
        yield kind, data[at : at + length]
        at += length


def _named(value: bytes) -> tuple[str, bytes]:
    """The SOP class that an item is about, and what it says of it."""
    if len(value) < _length.size:
        raise _damaged()
    end = _length.size + int(_length.unpack_from(value)[0])
    if end > len(value):
        raise _damaged()
    return _text(value[_length.size : end]), value[end:]


def _text(value: bytes) -> str:
    try:
        return value.decode("ascii").strip(" \0")
    except UnicodeError:
        raise _damaged() from None


def _damaged() -> Violation:
    return Violation("an association request is damaged", 6)


def accepting(answer: Acceptance) -> bytes:
    """An A-ASSOCIATE-AC."""
    user = [
        _one(_LONGEST, answer.longest.to_bytes(_UINT32, "big")),
        _one(_CLASS, answer.class_uid.encode()),
        _one(_VERSION_NAME, answer.version_name.encode()),
        *(_one(_ROLE, _about(sop_class) + bytes(roles)) for sop_class, roles in answer.roles.items()),
        *(_one(_EXTENDED, _about(sop_class) + said) for sop_class, said in answer.extended.items()),
    ]
    body = b"".join(
        (
            _fixed.pack(_VERSION, answer.called.encode().ljust(16), answer.calling.encode().ljust(16)),
            _one(_APPLICATION, answer.application_context.encode()),
            *(
                _one(_ANSWERED, bytes((number, 0, result, 0)) + _one(_TRANSFER, syntax.encode()))
                for number, result, syntax in answer.contexts
            ),
            _one(_USER, b"".join(user)),
        )
    )
    return _head.pack(ASSOCIATE_AC, len(body)) + body


def _one(kind: int, value: bytes) -> bytes:
    return _item.pack(kind, len(value)) + value


def _about(sop_class: str) -> bytes:
    return _length.pack(len(sop_class)) + sop_class.encode()
