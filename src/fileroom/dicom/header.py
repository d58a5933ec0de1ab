"""The header that the fast reader has found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.attributes import BY_TAG, CHARACTER_SET, DECIMALS
from fileroom.dicom.charsets import DEFAULT, codecs_of
from fileroom.dicom.fallback import value_by_pydicom
from fileroom.dicom.values import coerce, convert
from fileroom.model import Header

if TYPE_CHECKING:
    from fileroom.dicom.walker import Walk

_SILENT: Final = (None, "", ())
_DEFAULT_CODECS: Final = (DEFAULT,)


def header_of(walk: Walk) -> Header:
    """The header that a walk has found."""
    values = walk.values
    charset = values.get(CHARACTER_SET)
    codecs = codecs_of(charset) if charset else _DEFAULT_CODECS
    little = walk.little
    fields: dict[str, Any] = {}
    for tag, raw in values.items():
        if raw:
            row = BY_TAG[tag]
            if tag in walk.vrs:
                fields[row.field] = coerce(row.kind, value_by_pydicom(tag, walk.vrs[tag], raw, codecs, little=little))
            else:
                fields[row.field] = convert(row.kind, raw, codecs, little=little)
    for tag, raw in walk.macros:  # where the data set itself is silent
        row = BY_TAG[tag]
        if fields.get(row.field) in _SILENT and raw:
            fields[row.field] = convert(row.kind, raw, codecs, little=little)
    for raw in walk.last_position:
        if not fields.get("last_image_position"):
            fields["last_image_position"] = convert(DECIMALS, raw, codecs, little=little)
    return Header(
        transfer_syntax_uid=walk.transfer_syntax,
        pixel_offset=walk.pixel_position if walk.has_pixels else None,
        pixel_length=walk.pixel_length if walk.has_pixels else None,
        has_pixels=walk.has_pixels,
        **fields,
    )
