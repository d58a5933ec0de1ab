"""The header that the fast reader has found."""

from __future__ import annotations

from dataclasses import fields
from operator import getitem, itemgetter
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom import primitives
from fileroom.dicom.attributes import ATTRIBUTES, TEXT_SLOTS, Attribute, may_keep
from fileroom.dicom.charsets import DEFAULT, Codecs, codecs_of
from fileroom.dicom.drafts import Maker
from fileroom.dicom.fallback import value_by_pydicom
from fileroom.dicom.guessing import SETTLED, is_doubtful, settle_header
from fileroom.dicom.values import coerce, convert, converter
from fileroom.dicom.walker import POSITION_SLOT
from fileroom.model import Header

if TYPE_CHECKING:
    from fileroom.dicom.walker import Walk

_SILENT: Final = (None, "", ())
_DEFAULT_CODECS: Final[Codecs] = (DEFAULT,)

_KEPT: Final = 128  # values of each attribute
_ENCODINGS: Final = 64  # character sets
_SILENCE: Final = {field.name: field.default for field in fields(Header)}

# A header is made of the values of the table, slot by slot, and then of these.
_MORE: Final = (
    "transfer_syntax_uid", "last_image_position", "pixel_offset", "pixel_length", "has_pixels", "guessed_charset",
)  # fmt: skip
_MAKER: Final = Maker(Header, [*(row.field for row in ATTRIBUTES), *_MORE])


_texts: Final = itemgetter(*TEXT_SLOTS)
_NEVER_MET: Final = ((), None)


class Row(dict[bytes | None, Any]):
    """What becomes of the raw values of one attribute, in one encoding: it is asked as a dictionary, and what it does
    not have yet it makes, and keeps if it may."""

    def __init__(self, attribute: Attribute, codecs: Codecs, little: bool) -> None:
        super().__init__()
        self.codecs = codecs
        self.kind = attribute.kind
        self.convert = converter(attribute.kind, little=little)
        self.may_keep = may_keep(attribute)
        self.silence: Any = _SILENCE[attribute.field]
        self.raw = b""
        self.value: Any = None

    def __missing__(self, raw: bytes | None) -> Any:
        value = self.convert(raw, self.codecs) if raw else self.silence
        if self.may_keep or not raw:
            if len(self) == _KEPT:
                self.clear()
            self[raw] = value
        return value


_encodings: dict[tuple[bytes | None, bool], tuple[Codecs, list[Row]]] = {}


def _encoding(charset: bytes | None, little: bool) -> tuple[Codecs, list[Row]]:
    """The codecs of a value of Specific Character Set, and rows: what was kept is of no use in another encoding."""
    found = _encodings.get((charset, little))
    if found is None:
        if len(_encodings) == _ENCODINGS:
            _encodings.clear()
        codecs = codecs_of(charset) if charset else _DEFAULT_CODECS
        found = codecs, [Row(attribute, codecs, little) for attribute in ATTRIBUTES]
        _encodings[charset, little] = found
    return found


def header_of(walk: Walk, charset: str) -> Header:
    """The header that a walk has found; its text in the character set that was asked for, if one was."""
    raws = walk.values
    codecs, rows = _encoding(raws[0], walk.little)  # Specific Character Set is the first of the table
    values = _compiled_values(rows, raws) if primitives.COMPILED else list(map(getitem, rows, raws))
    if walk.vrs:
        _add_other_vrs(values, walk, codecs)
    # interpreted, a call and a list saved
    plain = primitives.are_ascii(values, TEXT_SLOTS) if primitives.COMPILED else "".join(_texts(values)).isascii()
    guessed = "" if plain else _decode_again(values, walk, codecs, rows, charset)
    position = _add_functional_groups(values, walk, rows) if walk.macros or walk.last_position else ()
    if walk.has_pixels:
        more = (walk.transfer_syntax, position, walk.pixel_position, walk.pixel_length, True, guessed)
    else:
        more = (walk.transfer_syntax, position, None, None, False, guessed)
    header: Header = _MAKER.make(values, more)
    return header


def _compiled_values(rows: list[Row], raws: list[bytes | None]) -> list[Any]:
    """As ``map(getitem, rows, raws)``; the last value of each row is known by the identity of its bytes, which
    primitives.cut sees to. Compiled, no other thread comes between the two."""
    values: list[Any] = raws[: len(rows)]
    for slot in range(len(rows)):
        row, raw = rows[slot], raws[slot]
        if not raw:
            value = row.silence
        elif raw is row.raw:
            value = row.value
        elif row.may_keep:
            value = row[raw]
            row.raw = raw
            row.value = value
        else:
            value = convert(row.kind, row.convert, raw, row.codecs)
        values[slot] = value
    return values


def _decode_again(values: list[Any], walk: Walk, codecs: Codecs, rows: list[Row], charset: str) -> str:
    """Text by another character set than the declared, where it was asked for or the declared does not fit; gives the
    name of a set that was guessed."""
    texts = [walk.values[slot] or b"" for slot in TEXT_SLOTS]
    key = hash((*texts, codecs, charset))
    settled = SETTLED.get(key, _NEVER_MET)
    if settled is _NEVER_MET:
        settled = settle_header(texts, codecs, charset)
    if settled is None:
        return ""
    for slot, raw in zip(TEXT_SLOTS, texts, strict=True):
        if is_doubtful(raw):
            row = rows[slot]
            values[slot] = row.convert(raw, settled[0])
    if walk.vrs:
        _add_other_vrs(values, walk, settled[0])
    return settled[1].charset if settled[1] else ""


def _add_other_vrs(values: list[Any], walk: Walk, codecs: Codecs) -> None:
    """Values that have another VR than the table says: pydicom makes of them what it would have made."""
    for slot, vr in (walk.vrs or {}).items():
        attribute = ATTRIBUTES[slot]
        value = value_by_pydicom(attribute.tag, vr, walk.values[slot] or b"", codecs, little=walk.little)
        values[slot] = coerce(attribute.kind, value)


def _add_functional_groups(values: list[Any], walk: Walk, rows: list[Row]) -> Any:
    """What functional groups say where the data set itself is silent; gives the position of the last frame."""
    for slot, raw in walk.macros or ():
        row = rows[slot]
        if raw and values[slot] in _SILENT:
            values[slot] = row.convert(raw, row.codecs)
    row = rows[POSITION_SLOT]
    for raw in walk.last_position or ():
        if position := row.convert(raw, row.codecs):
            return position
    return ()
