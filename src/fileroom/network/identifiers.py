"""Identifiers: the data sets of queries, read and written without a detour (PS3.4 C.4.1.1.3, PS3.5 7)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.depth import check_depth
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.errors import BadRequest
from fileroom.model.entries import PersonName
from fileroom.network import uids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Encode = Callable[[str], bytes]  # UnicodeError for what a set does not have

_CHARACTER_SET: Final = 0x00080005
UTF_8: Final = "ISO_IR 192"
LATIN_1: Final = "ISO_IR 100"
_TWO_BYTES: Final = re.compile(rb"\x1b\$(?:B|\(D)")  # JIS X 0208 and 0212 in G0
_ISO_IR: Final = (101, 109, 110, 144, 127, 126, 138, 148, 166, 203)
_LONG: Final = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UN", "UR", "UT", "SV", "UV"})
# What is affected by Specific Character Set (PS3.5 6.1.2.3).
TEXT: Final = frozenset({"SH", "LO", "ST", "LT", "UC", "UT", "PN"})
_short = struct.Struct("<HH2sH")
_explicit = struct.Struct("<HH2sHI")
_implicit = struct.Struct("<HHI")
_us = struct.Struct("<H")
_four = struct.Struct("<I")
_LONGEST_VALUE: Final = 0xFFFE


@dataclass(frozen=True, slots=True)
class Key:
    """One attribute of an identifier, its value as text, values of several joined by a backslash. ``narrows``: a
    sequence in which something is asked for (PS3.4 C.2.2.2.6)."""

    tag: int
    vr: str
    value: str
    narrows: bool = False

    @property
    def name(self) -> str:
        """The tag in eight hexadecimal digits."""
        return f"{self.tag:08X}"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as it came. ``charset`` is its Specific Character Set, several terms joined by a backslash."""

    keys: tuple[Key, ...]
    charset: str

    def value(self, tag: int) -> str:
        """The value of an attribute; empty when it is not there."""
        return next((key.value for key in self.keys if key.tag == tag), "")


def read(data: bytes, transfer_syntax: str) -> Identifier:
    """An identifier. BadRequest when it cannot be read."""
    load_pydicom()
    from pydicom.filereader import read_dataset

    try:
        with quiet_pydicom():
            implicit = transfer_syntax == uids.IMPLICIT
            plain = read_dataset(BytesIO(data), is_implicit_VR=implicit, is_little_endian=True)
            check_depth(plain)
            keys = tuple(_key(plain, tag) for tag in sorted(plain.keys()))
            charset = _key(plain, _CHARACTER_SET).value if _CHARACTER_SET in plain else ""
    except Exception:  # noqa: BLE001 - whatever a parser stumbles over in what a stranger sends
        raise BadRequest("the identifier cannot be read") from None
    return Identifier(keys, charset)


def referenced(data: bytes, transfer_syntax: str) -> tuple[str, list[tuple[str, str]]]:
    """The transaction UID and the instances (SOP class and instance) that a storage commitment is about
    (PS3.4 J.3.2, J.3.3). BadRequest when it cannot be read."""
    load_pydicom()
    from pydicom.filereader import read_dataset

    try:
        with quiet_pydicom():
            implicit = transfer_syntax == uids.IMPLICIT
            plain = read_dataset(BytesIO(data), is_implicit_VR=implicit, is_little_endian=True)
            check_depth(plain)
            items = plain["ReferencedSOPSequence"].value
            named = [(str(one.ReferencedSOPClassUID), str(one.ReferencedSOPInstanceUID)) for one in items]
            transaction = str(plain.TransactionUID)
            if not named or not transaction:
                raise ValueError("both are of type 1")  # noqa: TRY301 - said as what cannot be read
    except Exception:  # noqa: BLE001 - as above
        raise BadRequest("the list of instances cannot be read") from None
    return transaction, named


def _key(data_set: Any, tag: int) -> Key:
    raw = data_set.get_item(tag)
    if raw.value == b'""' and raw.VR not in {"US", "SS"}:
        return Key(int(tag), raw.VR or "", '""')  # what is empty (PS3.4 C.2.2.2.7), in numbers, too, which this is none
    element = data_set[tag]
    value = element.value
    if element.VR == "SQ":
        return Key(int(tag), "SQ", "", narrows=any(_has_values(item) for item in value))
    if isinstance(value, bytes):
        return Key(int(tag), element.VR, "")
    if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue":
        return Key(int(tag), element.VR, "\\".join(str(one) for one in value))
    return Key(int(tag), element.VR, "" if value is None else str(value).strip(" \0"))


def _has_values(item: Any) -> bool:
    return any(
        any(_has_values(one) for one in element.value) if element.VR == "SQ" else not element.is_empty
        for element in item
    )


