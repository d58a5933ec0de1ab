"""The fast reader: walks a data set by its lengths and picks the values a catalog needs.

It knows nothing of what values mean. It reads what lies before the pixel data in steps of a few KiB and jumps over
long values it was not asked for. What it does not like it leaves to pydicom by raising :class:`Odd`: better slow
than wrong.

It runs as it stands, and compiled: ``walker.pxd`` beside it says which numbers a compiler may hold in registers. That
is why no method here takes keyword-only arguments.
"""

from __future__ import annotations

import struct
from typing import Final

from fileroom.dicom import primitives
from fileroom.dicom.attributes import (
    ATTRIBUTES,
    DEFLATED_LE,
    DIRECTORY_CLASS,
    DIRECTORY_RECORDS,
    EXPLICIT_BE,
    EXPLICIT_LE,
    FILE_META_CLASS,
    IMPLICIT_LE,
    MACROS,
    META_GROUP,
    OVERLAY_ROWS,
    PER_FRAME_GROUPS,
    PIXEL_DATA,
    POSITION,
    SHARED_GROUPS,
    TRANSFER_SYNTAX,
    may_keep,
)
from fileroom.dicom.source import EndsEarly, FileSource, InflatedSource

STEP: Final = 8 << 10  # bytes of each read after the first
LONGEST_VALUE: Final = 0xFFFE  # a longer value that is wanted goes to pydicom
DEEPEST: Final = 256  # levels of sequences of undefined length
PREAMBLE: Final = 132
BIG_GROUP: Final = 0x0400  # a first group that is larger is a small one in big endian
UNDEFINED: Final = 0xFFFFFFFF  # a length that is found at the end (PS3.5 7.1.1)
ITEM: Final = 0xE000FFFE  # as keys
ITEM_END: Final = 0xE00DFFFE
SEQUENCE_END: Final = 0xE0DDFFFE
ITEM_HEAD: Final = 8  # bytes

# VRs by number, so that one comparison tells how an element with explicit VR goes on (PS3.5 7.1.2): those with a
# length of 16 bits are the highest, then come those with one of 32 bits.
UNKNOWN: Final = 0
SQ: Final = 1
UN: Final = 2
_LONG: Final = "SQ UN OB OD OF OL OV OW SV UC UR UT UV".split()
_SHORT: Final = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()
_NAMES: Final = ("", *_LONG, *_SHORT)
SHORT: Final = _NAMES.index(_SHORT[0])


def _vrs() -> bytes:
    table = bytearray(1 << 16)
    for vr, name in enumerate(_NAMES[1:], 1):
        table[int.from_bytes(name.encode(), "little")] = vr
    return bytes(table)


VRS: Final = _vrs()  # the VR that two letters name, UNKNOWN for any others

# Each attribute that is kept has a slot, in the order of the table; what is only looked at comes behind.
FIELDS: Final = len(ATTRIBUTES)
NO_SLOT: Final = primitives.NO_SLOT
_LOOKED_AT: Final = (*PIXEL_DATA, SHARED_GROUPS, PER_FRAME_GROUPS, DIRECTORY_RECORDS, primitives.key_of(ITEM_END))
_TAGS: Final = (*(row.tag for row in ATTRIBUTES), *_LOOKED_AT)
SLOTS: Final = {primitives.key_of(tag): slot for slot, tag in enumerate(_TAGS)}
SLOTS.update({primitives.key_of(tag): _TAGS.index(OVERLAY_ROWS[0]) for tag in OVERLAY_ROWS})
BEHIND_PIXELS: Final = FIELDS + len(PIXEL_DATA)
EXPECTED: Final = bytes([_NAMES.index(row.vr) for row in ATTRIBUTES] + [UNKNOWN] * len(_LOOKED_AT))
META_SLOT: Final = len(_TAGS)  # of the transfer syntax; no element of the data set is found under it
primitives.learn(SLOTS, bytes([*map(may_keep, ATTRIBUTES), *(False for _ in _LOOKED_AT), True]))
_MACROS: Final = {
    primitives.key_of(macro): frozenset(SLOTS[primitives.key_of(tag)] for tag in tags) for macro, tags in MACROS.items()
}
POSITION_SLOT: Final = SLOTS[primitives.key_of(POSITION)]
SYNTAX_KEY: Final = primitives.key_of(TRANSFER_SYNTAX)
CLASS_KEY: Final = primitives.key_of(FILE_META_CLASS)
_DIRECTORY: Final = DIRECTORY_CLASS.encode()
_NOTHING: Final[tuple[bytes | None, ...]] = (None,) * len(_TAGS)

