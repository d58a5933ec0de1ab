"""Reading a header by pydicom: slower and more forgiving. What the fast reader does not like comes here, and its
answers are what the fast reader is measured against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.dicom.attributes import (
    ATTRIBUTES,
    BY_TAG,
    CHARACTER_SET,
    DEFLATED_LE,
    DIRECTORY_CLASS,
    DIRECTORY_RECORDS,
    EXPLICIT_BE,
    EXPLICIT_LE,
    FILE_META_CLASS,
    IMPLICIT_LE,
    MACROS,
    OVERLAY_ROWS,
    PER_FRAME_GROUPS,
    PLANE_POSITION,
    POSITION,
    SHARED_GROUPS,
    TEXT_SLOTS,
    TRANSFER_SYNTAX,
    UNDEFINED,
)
from fileroom.dicom.charsets import DEFAULT, codecs_of
from fileroom.dicom.guessing import is_doubtful, settle_header
from fileroom.dicom.parsing import parse, value_of
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.dicom.values import coerce, converter, text
from fileroom.model.headers import Header

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from fileroom.dicom.charsets import Codecs
    from fileroom.dicom.source import Source

_WANTED = (*(row.tag for row in ATTRIBUTES), *OVERLAY_ROWS[1:], SHARED_GROUPS, PER_FRAME_GROUPS, DIRECTORY_RECORDS)
_LONG_VALUE = 4 << 20  # a longer value is not read at all


# A header with what the verdict on the file needs besides: whether it is a DICOMDIR, and where the value of the pixel
# data begins, also when it is empty.
Found = tuple[Header, bool, int | None]


def value_by_pydicom(tag: int, vr: str, raw: bytes, codecs: Codecs, *, little: bool) -> Any:
    """What pydicom makes of one value, None when it can make nothing of it."""
    load_pydicom()
    from pydicom.dataelem import RawDataElement, convert_raw_data_element
    from pydicom.tag import BaseTag

    element = RawDataElement(BaseTag(tag), vr, len(raw), raw, 0, is_implicit_VR=False, is_little_endian=little)
    with quiet_pydicom():
        try:
            return convert_raw_data_element(element, encoding=list(codecs)).value
        except Exception:  # noqa: BLE001 - one value out of a hundred does not spoil the file
            return None


def read_by_pydicom(source: Source, charset: str = "") -> Found:
    """What a file says, by pydicom; its text in the character set that was asked for, if one was. Raises whatever
    pydicom raises."""
    with quiet_pydicom():
        parsed = parse(source, wanted=_WANTED, defer=_LONG_VALUE)
        meta, data_set, pixels = parsed.meta, parsed.data_set, parsed.pixels
        texts = [_raw(data_set, ATTRIBUTES[slot].tag) for slot in TEXT_SLOTS]
        codecs = _codecs(data_set)
        fields: dict[str, Any] = {row.field: coerce(row.kind, value_of(data_set, row.tag)) for row in ATTRIBUTES}
        for tag in OVERLAY_ROWS:
            if tag in data_set:
                fields["overlay_rows"] = coerce(BY_TAG[OVERLAY_ROWS[0]].kind, value_of(data_set, tag))
        _decode_again(fields, texts, codecs, charset)
        _add_functional_groups(fields, data_set)
        syntax = text(value_of(meta, TRANSFER_SYNTAX)) or _guessed(data_set)
        directory = text(value_of(meta, FILE_META_CLASS)) == DIRECTORY_CLASS or DIRECTORY_RECORDS in data_set
    offset = None if syntax == DEFLATED_LE else pixels.offset
    if pixels.length:
        fields["has_pixels"] = True
        fields["pixel_offset"] = offset
        fields["pixel_length"] = None if offset is None or pixels.length == UNDEFINED else pixels.length
    return Header(transfer_syntax_uid=syntax, **fields), directory, offset


def _raw(data_set: Dataset, tag: int) -> tuple[str, bytes]:
    """VR and bytes of a value that pydicom has not decoded yet; empty where it has."""
    load_pydicom()
    from pydicom.dataelem import RawDataElement

    element: Any = data_set.get_item(tag) if tag in data_set else None
    return (element.VR or "", element.value or b"") if isinstance(element, RawDataElement) else ("", b"")


def _codecs(data_set: Dataset) -> Codecs:
    declared = text(value_of(data_set, CHARACTER_SET))
    return codecs_of(declared.encode("latin-1", "replace")) if declared else (DEFAULT,)


def _decode_again(fields: dict[str, Any], texts: list[tuple[str, bytes]], codecs: Codecs, charset: str) -> None:
    """Text by another character set than the declared, where it was asked for or the declared does not fit."""
    settled = settle_header([raw for _, raw in texts], codecs, charset)
    if settled is None:
        return
    for slot, (vr, raw) in zip(TEXT_SLOTS, texts, strict=True):
        row = ATTRIBUTES[slot]
        if is_doubtful(raw) and vr in ("", "UN", row.vr):
            fields[row.field] = converter(row.kind, little=True)(raw, settled[0])
        elif is_doubtful(raw):
            fields[row.field] = coerce(row.kind, value_by_pydicom(row.tag, vr, raw, settled[0], little=True))
    fields["guessed_charset"] = settled[1].charset if settled[1] else ""


def _guessed(data_set: Dataset) -> str:
    """The transfer syntax of a file that names none, by how pydicom understood it."""
    implicit, little = data_set.original_encoding
    return IMPLICIT_LE if implicit else EXPLICIT_LE if little else EXPLICIT_BE


def _add_functional_groups(fields: dict[str, Any], data_set: Dataset) -> None:
    """What an enhanced multi-frame image says in its functional groups, where the data set itself is silent."""
    shared = _items(data_set, SHARED_GROUPS)[:1]
    frames = _items(data_set, PER_FRAME_GROUPS)
    for sequence, tags in MACROS.items():
        inside = [item for group in (*shared, *frames[:1]) for item in _items(group, sequence)[:1]]
        for tag in tags:
            row = BY_TAG[tag]
            for item in inside:
                if fields[row.field] in (None, (), ""):
                    fields[row.field] = coerce(row.kind, value_of(item, tag))
    position = BY_TAG[POSITION]
    for item in (item for group in (*frames[-1:], *shared) for item in _items(group, PLANE_POSITION)[:1]):
        if not fields.get("last_image_position"):
            fields["last_image_position"] = coerce(position.kind, value_of(item, position.tag))


def _items(data_set: Dataset, tag: int) -> list[Dataset]:
    load_pydicom()
    from pydicom.sequence import Sequence

    value = value_of(data_set, tag)
    return list(value) if isinstance(value, Sequence) else []
