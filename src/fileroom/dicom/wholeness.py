"""Whether a file holds its pixel data to the end, and as its transfer syntax says: what is received must be whole, and
what it is called, before its sender is told that it is safe."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from fileroom.dicom.reading import HEAD
from fileroom.dicom.source import EndsEarly, OpenedSource
from fileroom.dicom.walker import Odd, Walk
from fileroom.sources.opened import opened

if TYPE_CHECKING:
    from fileroom.model.headers import Header
    from fileroom.sources.opened import Opened

_ITEM = (0xFFFE, 0xE000)
_DELIMITER = (0xFFFE, 0xE0DD)
_HEAD = 8
_MOST_ITEMS = 10_000_000
_JPEG = "1.2.840.10008.1.2.4."
_ENCAPSULATED = frozenset({"1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"})


def ends_early(path: str, header: Header) -> bool:
    """Whether the pixel data of ``header`` do not come to their end in the file at ``path``: their value is longer than
    what is left, or their fragments have no delimiter (PS3.5 A.4). Where there are none, whether the data set does."""
    with opened(path) as file:
        return is_cut(file, header)


def is_cut(file: Opened, header: Header) -> bool:
    """The same of what is open."""
    if header.pixel_offset is None:
        return _breaks_off(file)
    if header.pixel_length is not None:
        return header.pixel_offset + header.pixel_length > file.size
    return not _is_closed(file, header.pixel_offset)


def is_misnamed(header: Header) -> bool:
    """Whether the pixel data have a length of their own although the transfer syntax is one of encapsulated ones: there
    they shall be encapsulated, and so of undefined length (PS3.5 A.4). Nobody could tell what they are."""
    syntax = header.transfer_syntax_uid
    if header.pixel_offset is None or header.pixel_length is None:
        return False
    return syntax.startswith(_JPEG) or syntax in _ENCAPSULATED


def _breaks_off(file: Opened) -> bool:
    """The reader of headers takes what is there of a file that is cut; whoever is to keep the only copy does not."""
    try:
        Walk(OpenedSource.of(file, HEAD)).run()
    except EndsEarly:
        return True
    except (Odd, struct.error, IndexError):
        return False  # pydicom has read it: odd is not cut
    return False


def _is_closed(file: Opened, offset: int) -> bool:
    for _ in range(_MOST_ITEMS):
        head = file.read_at(offset, _HEAD)
        if len(head) < _HEAD:
            return False
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) == _DELIMITER:
            return True
        if (group, element) != _ITEM:
            return False
        offset += _HEAD + length
        if offset > file.size:
            return False
    return False
