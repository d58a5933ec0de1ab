"""The header that the fast reader has found."""

from __future__ import annotations

from dataclasses import fields
from operator import getitem, itemgetter
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom import primitives
from fileroom.dicom.attributes import ATTRIBUTES, TEXT_SLOTS, Attribute, may_keep
from fileroom.dicom.charsets import DEFAULT, Codecs, codecs_of
from fileroom.dicom.drafts import Maker
from fileroom.dicom.values import coerce, convert, converter
from fileroom.dicom.walker import POSITION_SLOT
from fileroom.model.headers import Header

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
_NOTHING_SAID: Final[list[Any]] = [_SILENCE[row.field] for row in ATTRIBUTES]

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

    def __missing__(self, raw: bytes | None) -> Any:
        value = self.convert(raw, self.codecs) if raw else self.silence
        if self.may_keep or not raw:
            if len(self) == _KEPT:
                self.clear()
            self[raw] = value
        return value


class Encoding:
    """What becomes of raw values under one Specific Character Set, in one byte order: what was kept is of no use in
    another. Compiled, also the last raw value in each slot, and what was made of it."""

    def __init__(self, codecs: Codecs, little: bool) -> None:
        self.codecs = codecs
        self.rows = [Row(attribute, codecs, little) for attribute in ATTRIBUTES]
        self.last_raws: list[bytes | None] = [None for _ in ATTRIBUTES]
        self.last_values: list[Any] = list(_NOTHING_SAID)


_encodings: dict[tuple[bytes | None, bool], Encoding] = {}


def _encoding(charset: bytes | None, little: bool) -> Encoding:
    """The encoding of a value of Specific Character Set."""
    found = _encodings.get((charset, little))
    if found is None:
        if len(_encodings) == _ENCODINGS:
            _encodings.clear()
        found = Encoding(codecs_of(charset) if charset else _DEFAULT_CODECS, little)
        _encodings[charset, little] = found
    return found


def header_of(walk: Walk, charset: str) -> Header:
    """The header that a walk has found; its text in the character set that was asked for, if one was."""
    raws = walk.values
    encoding = _encoding(raws[0], walk.little)  # Specific Character Set is the first of the table
    codecs, rows = encoding.codecs, encoding.rows
    values = _compiled_values(encoding, raws) if primitives.COMPILED else list(map(getitem, rows, raws))
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


def _compiled_values(encoding: Encoding, raws: list[bytes | None]) -> list[Any]:
    """As ``map(getitem, encoding.rows, raws)``. The last value in a slot is known by the identity of its bytes, which
    primitives.cut sees to, without a look at the row; compiled, no other thread comes between the two."""
    values, last_raws, last_values = _NOTHING_SAID[:], encoding.last_raws, encoding.last_values
    for slot in range(len(values)):
        raw = raws[slot]
        if not raw:
            continue
        if raw is last_raws[slot]:
            values[slot] = last_values[slot]
            continue
        row = encoding.rows[slot]
        if row.may_keep:
            value = row[raw]
            last_raws[slot] = raw
            last_values[slot] = value
        else:
            value = convert(row.kind, row.convert, raw, row.codecs)
        values[slot] = value
    return values


def _decode_again(values: list[Any], walk: Walk, codecs: Codecs, rows: list[Row], charset: str) -> str:
    """Text by another character set than the declared, where it was asked for or the declared does not fit; gives the
    name of a set that was guessed."""
    from fileroom.dicom.guessing import SETTLED, is_doubtful, settle_header  # most files say nothing that takes it

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
    from fileroom.dicom.fallback import value_by_pydicom

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
