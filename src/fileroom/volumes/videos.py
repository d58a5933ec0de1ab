"""MP4: told from other files by its boxes, and played by the browser as it is. Nothing of it is decoded here.

A file is a row of boxes, each with its length and kind (ISO/IEC 14496-12 4.2): ``ftyp`` says what it follows, ``moov``
where its pictures are. The same boxes hold still pictures (HEIF, AVIF), which are no videos.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fileroom.model.others import OtherImage, Refusal
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from fileroom.volumes.files import OtherFile

FORMAT: Final = "MP4"
_BRANDS: Final = (b"iso", b"mp4", b"avc1", b"M4V ", b"dash", b"MSNV")
_MOST_BOXES: Final = 10_000
_HEAD, _LONG_HEAD = 8, 16


def is_one(file: OtherFile) -> bool:
    """Whether a file is an MP4. Refused for one that ends too early, or that has no pictures."""
    head = file.read_at(0, _LONG_HEAD)
    if head[4:8] != b"ftyp" or not head[8:12].startswith(_BRANDS):
        return False
    at, kinds = 0, set()
    for _ in range(_MOST_BOXES):
        if at >= file.size:
            break
        box = file.read_at(at, _LONG_HEAD)
        length, kind = int.from_bytes(box[:4]), box[4:8]
        if length == 1:  # the length follows, in eight bytes
            length = int.from_bytes(box[_HEAD:_LONG_HEAD])
        elif length == 0:  # to the end
            length = file.size - at
        if length < _HEAD:
            raise Refused(Refusal.DAMAGED)
        kinds.add(kind)
        at += length
    if at > file.size or not kinds >= {b"moov", b"mdat"}:
        raise Refused(Refusal.ENDS_EARLY)
    return True


def told(name: str, number: int) -> OtherImage:
    """What is said of one; the browser knows the rest."""
    return replace(OtherImage.without_grid(name, FORMAT), video=number)