# Interpreted, every step counts. Files say the same tags with the same VRs and lengths over and over: the first eight
# bytes of an element, once understood, are known by sight. What is kept is whose value it is (NO_SLOT for nobody's,
# LONG for nobody's with its length, of 32 bits, behind the eight bytes) and how many bytes lead to the next element.
Heads = dict[bytes, tuple[int, int]]
LONG: Final = -2
MOST_HEADS: Final = 8192  # of each kind
IMPLICIT_HEADS: Final[tuple[Heads, Heads]] = ({}, {})  # big endian, little endian
EXPLICIT_HEADS: Final[tuple[Heads, Heads]] = ({}, {})

_NOT_KNOWN: Final = (NO_SLOT, 0)
_SQ: Final = b"SQ"
_UNDEFINED: Final = b"\xff\xff\xff\xff"
_ITEM: Final = b"\xfe\xff\x00\xe0"
_OPEN_ITEM: Final = _ITEM + _UNDEFINED
_ITEM_END: Final = b"\xfe\xff\x0d\xe0"
_SEQUENCE_END: Final = b"\xfe\xff\xdd\xe0"

_SYNTAXES: Final = 64
_syntaxes: Final[dict[bytes, str]] = {}


class Odd(Exception):
    """Something the fast reader leaves to pydicom."""


class Damaged(Exception):
    """Something that no reader should believe."""


