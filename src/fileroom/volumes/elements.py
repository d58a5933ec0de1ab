"""DICOM data elements in Explicit VR Little Endian (PS3.5 7.1.2), for the few attributes that a slice of ours has."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXPLICIT_LE: Final = "1.2.840.10008.1.2.1"
SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
IMPLEMENTATION: Final = "2.25.254106383386846427431391434018396219226"  # ours, from a UUID (PS3.5 B.2)
_LONG: Final = frozenset({"OB", "OD", "OF", "OW"})
_PADDED_WITH_NULL: Final = frozenset({"UI", "OB"})
_NUMBERS: Final = {"US": "<H", "UL": "<I"}

Value = str | bytes | int
Elements = dict[int, tuple[str, Value]]  # by tag: VR and value


def encoded(tag: int, vr: str, value: Value) -> bytes:
    """One element; values of odd length are padded (PS3.5 6.2)."""
    data = packed(vr, value)
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode("ascii"))
    if vr in _LONG:
        return head + struct.pack("<xxI", len(data)) + data
    return head + struct.pack("<H", len(data)) + data


def packed(vr: str, value: Value) -> bytes:
    """A value as it is stored."""
    if isinstance(value, int):
        return struct.pack(_NUMBERS[vr], value)
    data = value.encode() if isinstance(value, str) else value
    return data + (b"\0" if vr in _PADDED_WITH_NULL else b" ") if len(data) % 2 else data


def data_set(elements: Mapping[int, tuple[str, Value]]) -> bytes:
    """Elements in the order of their tags (PS3.5 7.1)."""
    return b"".join(encoded(tag, *elements[tag]) for tag in sorted(elements))


def file_meta(sop_class_uid: str, sop_instance_uid: str) -> bytes:
    """What stands before the data set of a file (PS3.10 7.1)."""
    group = data_set(
        {
            0x00020001: ("OB", b"\0\1"),
            0x00020002: ("UI", sop_class_uid),
            0x00020003: ("UI", sop_instance_uid),
            0x00020010: ("UI", EXPLICIT_LE),
            0x00020012: ("UI", IMPLEMENTATION),
        }
    )
    return bytes(128) + b"DICM" + encoded(0x00020000, "UL", len(group)) + group


def decimals(numbers: Iterable[float]) -> str:
    """Numbers as a DS, with as many digits as its 16 bytes hold (PS3.5 6.2)."""
    from pydicom.valuerep import format_number_as_ds

    return "\\".join(format_number_as_ds(float(number)) for number in numbers)
