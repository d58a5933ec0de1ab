"""The fast reader: walks a data set by its lengths and picks the values a catalog needs.

It knows nothing of what values mean. It reads what lies before the pixel data in steps of a few KiB and jumps over
long values it was not asked for. What it does not like it leaves to pydicom by raising :class:`Odd`: better slow
than wrong. One plain typed class without tricks, so that a compiler may take it as it stands.

Tags are looked up as the integer that one unpack gives, which for little endian is the element in the upper half
and the group in the lower; :func:`_key` makes it.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from fileroom.dicom.attributes import (
    ATTRIBUTES,
    CHARACTER_SET,
    DEFLATED_LE,
    DIRECTORY_CLASS,
    DIRECTORY_RECORDS,
    EXPLICIT_BE,
    EXPLICIT_LE,
    FILE_META_CLASS,
    IMPLICIT_LE,
    MACROS,
    META_GROUP,
    PER_FRAME_GROUPS,
    PIXEL_DATA,
    POSITION,
    SHARED_GROUPS,
    TRANSFER_SYNTAX,
    UNDEFINED,
)
from fileroom.dicom.source import EndsEarly, FileSource, InflatedSource

STEP: Final = 8 << 10  # bytes of each read after the first
LONGEST_VALUE: Final = 0xFFFE  # a longer value that is wanted goes to pydicom
DEEPEST: Final = 256  # levels of sequences of undefined length
PREAMBLE: Final = 132
BIG_GROUP: Final = 0x0400  # a first group that is larger is a small one in big endian
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD

Values = dict[int, bytes]


class Odd(Exception):
    """Something the fast reader leaves to pydicom."""


class Damaged(Exception):
    """Something that no reader should believe."""


def _vr(name: str) -> int:
    return int.from_bytes(name.encode(), "little")


def _vr_big(name: str) -> int:
    return int.from_bytes(name.encode(), "big")


def _key(tag: int) -> int:
    return (tag & 0xFFFF) << 16 | tag >> 16


_SHORT_NAMES: Final = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US"
_LONG_NAMES: Final = "OB OD OF OL OV OW SQ SV UC UN UR UT UV"  # PS3.5 7.1.2: length of 32 bits


class Dialect:
    """How the elements of one encoding are unpacked: byte order, and what tags and VRs look like then."""

    def __init__(self, *, little: bool) -> None:
        order = "<" if little else ">"
        vr = _vr if little else _vr_big
        key = _key if little else int
        self.element = Struct(order + "IHH")  # tag, VR, length of 16 bits
        self.pair = Struct(order + "II")  # tag, length of 32 bits: implicit elements and items
        self.length = Struct(order + "I")
        self.short = frozenset(vr(name) for name in _SHORT_NAMES.split())
        self.long = frozenset(vr(name) for name in _LONG_NAMES.split())
        self.sq = vr("SQ")
        self.binary = self.long - {self.sq}
        self.un = vr("UN")
        # Keys of what is kept, with the expected VR; a VR of 0 asks for a closer look.
        looked_at = (*PIXEL_DATA, SHARED_GROUPS, PER_FRAME_GROUPS, DIRECTORY_RECORDS, ITEM_END)
        self.fields = {key(row.tag): row for row in ATTRIBUTES}
        self.tags = {key(tag): tag for tag in looked_at}
        self.wanted = {key: vr(row.vr) for key, row in self.fields.items()} | dict.fromkeys(self.tags, 0)
        self.macros = {key(macro): frozenset(map(key, tags)) for macro, tags in MACROS.items()}
        self.position = key(POSITION)
        self.character_set = key(CHARACTER_SET)
        self.item = key(ITEM)
        self.item_end = key(ITEM_END)
        self.sequence_end = key(SEQUENCE_END)


LITTLE: Final = Dialect(little=True)
BIG: Final = Dialect(little=False)
_TRANSFER_SYNTAX_KEY: Final = _key(TRANSFER_SYNTAX)
_CLASS_KEY: Final = _key(FILE_META_CLASS)


class Walk:
    """One walk through the header of one file, and what it found.

    ``values`` are the raw values by key; ``vrs`` names the VR of those that have another than the table says.
    ``macros`` and ``last_position`` are values from functional groups, in the order in which they are believed.
    """

    def __init__(self, source: FileSource) -> None:
        self.source: FileSource | InflatedSource = source
        self.buffer = b""
        self.base = 0  # where the buffer begins
        self.last = 0  # up to here an element may begin without a look beyond the buffer
        self.dialect = LITTLE
        self.transfer_syntax = ""
        self.values: Values = {}
        self.vrs: dict[int, str] = {}
        self.macros: list[tuple[int, bytes]] = []
        self.last_position: list[bytes] = []
        self.directory = False
        self.has_pixels = False
        self.pixel_position: int | None = None
        self.pixel_length: int | None = None
        self._take(source.head, full=len(source.head) < source.size)

    def run(self) -> None:
        """Walk. Raises Odd, Damaged, EndsEarly or TooLong; what was found until then is not to be used."""
        file = self.source
        position = self._meta(PREAMBLE if self.buffer[128:PREAMBLE] == b"DICM" else 0)
        if self.transfer_syntax == DEFLATED_LE:
            self.source = InflatedSource(file, position)
            position = 0
            self._fill(position)
        if self._how_encoded(position):
            self._implicit(position)
        else:
            self._explicit(position)
        if isinstance(self.source, InflatedSource):
            self.source.finish()

    @property
    def little(self) -> bool:
        """Whether numbers have their small end first."""
        return self.dialect is LITTLE

    # -- bytes -----------------------------------------------------------------------------------------------

    def _take(self, data: bytes, *, full: bool) -> None:
        # The last buffer of a file is padded, so that an element of 8 bytes can be unpacked as one of 12.
        self.buffer = data if full else data + bytes(12)
        self.last = len(data) - 12 if full else len(data) - 8

    def _fill(self, position: int) -> bool:
        """Have the buffer begin at ``position``; False when no element can begin there any more."""
        data = self.source.read_at(position, STEP)
        if not data and position > self.source.size:
            raise EndsEarly("the file ends inside its header")
        self.base = position
        self._take(data, full=len(data) == STEP)
        return self.last >= 0

    def _at(self, position: int) -> int:
        """Where in the buffer an element at ``position`` begins, after a read if need be."""
        offset = position - self.base
        if 0 <= offset <= self.last:
            return offset
        if not self._fill(position):
            raise EndsEarly("the file ends inside a sequence")
        return 0

    def _value(self, position: int, length: int) -> bytes:
        if length > LONGEST_VALUE:
            raise Odd("a long value")
        value = self.source.read_at(position, length)
        if len(value) < length:
            raise EndsEarly("the file ends inside a value")
        return value

    # -- what encoding ---------------------------------------------------------------------------------------

    def _meta(self, position: int) -> int:
        """Walk the File Meta Information (PS3.10 7.1) while the group is 2, whatever its length says."""
        buffer, last = self.buffer, self.last
        unpack = LITTLE.element.unpack_from
        while position <= last:
            key, vr, length = unpack(buffer, position)
            if key & 0xFFFF != META_GROUP:
                return position
            start = position + 8
            if vr in LITTLE.long:
                length = LITTLE.length.unpack_from(buffer, start)[0]
                start += 4
            elif vr not in LITTLE.short:
                raise Odd("a meta element of unknown VR")
            position = start + length
            if key == _TRANSFER_SYNTAX_KEY:
                self.transfer_syntax = buffer[start:position].decode("latin-1").rstrip("\0 ").strip()
            elif key == _CLASS_KEY:
                self.directory = buffer[start:position].rstrip(b"\0 ") == DIRECTORY_CLASS.encode()
        if position + 8 <= self.source.size:
            raise Odd("a File Meta Information longer than the first read")
        raise EndsEarly("the file ends inside its File Meta Information")

    def _how_encoded(self, position: int) -> bool:
        """Settle the byte order, and whether VRs are implicit: the first element is believed more than the meta."""
        offset = self._at(position)
        key, vr, _ = LITTLE.element.unpack_from(self.buffer, offset)
        group = key & 0xFFFF
        if group == 0:
            raise Odd("a command set")
        if not self.transfer_syntax:
            explicit = vr in LITTLE.short or vr in LITTLE.long
            big = explicit and group >= BIG_GROUP
            self.transfer_syntax = EXPLICIT_BE if big else EXPLICIT_LE if explicit else IMPLICIT_LE
        if self.transfer_syntax == EXPLICIT_BE:
            self.dialect = BIG
        return not _is_vr(self.buffer, offset + 4)

    # -- the data set ----------------------------------------------------------------------------------------

    def _explicit(self, position: int) -> None:
        """Walk a data set with explicit VRs up to its pixel data or its end (PS3.5 7.1.2)."""
        unpack, unpack_length = self.dialect.element.unpack_from, self.dialect.length.unpack_from
        short, binary = self.dialect.short, self.dialect.binary
        wanted, values = self.dialect.wanted, self.values
        buffer, base, last = self.buffer, self.base, self.last
        offset = position - base
        while True:
            if offset > last:
                if not self._fill(base + offset):
                    return
                buffer, base, last, offset = self.buffer, self.base, self.last, 0
            key, vr, length = unpack(buffer, offset)
            if vr in short:  # nine elements of ten
                stop = offset + 8 + length
                if key in wanted:
                    values[key] = buffer[offset + 8 : stop] if stop <= last else self._value(base + offset + 8, length)
                    if vr != wanted[key]:
                        self._note_vr(key, vr)
                offset = stop
                continue
            if vr in binary and key not in wanted:
                length = unpack_length(buffer, offset + 8)[0]
                if length != UNDEFINED:
                    offset += 12 + length
                    continue
            position = self._long(offset, key, vr, length)
            if position < 0:
                return
            buffer, base, last = self.buffer, self.base, self.last
            offset = position - base

    def _long(self, offset: int, key: int, vr: int, length: int) -> int:
        """Pass an explicit element that wants a closer look: the position of the next one, or -1 at the end of the
        header."""
        dialect = self.dialect
        if vr in dialect.long:
            start = offset + 12
            length = dialect.length.unpack_from(self.buffer, offset + 8)[0]
            if vr == dialect.sq:
                self._check_sequence(self.base + start, length)
        else:
            start, length = self._unknown_vr(offset, key, length)
            vr = dialect.wanted.get(key, 0)
        position = self.base + start
        if key in dialect.wanted:
            if dialect.wanted[key]:
                self.values[key] = self._value(position, length)
                self._note_vr(key, vr)
            elif self._special(dialect.tags[key], vr, position, length):
                return -1
        return self._skip(position, implicit=False) if length == UNDEFINED else position + length

    def _implicit(self, position: int) -> None:
        """Walk a data set with implicit VRs (PS3.5 7.1.3), as :meth:`_explicit` does."""
        unpack = self.dialect.pair.unpack_from
        wanted, values = self.dialect.wanted, self.values
        buffer, base, last = self.buffer, self.base, self.last
        offset = position - base
        while True:
            if offset > last:
                if not self._fill(base + offset):
                    return
                buffer, base, last, offset = self.buffer, self.base, self.last, 0
            key, length = unpack(buffer, offset)
            start = offset + 8
            stop = start + length
            if key in wanted:
                if wanted[key]:
                    values[key] = buffer[start:stop] if stop <= last else self._value(base + start, length)
                elif self._special(self.dialect.tags[key], 0, base + start, length):
                    return
            if length == UNDEFINED:
                position = self._skip(base + start, implicit=True)
                buffer, base, last = self.buffer, self.base, self.last
                offset = position - base
            else:
                offset = stop

    def _special(self, tag: int, vr: int, position: int, length: int) -> bool:
        """What is looked at and not kept. True at the end of the header."""
        if tag in PIXEL_DATA:
            if position > self.source.size:
                raise EndsEarly("the file ends inside the head of its pixel data")
            self.has_pixels = length != 0
            if isinstance(self.source, FileSource):
                self.pixel_position = position
                self.pixel_length = None if length == UNDEFINED else length
            return True
        if tag == DIRECTORY_RECORDS:
            self.directory = True
        elif tag == ITEM_END:
            raise Odd("the end of an item without an item")
        elif vr not in (0, self.dialect.sq):
            raise Odd("functional groups that are no sequence")
        elif length:
            self._functional_groups(tag, position, length, implicit=vr == 0)
        return False

    def _note_vr(self, key: int, vr: int) -> None:
        """Remember a VR that is not the table's; UN is read by the table (PS3.5 6.2.2)."""
        if vr == 0 or key not in self.dialect.fields:
            raise Odd("an attribute with a VR that cannot be")
        if vr not in (self.dialect.un, self.dialect.wanted[key]):
            self.vrs[key] = vr.to_bytes(2, "little" if self.little else "big").decode("ascii")

    def _unknown_vr(self, offset: int, key: int, length: int) -> tuple[int, int]:
        """Where the value of an element with unknown VR begins and how long it is.

        Some writers slip elements with implicit VR into explicit data sets. That, or else a length of 16 bits, is
        believed when it leads to something that looks like the next element.
        """
        if self.dialect is BIG or _is_vr(self.buffer, offset + 4):
            raise Odd("an element of unknown VR")
        start = offset + 8
        for candidate in (self.dialect.length.unpack_from(self.buffer, offset + 4)[0], length):
            stop = start + candidate
            if self.base + stop == self.source.size:
                return start, candidate
            if stop <= self.last:
                following, vr, _ = self.dialect.element.unpack_from(self.buffer, stop)
                if _tag(following) > _tag(key) and (vr in self.dialect.short or vr in self.dialect.long):
                    return start, candidate
        raise Odd("an element of unknown VR")

    # -- sequences -------------------------------------------------------------------------------------------

    def _check_sequence(self, position: int, length: int) -> None:
        """Refuse a sequence that fits into the file while its first item claims more than the whole file has."""
        offset = position - self.base
        if length == UNDEFINED or length < 8 or offset > self.last:  # noqa: PLR2004 - an item has 8 bytes at least
            return
        key, claimed = self.dialect.pair.unpack_from(self.buffer, offset)
        if key != self.dialect.item or claimed == UNDEFINED:
            return
        if position + 8 + claimed > self.source.size >= position + length:
            raise Damaged("an item claims more bytes than the file has")

    def _element(self, position: int, *, implicit: bool) -> tuple[int, int, int, int]:
        """Key, VR (0 when implicit), position of the value and its length, of an element inside a sequence."""
        offset = self._at(position)
        key, vr, length = self.dialect.element.unpack_from(self.buffer, offset)
        if implicit or key == self.dialect.item_end:
            return key, 0, position + 8, self.dialect.length.unpack_from(self.buffer, offset + 4)[0]
        if vr in self.dialect.short:
            return key, vr, position + 8, length
        if vr in self.dialect.long:
            return key, vr, position + 12, self.dialect.length.unpack_from(self.buffer, offset + 8)[0]
        raise Odd("an element of unknown VR in a sequence")

    def _item(self, position: int) -> tuple[int, int]:
        """Key and length of the item, or of the delimiter, at ``position``."""
        offset = self._at(position)  # before the buffer is named: it may be read anew
        key, length = self.dialect.pair.unpack_from(self.buffer, offset)
        if key not in (self.dialect.item, self.dialect.sequence_end):
            raise Odd("no item where one is due")
        return key, length

    def _implicit_inside(self, position: int, *, implicit: bool) -> bool:
        """Whether the item whose first element is at ``position`` has implicit VRs: also in an explicit data set,
        by mistake or because its sequence has VR UN (PS3.5 6.2.2, CP-246)."""
        offset = self._at(position)
        return implicit or not _is_vr(self.buffer, offset + 4)

    def _skip(self, position: int, *, implicit: bool, inside: bool = False) -> int:
        """Where the sequence of undefined length ends whose first item is at ``position``; with ``inside``, where
        the item ends whose first element is there. Only what has no length of its own is walked (PS3.5 7.5.2)."""
        around: list[bool] = []  # for each open item, whether what is around it is implicit
        in_item = inside
        if inside:
            around.append(implicit)
            implicit = self._implicit_inside(position, implicit=implicit)
        while True:
            if in_item:
                key, _, start, length = self._element(position, implicit=implicit)
                position = start
                if key == self.dialect.item_end:
                    implicit = around.pop()
                    in_item = False
                    if inside and not around:
                        return position
                elif length == UNDEFINED:
                    in_item = False
                else:
                    position += length
                continue
            key, length = self._item(position)
            position += 8
            if key == self.dialect.sequence_end:
                if not around:
                    return position
                in_item = True
            elif length == UNDEFINED:
                if len(around) == DEEPEST:
                    raise Odd("sequences nested too deeply")
                around.append(implicit)
                implicit = self._implicit_inside(position, implicit=implicit)
                in_item = True
            else:
                position += length

    # -- functional groups (PS3.3 C.7.6.16) ------------------------------------------------------------------

    def _functional_groups(self, tag: int, position: int, length: int, *, implicit: bool) -> None:
        """Keep what the first item says, and of the frames also where the last one lies; the rest is passed over."""
        first, last = (0, 0), (0, 0)
        end = self.source.size if length == UNDEFINED else position + length
        while position + 8 <= end:
            key, size = self._item(position)
            position += 8
            if key == self.dialect.sequence_end:
                break
            last = (position, size)
            if not first[0]:
                first = last
                if tag == SHARED_GROUPS:
                    break
            position = self._skip(position, implicit=implicit, inside=True) if size == UNDEFINED else position + size
        found = self._macros(*first, implicit=implicit) if first[0] else {}
        if tag == SHARED_GROUPS:
            self.macros[:0] = found.items()
        else:
            self.macros += found.items()
            if last != first:
                found = self._macros(*last, implicit=implicit)
        position_key = self.dialect.position
        if position_key in found:
            self.last_position.insert(len(self.last_position) if tag == SHARED_GROUPS else 0, found[position_key])

    def _macros(self, position: int, size: int, *, implicit: bool) -> Values:
        """The values of ours in the macros of one item of functional groups."""
        found: Values = {}
        if size == 0:
            return found
        implicit = self._implicit_inside(position, implicit=implicit)
        end = self.source.size if size == UNDEFINED else position + size
        while position < end:
            key, vr, position, length = self._element(position, implicit=implicit)
            if key == self.dialect.item_end:
                break
            if key in self.dialect.macros and length:
                if vr not in (0, self.dialect.sq):
                    raise Odd("a functional group that is no sequence")
                self._macro(self.dialect.macros[key], position, implicit=implicit, found=found)
            position = self._skip(position, implicit=implicit) if length == UNDEFINED else position + length
        return found

    def _macro(self, keys: frozenset[int], position: int, *, implicit: bool, found: Values) -> None:
        """The values of ours in the first item of one macro."""
        key, size = self._item(position)
        position += 8
        if key == self.dialect.sequence_end or size == 0:
            return
        implicit = self._implicit_inside(position, implicit=implicit)
        end = self.source.size if size == UNDEFINED else position + size
        while position < end:
            key, vr, position, length = self._element(position, implicit=implicit)
            if key == self.dialect.item_end:
                return
            if key in keys:
                if vr not in (0, self.dialect.wanted[key]):
                    raise Odd("an unexpected VR in a functional group")
                found[key] = self._value(position, length)
            position = self._skip(position, implicit=implicit) if length == UNDEFINED else position + length


def _is_vr(buffer: bytes, offset: int) -> bool:
    """Whether two capital letters stand there. As the upper half of a length they would mean over a gigabyte, as
    its lower half a value of more than 16 KiB."""
    return 0x41 <= buffer[offset] <= 0x5A and 0x41 <= buffer[offset + 1] <= 0x5A  # noqa: PLR2004 - A to Z


def _tag(key: int) -> int:
    return (key & 0xFFFF) << 16 | key >> 16
