"""DICOMDIR (PS3.3 F): what a medium says is on it, without opening anything else.

The records are read in one pass over the file, then followed by their offsets (F.2.2): each at most once, so that a
chain that leads back to itself ends. What the records of an image say together is handed on as a small DICOM file, and
whatever reads a header reads that: character sets, names and dates come out as they do everywhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fileroom.sources.positioned import Positioned

LARGEST: Final = 256 << 20  # half a million images; a larger one is no list of a disc
_MOST_RECORDS: Final = 1_000_000
_DEEPEST: Final = 16
_LONGEST: Final = 4096  # of a value that is handed on; icons are not
_MOST_PARTS: Final = 32  # of a path; PS3.10 8.2 allows eight
_PREAMBLE: Final = 128
_UNDEFINED: Final = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_SYNTAX, _FIRST, _RECORDS = 0x00020010, 0x00041200, 0x00041220
_NEXT, _IN_USE, _LOWER, _TYPE = 0x00041400, 0x00041410, 0x00041420, 0x00041430
_FILE, _CLASS, _INSTANCE = 0x00041500, 0x00041510, 0x00041511
_CHARSET, _SOP_CLASS, _SOP_INSTANCE = 0x00080005, 0x00080016, 0x00080018
_BIRTH_DATE: Final = 0x00100030
_OWN_GROUP: Final = 4 << 16, 5 << 16  # tags of the directory itself
_LONG_VRS: Final = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
)
_SEQUENCES: Final = frozenset({b"SQ", b"UN"})
_EXPLICIT_LE: Final = b"1.2.840.10008.1.2.1"
_IMPLICIT_LE: Final = b"1.2.840.10008.1.2"
_EXPLICIT_BE: Final = b"1.2.840.10008.1.2.2"
_LEVELS: Final = (b"PATIENT", b"STUDY", b"SERIES")


class NoDirectory(ValueError):
    """It cannot be read as a DICOMDIR at all."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An image that is listed: where its file is said to lie, and a small DICOM file of what is said of it."""

    parts: tuple[str, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Directory:
    """What a DICOMDIR lists. ``refused`` are paths that lead out of the medium; ``cut``: it ends before its end;
    ``unreached``: images to which no record leads."""

    listed: tuple[Listed, ...]
    refused: tuple[str, ...] = ()
    cut: bool = False
    unreached: int = 0


@dataclass(slots=True)
class _Record:
    values: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # of each tag: element, value, end


class _Form:
    """How elements are written: a transfer syntax."""

    def __init__(self, syntax: bytes) -> None:
        self.syntax = syntax
        self.explicit = syntax != _IMPLICIT_LE
        order = ">" if syntax == _EXPLICIT_BE else "<"
        self.tag = struct.Struct(order + "HH").unpack_from
        self.short = struct.Struct(order + "H").unpack_from
        self.long = struct.Struct(order + "I").unpack_from
        self.head = struct.Struct(order + "HH2sH").unpack_from
        self._order = order

    def element(self, tag: int, vr: bytes, value: bytes) -> bytes:
        """An element of at most 64 KiB, written."""
        head = struct.pack(self._order + "HH", tag >> 16, tag & 0xFFFF)
        if self.explicit:
            return head + vr + struct.pack(self._order + "H", len(value)) + value
        return head + struct.pack(self._order + "I", len(value)) + value


def read_directory(source: Positioned, born: Callable[[Listed], str | None] = lambda _: "") -> Directory:
    """What a DICOMDIR lists. NoDirectory when it is none; OSError when it cannot be read.

    Where a patient's record has no birth date, ``born`` is asked for it, with the first image below it; after None
    (it is not there) with the next one.
    """
    if source.size > LARGEST:
        raise NoDirectory("larger than any should be")
    data = source.read_at(0, source.size)
    reader = _Reader(data, *_after_meta(data), born)
    reader.read()
    return reader.directory(cut=reader.cut or len(data) < source.size)


def _after_meta(data: bytes) -> tuple[_Form, int]:
    """How the data set is written, and where it begins: behind the meta group, which is explicit LE (PS3.10 7.1)."""
    start = _PREAMBLE + 4 if data[_PREAMBLE : _PREAMBLE + 4] == b"DICM" else 0
    meta, position, syntax = _form(_EXPLICIT_LE), start, b""
    while position + 8 <= len(data) and data[position : position + 2] == b"\x02\x00":
        tag, _, value, end = _head(data, position, meta)
        if tag == _SYNTAX:
            syntax = data[value:end].rstrip(b"\0 ")
        position = end
    if not syntax:
        syntax = _EXPLICIT_LE if data[position + 4 : position + 6].isalpha() else _IMPLICIT_LE
    return _form(syntax), position


_form = cache(_Form)


def _head(data: bytes, position: int, form: _Form) -> tuple[int, bytes, int, int]:
    """Tag, VR, beginning and end of the value of the element at ``position``; -1 for an end that is not told."""
    group, number, vr, length = form.head(data, position)
    value = position + 8
    if group == 0xFFFE or not form.explicit:  # noqa: PLR2004 - items have no VR (PS3.5 7.5)
        vr, length = b"", form.long(data, position + 4)[0]
    elif vr in _LONG_VRS:
        value, length = position + 12, form.long(data, position + 8)[0]
    return group << 16 | number, vr, value, -1 if length == _UNDEFINED else value + length


class _Reader:
    """One pass over the file, then along the offsets."""

    def __init__(self, data: bytes, form: _Form, start: int, born: Callable[[Listed], str | None]) -> None:
        self._born = born
        self._dates: dict[int, str] = {}  # of birth, by the records of patients
        self._above: tuple[tuple[int, ...], dict[int, bytes]] = ((), {})  # what the last image's records above it say
        self._meta = _meta(form.syntax)
        self._data = data
        self._form = form
        self._start = start
        self._first = 0
        self._records: dict[int, _Record] = {}  # by the offset of their items
        self.cut = False

    def read(self) -> None:
        """Read all records. NoDirectory when there is no sequence of them."""
        found = False
        try:
            for tag, _, value, end in self._elements(self._start, len(self._data)):
                if tag == _FIRST:
                    self._first = self._form.long(self._data, value)[0]
                elif tag == _RECORDS:
                    found = True
                    self._items(value, end)
                    break
        except (struct.error, IndexError):
            self.cut = True
        if not found:
            raise NoDirectory("there is no list of records")

    def _elements(self, position: int, end: int) -> Iterator[tuple[int, bytes, int, int]]:
        """Elements one after the other; of one whose end is not told the caller finds it."""
        while position + 8 <= end:
            head = _head(self._data, position, self._form)
            yield head
            position = head[3] if head[3] >= 0 else self._skip(head[2], 0)

    def _items(self, position: int, end: int) -> None:
        whole = len(self._data)
        self.cut = end > whole
        end = whole if end < 0 else min(end, whole)
        while position + 8 <= end and len(self._records) < _MOST_RECORDS:
            tag, _, value, stop = _head(self._data, position, self._form)
            if tag != _ITEM:
                return
            if stop > whole:
                self.cut = True
                return
            record = self._records[position] = _Record()
            position = self._record(record, value, stop)
        self.cut = self.cut or position < end

    def _record(self, record: _Record, position: int, end: int) -> int:
        """Read one record; returns where the next begins."""
        data, form, values = self._data, self._form, record.values
        stop = end if end >= 0 else len(data)
        while position + 8 <= stop:
            tag, vr, value, after = _head(data, position, form)
            if tag == _ITEM_END:
                return value
            if after < 0:
                after = self._skip(value, 0)
            elif vr not in _SEQUENCES and after - value <= _LONGEST and after <= stop:
                values[tag] = (position, value, after)
            if after <= position:
                break
            position = after
        return stop

    def _skip(self, position: int, depth: int) -> int:
        """The end of a sequence, or of an item of one, whose length is not told."""
        if depth > _DEEPEST:
            raise IndexError
        while True:
            tag, _, value, end = _head(self._data, position, self._form)
            if tag in {_ITEM_END, _SEQUENCE_END}:
                return value
            position = end if end >= 0 else self._skip(value, depth + 1)

    # -- along the offsets -----------------------------------------------------------------------------------------

    def directory(self, *, cut: bool) -> Directory:
        """What the records list."""
        leaves = [offset for offset, record in self._records.items() if _FILE in record.values]
        ways = list(self._by_offsets())
        if len(ways) < len(leaves):  # offsets that lead nowhere, or in a circle: in the order in which they stand
            ways = max(ways, list(self._in_order()), key=len)
        listed: list[Listed] = []
        refused: list[str] = []
        for above, record in ways:
            name = self._value(record, _FILE).decode("ascii", "replace")
            parts = tuple(part.strip() for part in name.split("\\"))
            if not _safe(parts):
                refused.append(display(name))
            else:
                listed.append(self._listed(parts, above, record))
        return Directory(tuple(listed), tuple(refused), cut, len(leaves) - len(ways))

    def _by_offsets(self) -> Iterator[tuple[list[_Record], _Record]]:
        met: set[int] = set()
        waiting: list[tuple[int, list[_Record]]] = [(self._first, [])]
        while waiting:
            offset, above = waiting.pop()
            record = self._records.get(offset)
            if record is None or offset in met:
                continue
            met.add(offset)
            waiting.append((self._number(record, _NEXT), above))
            if self._number(record, _IN_USE, usual=0xFFFF) == 0:  # not in use (PS3.3 F.3.2.2)
                continue
            if _FILE in record.values:
                yield above, record
            waiting.append((self._number(record, _LOWER), [*above, record][:_DEEPEST]))

    def _in_order(self) -> Iterator[tuple[list[_Record], _Record]]:
        above: list[_Record | None] = [None] * len(_LEVELS)
        for record in self._records.values():
            kind = self._value(record, _TYPE)
            if kind in _LEVELS:
                level = _LEVELS.index(kind)
                above[level:] = [record, *[None] * (len(_LEVELS) - level - 1)]
            elif _FILE in record.values and self._number(record, _IN_USE, usual=0xFFFF):
                yield [one for one in above if one is not None], record

    def _number(self, record: _Record, tag: int, usual: int = 0) -> int:
        at = record.values.get(tag)
        if at is None:
            return usual
        _, value, end = at
        if end - value == 2:  # noqa: PLR2004 - US
            return int(self._form.short(self._data, value)[0])
        return int(self._form.long(self._data, value)[0]) if end - value == 4 else usual  # noqa: PLR2004 - UL

    def _value(self, record: _Record, tag: int) -> bytes:
        at = record.values.get(tag)
        return b"" if at is None else self._data[at[1] : at[2]].strip(b"\0 ")

    def _listed(self, parts: tuple[str, ...], above: list[_Record], record: _Record) -> Listed:
        """An image, with what it and the records above it say together."""
        records = tuple(map(id, above))
        if records != self._above[0]:
            self._above = records, self._said_above(above)
        said = self._above[1]
        if _BIRTH_DATE not in said:
            whose = records[0] if records else 0
            if whose not in self._dates:
                born = self._born(Listed(parts, self._as_file(said, record)))
                if born is None:
                    return Listed(parts, self._as_file(said, record))
                self._dates[whose] = born
            date = self._dates[whose].encode("ascii", "replace")
            said[_BIRTH_DATE] = self._form.element(_BIRTH_DATE, b"DA", date)
        return Listed(parts, self._as_file(said, record))

    def _said_above(self, above: list[_Record]) -> dict[int, bytes]:
        """What the records above an image say, the lower one having the last word."""
        said: dict[int, bytes] = {}
        for one in above:
            # A name is written as its own record says, and the first is the patient's.
            charset = said.get(_CHARSET)
            said |= self._elements_of(one)
            if charset is not None:
                said[_CHARSET] = charset
        if len(said.get(_BIRTH_DATE, b"")) <= len(self._form.element(_BIRTH_DATE, b"DA", b"")):
            said.pop(_BIRTH_DATE, None)  # there, and empty
        return said

    def _elements_of(self, record: _Record) -> dict[int, bytes]:
        """What a record says of what it stands for."""
        data, (own, after) = self._data, _OWN_GROUP
        return {tag: data[at[0] : at[2]] for tag, at in record.values.items() if not own <= tag < after}

    def _as_file(self, above: dict[int, bytes], own: _Record) -> bytes:
        """What the record of an image says, and those above it, as a DICOM file without pixels."""
        elements = above | self._elements_of(own)
        if _CHARSET in above:
            elements[_CHARSET] = above[_CHARSET]
        for tag, source in ((_SOP_CLASS, _CLASS), (_SOP_INSTANCE, _INSTANCE)):
            uid = self._value(own, source)
            elements[tag] = self._form.element(tag, b"UI", uid + b"\0" if len(uid) % 2 else uid)
        return self._meta + b"".join([elements[tag] for tag in sorted(elements)])


def _meta(syntax: bytes) -> bytes:
    """All that stands before the data set of a file."""
    form = _form(_EXPLICIT_LE)
    told = form.element(_SYNTAX, b"UI", syntax + b"\0" * (len(syntax) % 2))
    return bytes(_PREAMBLE) + b"DICM" + form.element(0x00020000, b"UL", struct.pack("<I", len(told))) + told


def _safe(parts: tuple[str, ...]) -> bool:
    """Whether a file ID stays on its medium."""
    inside = "" not in parts and "." not in parts and ".." not in parts
    return inside and len(parts) <= _MOST_PARTS and _LEADS_OUT.isdisjoint("".join(parts))


_LEADS_OUT: Final = frozenset("/:\0")