class Walk:
    """One walk through the header of one file, and what it found.

    ``values`` are the raw values by slot; ``vrs`` names the VR of those that have another than the table says.
    ``macros`` and ``last_position`` are values from functional groups, in the order in which they are believed; what
    most files do not have is None until it is met.
    """

    def __init__(self, source: FileSource) -> None:
        self.file = source
        self.inflated: InflatedSource | None = None
        self.buffer = b""
        self.base = 0  # where the buffer begins
        self.last = 0  # up to here an element may begin without a look beyond the buffer
        self.little = True
        self.transfer_syntax = ""
        self.values: list[bytes | None] = list(_NOTHING)
        self.vrs: dict[int, str] | None = None
        self.macros: list[tuple[int, bytes]] | None = None
        self.last_position: list[bytes] | None = None
        self.directory = False
        self.has_pixels = False
        self.pixel_position: int | None = None
        self.pixel_length: int | None = None
        self._take(source.head, len(source.head) < source.size)

    def run(self) -> None:
        """Walk. Raises Odd, Damaged, EndsEarly or TooLong; what was found until then is not to be used."""
        position = self._meta(PREAMBLE if self.buffer.startswith(b"DICM", 128) else 0)
        if self.transfer_syntax == DEFLATED_LE:
            self.inflated = InflatedSource(self.file, position)
            position = 0
            self._fill(position)
        try:
            if self._how_encoded(position):
                self._implicit(position)
            else:
                self._explicit(position)
        except struct.error:  # interpreted, a read beyond the end; compiled, there are zeros, which lead past it
            raise EndsEarly("the file ends inside its header") from None
        if self.inflated is not None:
            self.inflated.finish()

    # -- bytes -----------------------------------------------------------------------------------------------

    def _take(self, data: bytes, full: bool) -> None:
        # An element has 12 bytes before its value, and nowhere but at the end of a file it may have only 8.
        self.buffer = data
        self.last = len(data) - 12 if full else len(data) - 8

    def _read_at(self, position: int, length: int) -> bytes:
        if self.inflated is None:
            return self.file.read_at(position, length)
        return self.inflated.read_at(position, length)

    def _size(self) -> int:
        return self.file.size if self.inflated is None else self.inflated.size

    def _fill(self, position: int) -> bool:
        """Have the buffer begin at ``position``; False when no element can begin there any more."""
        data = self._read_at(position, STEP)
        if not data and position > self._size():
            raise EndsEarly("the file ends inside its header")
        self.base = position
        self._take(data, len(data) == STEP)
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
        value = self._read_at(position, length)
        if len(value) < length:
            raise EndsEarly("the file ends inside a value")
        return value

    def _element(self, offset: int) -> tuple[int, int, int]:
        """Key, VR and length of 16 bits of the element at ``offset`` of the buffer."""
        if self.little:
            return primitives.element(self.buffer, offset)
        return primitives.element_big(self.buffer, offset)

    def _pair(self, offset: int) -> tuple[int, int]:
        """Key and length of 32 bits of the implicit element or the item at ``offset``; from the VR of an explicit
        element on, something and its length of 32 bits."""
        if self.little:
            return primitives.pair(self.buffer, offset)
        return primitives.pair_big(self.buffer, offset)

    def _long_length(self, offset: int) -> int:
        """The length of 32 bits of the explicit element at ``offset`` (PS3.5 7.1.2)."""
        if offset + 12 > len(self.buffer):
            raise EndsEarly("the file ends inside its header")
        _, length = self._pair(offset + 4)
        return length

    # -- what encoding ---------------------------------------------------------------------------------------

    def _meta(self, position: int) -> int:
        """Walk the File Meta Information (PS3.10 7.1) while the group is 2, whatever its length says."""
        buffer, last = self.buffer, self.last
        while position <= last:
            key, letters, length = primitives.element(buffer, position)
            if key & 0xFFFF != META_GROUP:
                return position
            start = position + 8
            vr = VRS[letters]
            if vr == UNKNOWN:
                raise Odd("a meta element of unknown VR")
            if vr < SHORT:
                length = self._long_length(position)
                start += 4
            position = start + length
            if key == SYNTAX_KEY:
                raw = primitives.cut(META_SLOT, buffer, start, position)
                self.transfer_syntax = _syntaxes.get(raw) or _syntax(raw)
            elif key == CLASS_KEY and buffer.startswith(_DIRECTORY, start):
                self.directory = primitives.text(primitives.cut(NO_SLOT, buffer, start, position)) == DIRECTORY_CLASS
        if position + 8 <= self.file.size:
            raise Odd("a File Meta Information longer than the first read")
        raise EndsEarly("the file ends inside its File Meta Information")

    def _how_encoded(self, position: int) -> bool:
        """Settle the byte order, and whether VRs are implicit: the first element is believed more than the meta."""
        offset = self._at(position)
        key, letters, _ = primitives.element(self.buffer, offset)
        group = key & 0xFFFF
        if group == 0:
            raise Odd("a command set")
        if not self.transfer_syntax:
            explicit = VRS[letters] != UNKNOWN
            big = explicit and group >= BIG_GROUP
            self.transfer_syntax = EXPLICIT_BE if big else EXPLICIT_LE if explicit else IMPLICIT_LE
        self.little = self.transfer_syntax != EXPLICIT_BE
        return not _is_vr(letters)

    # -- the data set ----------------------------------------------------------------------------------------

    def _explicit(self, position: int) -> None:  # noqa: C901 - the loop that counts: what it calls costs
        """Walk a data set with explicit VRs up to its pixel data or its end (PS3.5 7.1.2)."""
        values, little = self.values, self.little
        buffer, base, last = self.buffer, self.base, self.last
        offset = position - base
        heads = EXPLICIT_HEADS[little]
        while True:
            if not primitives.COMPILED:
                offset = self._pass_known(offset, heads)
            if offset > last:
                if not self._fill(base + offset):
                    return
                buffer, base, last, offset = self.buffer, self.base, self.last, 0
            key, letters, length = (
                primitives.element(buffer, offset) if little else primitives.element_big(buffer, offset)
            )
            vr = VRS[letters]
            if vr >= SHORT:  # nine elements of ten
                stop = offset + 8 + length
                # private groups are odd (PS3.5 7.8.1): none is ours
                slot = NO_SLOT if key & 1 else primitives.slot_of(key, NO_SLOT)
                if slot != NO_SLOT:
                    values[slot] = (
                        self._value(base + offset + 8, length)
                        if stop > last
                        else primitives.cut(slot, buffer, offset + 8, stop)
                    )
                    if vr != EXPECTED[slot]:
                        self._note_vr(slot, vr)
                if not primitives.COMPILED:
                    self._learn(offset, key, vr, stop - offset)
                offset = stop
                continue
            if vr > SQ and primitives.slot_of(key, NO_SLOT) == NO_SLOT:
                start = offset + 4
                _, size = primitives.pair(buffer, start) if little else primitives.pair_big(buffer, start)
                if size != UNDEFINED:
                    if not primitives.COMPILED:
                        self._learn(offset, key, vr, 0)
                    offset += 12 + size
                    continue
            position = self._long(offset, key, letters, length)
            if position < 0:
                return
            buffer, base, last = self.buffer, self.base, self.last
            offset = position - base

    def _pass_known(self, offset: int, heads: Heads) -> int:
        """Interpreted: pass what is known by sight, and keep what is wanted of it. Gives where in the buffer something
        else begins, be it the end of the buffer."""
        buffer, last, values, find = self.buffer, self.last, self.values, heads.get
        while True:
            known = find(buffer[offset : offset + 8])
            if known is None:
                return offset
            slot, size = known
            if slot >= 0:
                stop = offset + size
                if stop > last:
                    return offset
                values[slot] = buffer[offset + 8 : stop]
                offset = stop
            elif slot == NO_SLOT:
                offset += size
            else:
                _, size = primitives.pair(buffer, offset + 4)
                if size == UNDEFINED:
                    return offset
                offset += 12 + size

    def _learn(self, offset: int, key: int, vr: int, size: int) -> None:
        """Know an explicit element by sight from now on, unless there is more to be done about it."""
        slot = NO_SLOT if key & 1 else primitives.slot_of(key, NO_SLOT)
        if vr >= SHORT and (slot == NO_SLOT or vr == EXPECTED[slot]):
            self._keep(EXPLICIT_HEADS[self.little], offset, slot, size)
        elif SQ < vr < SHORT and slot == NO_SLOT and self.little:
            self._keep(EXPLICIT_HEADS[1], offset, LONG, 0)

    def _keep(self, heads: Heads, offset: int, slot: int, size: int) -> None:
        if len(heads) == MOST_HEADS:
            heads.clear()
        heads[self.buffer[offset : offset + 8]] = slot, size

    def _long(self, offset: int, key: int, letters: int, length: int) -> int:
        """Pass an explicit element that has no length of 16 bits: the position of the next one, or -1 at the end of
        the header."""
        slot = primitives.slot_of(key, NO_SLOT)
        vr = VRS[letters]
        if vr != UNKNOWN:
            start = offset + 12
            length = self._long_length(offset)
            if vr == SQ:
                self._check_sequence(self.base + start, length)
        else:
            start, length = self._unknown_vr(offset, key, letters, length)
            vr = EXPECTED[slot] if slot != NO_SLOT else 0
        position = self.base + start
        if slot != NO_SLOT:
            if slot < FIELDS:
                self.values[slot] = self._value(position, length)
                self._note_vr(slot, vr)
            elif self._special(slot, vr, position, length):
                return -1
        return self._skip(position, False, False) if length == UNDEFINED else position + length

    def _implicit(self, position: int) -> None:
        """Walk a data set with implicit VRs (PS3.5 7.1.3), as :meth:`_explicit` does."""
        values, little = self.values, self.little
        buffer, base, last = self.buffer, self.base, self.last
        offset = position - base
        heads = IMPLICIT_HEADS[little]
        while True:
            if not primitives.COMPILED:
                offset = self._pass_known(offset, heads)
            if offset > last:
                if not self._fill(base + offset):
                    return
                buffer, base, last, offset = self.buffer, self.base, self.last, 0
            key, length = primitives.pair(buffer, offset) if little else primitives.pair_big(buffer, offset)
            start = offset + 8
            stop = start + length
            slot = primitives.slot_of(key, NO_SLOT)
            if slot != NO_SLOT:
                if slot < FIELDS:
                    values[slot] = (
                        self._value(base + start, length) if stop > last else primitives.cut(slot, buffer, start, stop)
                    )
                elif self._special(slot, 0, base + start, length):
                    return
            if length == UNDEFINED:
                position = self._skip(base + start, True, False)
                buffer, base, last = self.buffer, self.base, self.last
                offset = position - base
            else:
                if not primitives.COMPILED and slot < FIELDS:
                    self._keep(heads, offset, slot, stop - offset)
                offset = stop

    def _special(self, slot: int, vr: int, position: int, length: int) -> bool:
        """What is looked at and not kept. True at the end of the header."""
        if slot < BEHIND_PIXELS:
            if position > self._size():
                raise EndsEarly("the file ends inside the head of its pixel data")
            self.has_pixels = length != 0
            if self.inflated is None:
                self.pixel_position = position
                self.pixel_length = None if length == UNDEFINED else length
            return True
        tag = _TAGS[slot]
        if tag == DIRECTORY_RECORDS:
            self.directory = True
        elif tag not in (SHARED_GROUPS, PER_FRAME_GROUPS):
            raise Odd("the end of an item without an item")
        elif vr not in (UNKNOWN, SQ):
            raise Odd("functional groups that are no sequence")
        elif length:
            self._functional_groups(tag == SHARED_GROUPS, position, length, vr == UNKNOWN)
        return False

    def _note_vr(self, slot: int, vr: int) -> None:
        """Remember a VR that is not the table's; UN is read by the table (PS3.5 6.2.2)."""
        if vr == UNKNOWN or slot >= FIELDS:
            raise Odd("an attribute with a VR that cannot be")
        if vr not in (UN, EXPECTED[slot]):
            if self.vrs is None:
                self.vrs = {}
            self.vrs[slot] = _NAMES[vr]

    def _unknown_vr(self, offset: int, key: int, letters: int, length: int) -> tuple[int, int]:
        """Where the value of an element with unknown VR begins and how long it is.

        Some writers slip elements with implicit VR into explicit data sets. That, or else a length of 16 bits, is
        believed when it leads to something that looks like the next element.
        """
        if not self.little or _is_vr(letters):
            raise Odd("an element of unknown VR")
        start = offset + 8
        _, longer = self._pair(offset)
        for candidate in (longer, length):
            stop = start + candidate
            if self.base + stop == self._size():
                return start, candidate
            if stop <= self.last:
                following, letters, _ = self._element(stop)
                if primitives.key_of(following) > primitives.key_of(key) and VRS[letters] != UNKNOWN:
                    return start, candidate
        raise Odd("an element of unknown VR")

    # -- sequences -------------------------------------------------------------------------------------------

    def _check_sequence(self, position: int, length: int) -> None:
        """Refuse a sequence that fits into the file while its first item claims more than the whole file has."""
        offset = position - self.base
        if length == UNDEFINED or length < ITEM_HEAD or offset > self.last:
            return
        key, claimed = self._pair(offset)
        if key != ITEM or claimed == UNDEFINED:
            return
        if position + ITEM_HEAD + claimed > self._size() >= position + length:
            raise Damaged("an item claims more bytes than the file has")

    def _item(self, position: int) -> tuple[int, int]:
        """Key and length of the item, or of the delimiter, at ``position``."""
        offset = position - self.base
        if offset < 0 or offset > self.last:
            offset = self._at(position)
        if self.little:
            key, length = primitives.pair(self.buffer, offset)
        else:
            key, length = primitives.pair_big(self.buffer, offset)
        if key != ITEM and key != SEQUENCE_END:  # noqa: PLR1714 - in a tuple they would have to be objects
            raise Odd("no item where one is due")
        return key, length

    def _implicit_inside(self, position: int, implicit: bool) -> bool:
        """Whether the item whose first element is at ``position`` has implicit VRs: also in an explicit data set,
        by mistake or because its sequence has VR UN (PS3.5 6.2.2, CP-246)."""
        offset = position - self.base
        if offset < 0 or offset > self.last:
            offset = self._at(position)
        if implicit:
            return True
        _, letters, _ = primitives.element(self.buffer, offset)  # letters stand the same way round in big endian
        return VRS[letters] == UNKNOWN and not _is_vr(letters)

    def _inside(self, position: int, implicit: bool) -> tuple[int, int, int, int]:
        """Key, VR (0 when implicit), position of the value and its length, of an element inside a sequence."""
        offset = self._at(position)
        key, letters, length = self._element(offset)
        if implicit or key == ITEM_END:
            _, length = self._pair(offset)
            return key, UNKNOWN, position + 8, length
        vr = VRS[letters]
        if vr >= SHORT:
            return key, vr, position + 8, length
        if vr == UNKNOWN:
            raise Odd("an element of unknown VR in a sequence")
        return key, vr, position + 12, self._long_length(offset)

    def _skip(self, position: int, implicit: bool, inside: bool) -> int:
        """Where the sequence of undefined length ends whose first item is at ``position``; with ``inside``, where
        the item ends whose first element is there. Only what has no length of its own is walked (PS3.5 7.5.2)."""
        if not primitives.COMPILED and self.little and not implicit:
            offset = self._skip_known(position - self.base, inside)
            if offset:
                return self.base + offset
        around: list[bool] = []  # for each open item, whether what is around it is implicit
        in_item = inside
        if inside:
            around.append(implicit)
            implicit = self._implicit_inside(position, implicit)
        while True:
            if in_item:
                position, at_end = self._pass_elements(position, implicit)
                in_item = False
                if at_end:
                    implicit = around.pop()
                    if inside and not around:
                        return position
            key, length = self._item(position)
            position += ITEM_HEAD
            if key == SEQUENCE_END:
                if not around:
                    return position
                in_item = True
            elif length != UNDEFINED:
                position += length
            elif len(around) == DEEPEST:
                raise Odd("sequences nested too deeply")
            else:
                around.append(implicit)
                implicit = self._implicit_inside(position, implicit)
                in_item = True

    def _skip_known(self, offset: int, inside: bool) -> int:
        """Interpreted: as :meth:`_skip`, by offsets of the buffer and by sight, while all is explicit. Gives 0 where
        something is not known, and that is nearly always the end of the buffer."""
        buffer, in_item, depth = self.buffer, inside, 0  # how many sequences are open in here
        while depth < DEEPEST:
            if in_item:
                offset = self._pass_known_elements(offset)
                head = buffer[offset : offset + 8]
                in_item = False
                if head[:4] == _ITEM_END:
                    offset += 8
                    if inside and not depth:
                        return offset
                elif head[4:6] == _SQ:
                    depth, offset = depth + 1, offset + 12
                else:
                    return 0
            else:
                head = buffer[offset : offset + 8]
                offset += 8
                if head == _OPEN_ITEM:
                    in_item = True
                elif head[:4] == _SEQUENCE_END:
                    if not depth:
                        return offset
                    depth, in_item = depth - 1, True
                elif head[:4] == _ITEM:
                    offset += int.from_bytes(head[4:], "little")
                else:
                    return 0
        return 0

    def _pass_known_elements(self, offset: int) -> int:
        """Where in the buffer the known elements of an item end: at a sequence of undefined length, the end of the
        item, or something else."""
        buffer, find = self.buffer, EXPLICIT_HEADS[1].get
        while True:
            head = buffer[offset : offset + 8]
            slot, size = find(head, _NOT_KNOWN)
            if size:
                offset += size
            elif slot == LONG or (head[4:6] == _SQ and head[:4] != _ITEM_END):
                length = buffer[offset + 8 : offset + 12]
                if length == _UNDEFINED:
                    return offset
                offset += 12 + int.from_bytes(length, "little")
            else:
                return offset

    def _pass_elements(self, position: int, implicit: bool) -> tuple[int, bool]:
        """Walk the elements of an item: to its end and True, or to the value of one with undefined length and
        False."""
        little, buffer, base, last = self.little, self.buffer, self.base, self.last
        while True:
            offset = position - base
            if offset < 0 or offset > last:
                offset = self._at(position)
                buffer, base, last = self.buffer, self.base, self.last
            key, letters, length = (
                primitives.element(buffer, offset) if little else primitives.element_big(buffer, offset)
            )
            position += 8
            if key == ITEM_END:
                return position, True
            vr = VRS[letters]
            if implicit:
                _, length = primitives.pair(buffer, offset) if little else primitives.pair_big(buffer, offset)
            elif vr < SHORT:
                if vr == UNKNOWN:
                    raise Odd("an element of unknown VR in a sequence")
                length = self._long_length(offset)
                position += 4
            if length == UNDEFINED:
                return position, False
            if not primitives.COMPILED and not implicit:
                self._learn(offset, key, vr, 8 + length)
            position += length

    # -- functional groups (PS3.3 C.7.6.16) ------------------------------------------------------------------

    def _functional_groups(self, shared: bool, position: int, length: int, implicit: bool) -> None:
        """Keep what the first item says, and of the frames also where the last one lies; the rest is passed over."""
        first, last, first_size, last_size = 0, 0, 0, 0
        end = self._size() if length == UNDEFINED else position + length
        while position + ITEM_HEAD <= end:
            key, size = self._item(position)
            position += ITEM_HEAD
            if key == SEQUENCE_END:
                break
            last, last_size = position, size
            if not first:
                first, first_size = last, last_size
                if shared:
                    break
            position = self._skip(position, implicit, True) if size == UNDEFINED else position + size
        found = self._macros(first, first_size, implicit) if first else {}
        macros = self.macros or []
        self.macros = [*found.items(), *macros] if shared else [*macros, *found.items()]
        if last != first and not shared:
            found = self._macros(last, last_size, implicit)
        if POSITION_SLOT in found:
            positions = self.last_position or []
            positions.insert(len(positions) if shared else 0, found[POSITION_SLOT])
            self.last_position = positions

    def _macros(self, position: int, size: int, implicit: bool) -> dict[int, bytes]:
        """The values of ours, by slot, in the macros of one item of functional groups."""
        found: dict[int, bytes] = {}
        if size == 0:
            return found
        implicit = self._implicit_inside(position, implicit)
        end = self._size() if size == UNDEFINED else position + size
        while position < end:
            key, vr, position, length = self._inside(position, implicit)
            if key == ITEM_END:
                break
            tags = _MACROS.get(key)
            if tags is not None and length:
                if vr not in (UNKNOWN, SQ):
                    raise Odd("a functional group that is no sequence")
                self._macro(tags, position, implicit, found)
            position = self._skip(position, implicit, False) if length == UNDEFINED else position + length
        return found

    def _macro(self, slots: frozenset[int], position: int, implicit: bool, found: dict[int, bytes]) -> None:
        """The values of ours in the first item of one macro."""
        key, size = self._item(position)
        position += ITEM_HEAD
        if key == SEQUENCE_END or size == 0:
            return
        implicit = self._implicit_inside(position, implicit)
        end = self._size() if size == UNDEFINED else position + size
        while position < end:
            key, vr, position, length = self._inside(position, implicit)
            if key == ITEM_END:
                return
            slot = primitives.slot_of(key, NO_SLOT)
            if slot in slots:
                if vr not in (UNKNOWN, EXPECTED[slot]):
                    raise Odd("an unexpected VR in a functional group")
                found[slot] = self._value(position, length)
            position = self._skip(position, implicit, False) if length == UNDEFINED else position + length


def _syntax(raw: bytes) -> str:
    """The transfer syntax that these bytes name; there are few, and they are kept."""
    syntax = primitives.text(raw).strip()
    if len(_syntaxes) == _SYNTAXES:
        _syntaxes.clear()
    _syntaxes[raw] = syntax
    return syntax


def _is_vr(letters: int) -> bool:
    """Whether it is two capital letters. As the upper half of a length they would mean over a gigabyte, as its lower
    half a value of more than 16 KiB."""
    return 0x41 <= letters & 0xFF <= 0x5A and 0x41 <= letters >> 8 <= 0x5A  # noqa: PLR2004 - A to Z
