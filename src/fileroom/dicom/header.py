"""The header that the fast reader has found."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom import primitives
from fileroom.dicom.attributes import ATTRIBUTES, Attribute, may_keep
from fileroom.dicom.charsets import DEFAULT, Codecs, codecs_of
from fileroom.dicom.drafts import Maker
from fileroom.dicom.fallback import value_by_pydicom
from fileroom.dicom.values import Converter, coerce, converter
from fileroom.dicom.walker import POSITION_SLOT
from fileroom.model import Header

if TYPE_CHECKING:
    from fileroom.dicom.walker import Walk

_SILENT: Final = (None, "", ())
_DEFAULT_CODECS: Final[Codecs] = (DEFAULT,)

_KEPT: Final = 128  # values of each attribute
_MAKER: Final = Maker(Header)
_PLACES: Final = {field.name: place for place, field in enumerate(fields(Header))}
_SILENCE: Final[tuple[Any, ...]] = tuple(
    None if field.name == "transfer_syntax_uid" else field.default for field in fields(Header)
)
_TRANSFER_SYNTAX: Final = _PLACES["transfer_syntax_uid"]
_PIXEL_OFFSET: Final = _PLACES["pixel_offset"]
_PIXEL_LENGTH: Final = _PLACES["pixel_length"]
_HAS_PIXELS: Final = _PLACES["has_pixels"]
_LAST_POSITION: Final = _PLACES["last_image_position"]


class Row:
    """What becomes of the values in one slot of a walk: where they stand in a Header, and what was made of some."""

    def __init__(self, slot: int, attribute: Attribute, convert: Converter) -> None:
        self.slot = slot
        self.place = _PLACES[attribute.field]
        self.convert = convert
        self.may_keep = may_keep(attribute)
        self.raw = b""
        self.value: Any = None
        self.kept: dict[bytes, Any] = {}

    def make(self, raw: bytes, codecs: Codecs) -> Any:
        """The value that these bytes stand for."""
        value = self.convert(raw, codecs)
        if self.may_keep:
            if len(self.kept) == _KEPT:
                self.kept.clear()
            self.kept[raw] = value
        return value

    def remember(self, raw: bytes, value: Any) -> None:
        """Compiled, where no other thread comes between the two: the last value, to be known by its bytes' identity."""
        if self.may_keep:
            self.raw = raw
            self.value = value


@lru_cache(maxsize=64)
def _rows(codecs: Codecs, little: bool) -> list[Row]:  # noqa: ARG001 - the cache tells them apart by it
    """The rows for one encoding: what was kept is of no use in another."""
    return [Row(slot, row, converter(row.kind, little=little)) for slot, row in enumerate(ATTRIBUTES)]


def header_of(walk: Walk) -> Header:
    """The header that a walk has found."""
    raws = walk.values
    codecs = codecs_of(raws[0]) if raws[0] else _DEFAULT_CODECS  # Specific Character Set is the first of the table
    rows = _rows(codecs, walk.little)
    values = list(_SILENCE)
    for row in rows:
        raw = raws[row.slot]
        if raw:
            if primitives.COMPILED and raw is row.raw:  # as in the file before: see primitives.cut
                value = row.value
            else:
                value = row.kept.get(raw)
                if value is None:
                    value = row.make(raw, codecs)
                if primitives.COMPILED:
                    row.remember(raw, value)
            values[row.place] = value
    if walk.vrs:
        _add_other_vrs(values, walk, rows, codecs)
    if walk.macros or walk.last_position:
        _add_functional_groups(values, walk, rows, codecs)
    values[_TRANSFER_SYNTAX] = walk.transfer_syntax
    if walk.has_pixels:
        values[_PIXEL_OFFSET] = walk.pixel_position
        values[_PIXEL_LENGTH] = walk.pixel_length
        values[_HAS_PIXELS] = True
    header: Header = _MAKER.make(values)
    return header


def _add_other_vrs(values: list[Any], walk: Walk, rows: list[Row], codecs: Codecs) -> None:
    """Values that have another VR than the table says: pydicom makes of them what it would have made."""
    for slot, vr in walk.vrs.items():
        attribute = ATTRIBUTES[slot]
        value = value_by_pydicom(attribute.tag, vr, walk.values[slot] or b"", codecs, little=walk.little)
        row = rows[slot]
        values[row.place] = coerce(attribute.kind, value)


def _add_functional_groups(values: list[Any], walk: Walk, rows: list[Row], codecs: Codecs) -> None:
    """What functional groups say where the data set itself is silent."""
    for slot, raw in walk.macros:
        row = rows[slot]
        if raw and values[row.place] in _SILENT:
            values[row.place] = row.convert(raw, codecs)
    row = rows[POSITION_SLOT]
    for raw in walk.last_position:
        if not values[_LAST_POSITION]:
            values[_LAST_POSITION] = row.convert(raw, codecs)
