"""The header that the fast reader has found."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.attributes import CODES, DECIMAL, DECIMALS, INTEGER, PROSE, TEXT, Attribute
from fileroom.dicom.charsets import DEFAULT, Codecs, codecs_of
from fileroom.dicom.fallback import value_by_pydicom
from fileroom.dicom.values import Converter, coerce, converter
from fileroom.dicom.walker import LITTLE, Dialect
from fileroom.model import Header

if TYPE_CHECKING:
    from fileroom.dicom.walker import Walk

_SILENT: Final = (None, "", ())
_DEFAULT_CODECS: Final[Codecs] = (DEFAULT,)

# Most values of a file are those of the file before it: the name of the hospital, the size of the image. What was
# made of the last few is kept, which saves the making and lets headers share their text. Not kept is what differs
# from file to file, and what is about a person: nothing of a patient stays in memory longer than their header does.
_KEPT: Final = 128
_KEPT_KINDS: Final = (TEXT, CODES, PROSE, DECIMAL, DECIMALS, INTEGER)
_EACH_ITS_OWN: Final = {"acquisition_time", "content_time", "image_position", "slice_location"}
_PATIENT_GROUP: Final = 0x0010
_NOTHING: Final[dict[bytes, Any]] = {}

Rows = dict[int, tuple[str, Converter, dict[bytes, Any]]]


@lru_cache(maxsize=64)
def _rows(dialect: Dialect, codecs: Codecs) -> Rows:
    """For each key of the walker the field of Header, its converter, and what that has made of which bytes."""
    return {
        key: (row.field, converter(row.kind, codecs, little=dialect is LITTLE), {} if _may_keep(row) else _NOTHING)
        for key, row in dialect.fields.items()
    }


def _may_keep(row: Attribute) -> bool:
    return row.kind in _KEPT_KINDS and row.tag >> 16 != _PATIENT_GROUP and row.field not in _EACH_ITS_OWN


def header_of(walk: Walk) -> Header:
    """The header that a walk has found."""
    charset = walk.values.get(walk.dialect.character_set)
    codecs = codecs_of(charset) if charset else _DEFAULT_CODECS
    rows = _rows(walk.dialect, codecs)
    fields: dict[str, Any] = {}
    for key, raw in walk.values.items():
        if raw:
            field, convert, kept = rows[key]
            value = kept.get(raw)
            if value is None:
                value = convert(raw)
                if kept is not _NOTHING:
                    if len(kept) == _KEPT:
                        kept.clear()
                    kept[raw] = value
            fields[field] = value
    for key in walk.vrs:
        row = walk.dialect.fields[key]
        raw = walk.values[key]
        fields[row.field] = coerce(row.kind, value_by_pydicom(row.tag, walk.vrs[key], raw, codecs, little=walk.little))
    if walk.macros or walk.last_position:
        _add_functional_groups(fields, walk, rows)
    return Header(
        transfer_syntax_uid=walk.transfer_syntax,
        pixel_offset=walk.pixel_position if walk.has_pixels else None,
        pixel_length=walk.pixel_length if walk.has_pixels else None,
        has_pixels=walk.has_pixels,
        **fields,
    )


def _add_functional_groups(fields: dict[str, Any], walk: Walk, rows: Rows) -> None:
    """What functional groups say where the data set itself is silent."""
    for key, raw in walk.macros:
        field, convert, _ = rows[key]
        if raw and fields.get(field) in _SILENT:
            fields[field] = convert(raw)
    convert = rows[walk.dialect.position][1]
    for raw in walk.last_position:
        if not fields.get("last_image_position"):
            fields["last_image_position"] = convert(raw)