class Writer:
    """Writes data sets in one transfer syntax, in the character set that was asked in where that has all letters."""

    def __init__(self, transfer_syntax: str, charset: str) -> None:
        self._is_implicit = transfer_syntax == uids.IMPLICIT
        self._sets = tuple(_python_sets(charset))

    def write(self, values: Iterable[tuple[int, str, Any]]) -> bytes:
        """The elements, sorted by tag; a Specific Character Set is added where there is more than ASCII."""
        rows = [(tag, vr, as_text(value) if vr not in {"US", "SQ"} else value) for tag, vr, value in values]
        charset, encode = self._fitting([text for _, vr, text in rows if vr in TEXT and not text.isascii()])
        if charset:
            rows.append((_CHARACTER_SET, "CS", charset))
        rows.sort(key=lambda row: row[0])
        return b"".join([self._element(tag, vr, value, encode) for tag, vr, value in rows])

    def form(self, slots: Sequence[tuple[int, str]]) -> Callable[[Sequence[str]], bytes]:
        """What :meth:`write` does, for many data sets of the same elements whose values are text."""
        order = sorted(range(len(slots)), key=lambda n: slots[n][0])
        ways = [(n, *self._way(*slots[n])) for n in order]

        def write(values: Sequence[str]) -> bytes:
            if not "".join(values).isascii():
                return self.write([(tag, vr, value) for (tag, vr), value in zip(slots, values, strict=True)])
            parts: list[bytes] = []
            for n, head, length, pad in ways:
                data = values[n].encode()
                if len(data) & 1:
                    data += pad
                if len(data) > _LONGEST_VALUE:
                    data = data[:_LONGEST_VALUE]
                parts += (head, length(len(data)), data)
            return b"".join(parts)

        return write

    def _way(self, tag: int, vr: str) -> tuple[bytes, Callable[[int], bytes], bytes]:
        """What stands before the length of an element, how that is written, and what makes a value even."""
        pad = b"\0" if vr == "UI" else b" "
        head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
        if self._is_implicit:
            return head, _four.pack, pad
        if vr in _LONG:
            return head + vr.encode() + b"\0\0", _four.pack, pad
        return head + vr.encode(), _us.pack, pad

    def _fitting(self, texts: Sequence[str]) -> tuple[str, Encode]:
        if not texts:
            return "", str.encode
        for charset, encode in self._sets:
            try:
                for text in texts:
                    encode(text)
            except UnicodeError:
                continue
            return charset, encode
        return UTF_8, _replaced

    def _element(self, tag: int, vr: str, value: Any, encode: Encode) -> bytes:
        data = _encoded(vr, value, encode)
        group, element = tag >> 16, tag & 0xFFFF
        if self._is_implicit:
            return _implicit.pack(group, element, len(data)) + data
        if vr in _LONG:
            return _explicit.pack(group, element, vr.encode(), 0, len(data)) + data
        return _short.pack(group, element, vr.encode(), len(data)) + data


def _python_sets(charset: str) -> Iterable[tuple[str, Encode]]:
    """The sets to try, with what encodes in them: what was asked in, Latin-1 for who said nothing, UTF-8."""
    known = {UTF_8: "utf-8", LATIN_1: "latin-1", "GB18030": "gb18030", "GBK": "gbk"} | {
        f"ISO_IR {number}": f"iso8859-{part}"
        for number, part in zip(_ISO_IR, (2, 3, 4, 5, 6, 7, 8, 9, 11, 15), strict=True)
    }
    if charset in known:
        yield charset, partial(str.encode, encoding=known[charset])
    if "ISO 2022" in charset:
        yield charset, _with_escapes(charset.split("\\"))
    if not charset or charset == "ISO_IR 6":
        yield LATIN_1, partial(str.encode, encoding="latin-1")
    yield UTF_8, str.encode


def _replaced(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _with_escapes(terms: Sequence[str]) -> Encode:
    """Encodes with code extensions (PS3.5 6.1.2.5): UnicodeError for what these sets do not have."""
    load_pydicom()
    from pydicom.charset import convert_encodings, decode_bytes, encode_string, python_encoding

    if not python_encoding.keys() >= set(terms):
        return partial(str.encode, encoding="ascii")
    with quiet_pydicom():
        encodings = convert_encodings(list(terms))
    if not terms[0] or terms[0].endswith("IR 6"):
        encodings[0] = "ascii"
    back = b"\x1b(J" if terms[0].endswith("IR 13") else b"\x1b(B"

    def encode(part: str) -> bytes:
        if part.isascii():
            return part.encode()
        with quiet_pydicom():
            data = encode_string(part, encodings)
            if _TWO_BYTES.search(data) and not data.endswith(back):
                data += back
            if decode_bytes(data, encodings, set()) != part:
                raise UnicodeError
        return data

    # What is designated ends at a delimiter (PS3.5 6.1.2.5.3).
    return lambda text: b"".join(encode(part) for part in re.split(r"([\^=\\])", text))


def as_text(value: Any) -> str:
    """A value of the archive as it stands in a data set."""
    if isinstance(value, str):
        return value
    if isinstance(value, PersonName):
        groups = (value.alphabetic, value.ideographic, value.phonetic)
        return "=".join(groups).rstrip("=")
    if isinstance(value, tuple):
        return "\\".join(str(one) for one in value)
    return "" if value is None else str(value)


def _encoded(vr: str, value: Any, encode: Encode) -> bytes:
    if vr == "SQ":
        return b"".join(_item(one) for one in value) if value else b""
    if vr == "US":
        return b"" if value is None else _us.pack(value)
    data = encode(str(value)) if vr in TEXT else str(value).encode("ascii", "replace")
    if len(data) % 2:
        data += b"\0" if vr == "UI" else b" "
    return data[:_LONGEST_VALUE]


def _item(data: bytes) -> bytes:
    return _implicit.pack(0xFFFE, 0xE000, len(data)) + data


def failed_list(transfer_syntax: str, failed: Sequence[str]) -> bytes:
    """The identifier of a response that names instances that were not sent (PS3.4 C.4.2.1.4.2)."""
    return Writer(transfer_syntax, "").write([(0x00080058, "UI", "\\".join(failed))])
