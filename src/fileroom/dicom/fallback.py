"""Reading a header by pydicom: slower and more forgiving. What the fast reader does not like comes here, and its
answers are what the fast reader is measured against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fileroom.dicom.attributes import (
    ATTRIBUTES,
    BY_TAG,
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
    PLANE_POSITION,
    POSITION,
    SHARED_GROUPS,
    TRANSFER_SYNTAX,
    UNDEFINED,
)
from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.source import InflatedSource, Source, SourceFile
from fileroom.dicom.values import coerce, text
from fileroom.model import Header

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from fileroom.dicom.charsets import Codecs

_LONG_VALUE = 4 << 20  # a longer value is not read at all


class Found(NamedTuple):
    """A header with what the verdict on the file needs besides."""

    header: Header
    directory: bool  # a DICOMDIR
    pixel_position: int | None  # where the value of the pixel data begins, also when it is empty


def value_by_pydicom(tag: int, vr: str, raw: bytes, codecs: Codecs, *, little: bool) -> Any:
    """What pydicom makes of one value, None when it can make nothing of it."""
    from pydicom.dataelem import RawDataElement, convert_raw_data_element
    from pydicom.tag import BaseTag

    element = RawDataElement(BaseTag(tag), vr, len(raw), raw, 0, is_implicit_VR=False, is_little_endian=little)
    with quiet_pydicom():
        try:
            return convert_raw_data_element(element, encoding=list(codecs)).value
        except Exception:  # noqa: BLE001 - one value out of a hundred does not spoil the file
            return None


class _StopAtPixels:
    """Stops pydicom at the pixel data and remembers where that was."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self.offset: int | None = None
        self.length = 0

    def __call__(self, tag: int, _vr: str | None, length: int) -> bool:
        if tag not in PIXEL_DATA:
            return False
        self.offset = self._file.tell()
        self.length = length
        return True


def read_by_pydicom(source: Source) -> Found:
    """What a file says, by pydicom. Raises whatever pydicom raises."""
    with quiet_pydicom():
        meta, data_set, pixels = _parse(source)
        fields: dict[str, Any] = {row.field: coerce(row.kind, _value(data_set, row.tag)) for row in ATTRIBUTES}
        _add_functional_groups(fields, data_set)
        syntax = text(_value(meta, TRANSFER_SYNTAX)) or _guessed(data_set)
        directory = text(_value(meta, FILE_META_CLASS)) == DIRECTORY_CLASS or DIRECTORY_RECORDS in data_set
    offset = None if syntax == DEFLATED_LE else pixels.offset
    if pixels.length:
        fields["has_pixels"] = True
        fields["pixel_offset"] = offset
        fields["pixel_length"] = None if offset is None or pixels.length == UNDEFINED else pixels.length
    return Found(Header(transfer_syntax_uid=syntax, **fields), directory, offset)


def _parse(source: Source) -> tuple[Dataset, Dataset, _StopAtPixels]:
    from pydicom.filereader import read_dataset, read_partial

    file: Any = SourceFile(source)
    pixels = _StopAtPixels(file)
    wanted: list[Any] = [*(row.tag for row in ATTRIBUTES), SHARED_GROUPS, PER_FRAME_GROUPS, DIRECTORY_RECORDS]
    if file.read(132)[128:] != b"DICM":
        file.seek(0)
    meta = read_dataset(file, is_implicit_VR=False, is_little_endian=True, stop_when=_after_meta)
    if text(_value(meta, TRANSFER_SYNTAX)) == DEFLATED_LE:
        # Inflated here and not by pydicom, which would open a bomb in one go.
        source = InflatedSource(source, file.tell())
        inflated: Any = SourceFile(source)
        pixels = _StopAtPixels(inflated)
        body = read_dataset(inflated, is_implicit_VR=False, is_little_endian=True, stop_when=pixels,
                            defer_size=_LONG_VALUE, specific_tags=wanted)  # fmt: skip
        source.finish()
        return meta, body, pixels
    file.seek(0)
    whole = read_partial(file, stop_when=pixels, defer_size=_LONG_VALUE, force=True, specific_tags=wanted)
    return whole.file_meta, whole, pixels


def _after_meta(tag: int, _vr: str | None, _length: int) -> bool:
    return tag >> 16 != META_GROUP


def _guessed(data_set: Dataset) -> str:
    """The transfer syntax of a file that names none, by how pydicom understood it."""
    implicit, little = data_set.original_encoding
    return IMPLICIT_LE if implicit else EXPLICIT_LE if little else EXPLICIT_BE


def _value(data_set: Dataset, tag: int) -> Any:
    """A value, None where there is none or pydicom cannot make one of its bytes."""
    try:
        return data_set[tag].value if tag in data_set else None
    except RecursionError:
        raise
    except Exception:  # noqa: BLE001 - one value out of a hundred does not spoil the file
        return None


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
                    fields[row.field] = coerce(row.kind, _value(item, tag))
    position = BY_TAG[POSITION]
    for item in (item for group in (*frames[-1:], *shared) for item in _items(group, PLANE_POSITION)[:1]):
        if not fields.get("last_image_position"):
            fields["last_image_position"] = coerce(position.kind, _value(item, position.tag))


def _items(data_set: Dataset, tag: int) -> list[Dataset]:
    from pydicom.sequence import Sequence

    value = _value(data_set, tag)
    return list(value) if isinstance(value, Sequence) else []
