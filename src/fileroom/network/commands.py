"""Command sets (PS3.7 6.3.1, Annex E): always little endian, always implicit."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from fileroom.network.wire import Violation

if TYPE_CHECKING:
    from collections.abc import Mapping

Command = dict[str, Any]
NO_DATA_SET = 0x0101
RESPONSE = 0x8000
LONGEST = 64 << 10


class Field(IntEnum):
    """What a message asks for (PS3.7 E.1); a response has the highest bit set besides."""

    STORE = 0x0001
    GET = 0x0010
    FIND = 0x0020
    MOVE = 0x0021
    ECHO = 0x0030
    EVENT_REPORT = 0x0100
    ACTION = 0x0130
    CANCEL = 0x0FFF


class Priority(IntEnum):
    """PS3.7 E.1-1; ours is always medium."""

    MEDIUM = 0


# Keyword, element and value representation (PS3.7 E.1).
ELEMENTS = (
    ("AffectedSOPClassUID", 0x0002, "UI"),
    ("RequestedSOPClassUID", 0x0003, "UI"),
    ("CommandField", 0x0100, "US"),
    ("MessageID", 0x0110, "US"),
    ("MessageIDBeingRespondedTo", 0x0120, "US"),
    ("MoveDestination", 0x0600, "AE"),
    ("Priority", 0x0700, "US"),
    ("CommandDataSetType", 0x0800, "US"),
    ("Status", 0x0900, "US"),
    ("OffendingElement", 0x0901, "AT"),
    ("ErrorComment", 0x0902, "LO"),
    ("ErrorID", 0x0903, "US"),
    ("AffectedSOPInstanceUID", 0x1000, "UI"),
    ("RequestedSOPInstanceUID", 0x1001, "UI"),
    ("EventTypeID", 0x1002, "US"),
    ("ActionTypeID", 0x1008, "US"),
    ("NumberOfRemainingSuboperations", 0x1020, "US"),
    ("NumberOfCompletedSuboperations", 0x1021, "US"),
    ("NumberOfFailedSuboperations", 0x1022, "US"),
    ("NumberOfWarningSuboperations", 0x1023, "US"),
    ("MoveOriginatorApplicationEntityTitle", 0x1030, "AE"),
    ("MoveOriginatorMessageID", 0x1031, "US"),
)
_BY_ELEMENT = {element: (keyword, vr) for keyword, element, vr in ELEMENTS}
_PLAIN = str.maketrans("“”’", '""\'')  # command sets are in the default repertoire (PS3.7 6.3.1)
_head = struct.Struct("<HHI")
_us = struct.Struct("<H")


def encode(command: Mapping[str, Any]) -> bytes:
    """A command set with its group length; ``None`` leaves an element out."""
    body = b"".join(
        _element(element, vr, command[keyword]) for keyword, element, vr in ELEMENTS if command.get(keyword) is not None
    )
    return _head.pack(0, 0, 4) + struct.pack("<I", len(body)) + body


def _element(element: int, vr: str, value: Any) -> bytes:
    if vr == "US":
        data = _us.pack(value)
    elif vr == "AT":
        data = struct.pack("<HH", value >> 16, value & 0xFFFF)
    else:
        data = str(value).translate(_PLAIN).encode("ascii", "replace")
        data = data[:64] if vr == "LO" else data
        data += (b"\0" if vr == "UI" else b" ") * (len(data) % 2)
    return _head.pack(0, element, len(data)) + data


def decode(data: bytes) -> Command:
    """The elements that we know. Violation when it is no command set."""
    found: Command = {}
    at = 0
    while at < len(data):
        if len(data) - at < _head.size:
            raise Violation("a command set is cut short", 6)
        group, element, length = _head.unpack_from(data, at)
        at += _head.size
        if group and "CommandField" in found:
            break  # some append to a response, as Orthanc does, the list of what failed: no part of the command
        if group or at + length > len(data):
            raise Violation("a command set is damaged", 6)
        if element in _BY_ELEMENT:
            keyword, vr = _BY_ELEMENT[element]
            found[keyword] = _value(vr, data[at : at + length])
        at += length
    if not isinstance(found.get("CommandField"), int):
        raise Violation("a command set does not say what it asks for", 6)
    return found


def _value(vr: str, data: bytes) -> Any:
    if vr == "US":
        return _us.unpack_from(data)[0] if len(data) >= _us.size else None
    if vr == "AT":
        return None  # of no use to us
    return data.decode("ascii", "replace").strip(" \0")
