"""Whether a file holds its pixel data to the end: what is received must be whole before its sender is told so."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from fileroom.dicom import primitives
from fileroom.dicom.reading import HEAD, READ_FLAGS
from fileroom.dicom.source import EndsEarly
from fileroom.dicom.walker import Odd, Walk

if TYPE_CHECKING:
    from fileroom.model.headers import Header

_ITEM = (0xFFFE, 0xE000)
_DELIMITER = (0xFFFE, 0xE0DD)
_HEAD = 8
_MOST_ITEMS = 10_000_000


def ends_early(path: str, header: Header) -> bool:
    """Whether the pixel data of ``header`` do not come to their end in the file at ``path``: their value is longer than
    what is left, or their fragments have no delimiter (PS3.5 A.4). Where there are none, whether the data set does."""
    if header.pixel_offset is None:
        return _breaks_off(path)
    with Path(path).open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if header.pixel_length is not None:
            return header.pixel_offset + header.pixel_length > size
        return not _is_closed(file.fileno(), header.pixel_offset, size)


def _breaks_off(path: str) -> bool:
    """The reader of headers takes what is there of a file that is cut; whoever is to keep the only copy does not."""
    source = primitives.open_source(path, READ_FLAGS, HEAD)
    try:
        Walk(source).run()
    except EndsEarly:
        return True
    except (Odd, struct.error, IndexError):
        return False  # pydicom has read it: odd is not cut
    finally:
        primitives.leave(source.fd, source.size, source.mtime_ns)
    return False


def _is_closed(handle: int, offset: int, size: int) -> bool:
    for _ in range(_MOST_ITEMS):
        os.lseek(handle, offset, os.SEEK_SET)
        head = os.read(handle, _HEAD)
        if len(head) < _HEAD:
            return False
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) == _DELIMITER:
            return True
        if (group, element) != _ITEM:
            return False
        offset += _HEAD + length
        if offset > size:
            return False
    return False
