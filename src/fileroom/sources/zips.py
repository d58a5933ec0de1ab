"""ZIP: the central directory by the standard library, members where they lie."""

from __future__ import annotations

import calendar
import stat
import struct
from typing import TYPE_CHECKING, Final

from fileroom.model.outcomes import Detail
from fileroom.sources.inflating import DEFLATE
from fileroom.sources.members import (
    BOMB,
    ENCRYPTED,
    LINK,
    MOST_MEMBERS,
    OVERLAP,
    SPECIAL,
    TOO_MANY,
    TOTAL_FLOOR,
    UNKNOWN_METHOD,
    Member,
    Refusal,
    Refused,
    broken,
    is_bomb,
    overlap,
)
from fileroom.sources.positioned import AsFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipInfo

    from fileroom.sources.positioned import Positioned

SUFFIXES: Final = (".zip",)
_BEGINNINGS: Final = (b"PK\3\4", b"PK\5\6", b"PK\7\x08")
_LARGEST_DIRECTORY: Final = 64 << 20
_LOCAL_HEADER: Final = 30
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _STRONG = 0x1, 0x40
_TWO_SECONDS: Final = 2_000_000_000


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a ZIP."""
    return head.startswith(_BEGINNINGS)


def members(source: Positioned) -> Iterator[Member]:
    """The files of the archive, in the order of its directory. Raises Refused for the whole of it."""
    from zipfile import ZipFile

    with ZipFile(AsFile(source, most=_LARGEST_DIRECTORY)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_MEMBERS:
        raise Refused(TOO_MANY)
    if overlap([(info.header_offset, _LOCAL_HEADER + info.compress_size) for info in infos]):
        raise Refused(OVERLAP)
    said = [_refused(info, source.size) for info in infos]
    total = sum(info.file_size for info, refused in zip(infos, said, strict=True) if refused is None)
    if is_bomb(total, source.size, TOTAL_FLOOR):
        raise Refused(BOMB)
    for info, refused in zip(infos, said, strict=True):
        yield Member(
            # Names are UTF-8 where the flag says so, else CP437 (APPNOTE D.1); zipfile has seen to that.
            name=info.filename,
            size=info.file_size,
            mtime_ns=_time(info),
            stretches=((info.header_offset, info.compress_size),),
            method=DEFLATE if info.compress_type == _DEFLATED else None,
            headed=True,
            refused=refused,
        )


def _refused(info: ZipInfo, end: int) -> Refusal | None:
    mode = info.external_attr >> 16
    if info.flag_bits & (_ENCRYPTED | _STRONG):
        return ENCRYPTED
    if stat.S_ISLNK(mode):
        return LINK
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        return SPECIAL
    if info.compress_type not in {_STORED, _DEFLATED}:
        return UNKNOWN_METHOD
    if is_bomb(info.file_size, info.compress_size):
        return BOMB
    if not 0 <= info.header_offset <= end - _LOCAL_HEADER - info.compress_size:
        return broken(Detail.BEYOND_END)
    if info.compress_type == _STORED and info.file_size != info.compress_size:
        return broken(Detail.SIZES_DIFFER)
    return None


def _time(info: ZipInfo) -> int:
    """The time to two seconds, which is all that ZIP has, taken as UTC; and the CRC-32 in the digits below: what has
    other contents has another time, so that a member that was replaced within two seconds is found out."""
    try:
        seconds = calendar.timegm((*info.date_time, 0, 0, 0))
    except ValueError:  # month 0, day 31 of February
        seconds = 0
    return seconds * 1_000_000_000 + info.CRC % _TWO_SECONDS + 1


def data_begins(source: Positioned, header_offset: int) -> int | None:
    """Where the data of a member begins: behind a local header that has lengths of its own (APPNOTE 4.3.7)."""
    head = source.read_at(header_offset, _LOCAL_HEADER)
    if len(head) < _LOCAL_HEADER or head[:4] != _BEGINNINGS[0]:
        return None
    name, extra = struct.unpack_from("<HH", head, 26)
    return header_offset + _LOCAL_HEADER + int(name) + int(extra)
