"""tar, also compressed: headers in one pass in the order of the stream, members where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fileroom.model.outcomes import Detail
from fileroom.sources.members import (
    LINK,
    MOST_MEMBERS,
    SPARSE,
    SPECIAL,
    TOO_MANY,
    Member,
    Refusal,
    Refused,
    broken,
    nanoseconds,
)
from fileroom.sources.positioned import AsFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from tarfile import TarInfo

    from fileroom.sources.positioned import Positioned

SUFFIXES: Final = (".tar",)
COMPRESSED: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_BLOCK: Final = 512
_LONGEST_HEADER: Final = 32 << 10  # a longer one, of names and extended attributes, is made to hurt
_MAGIC: Final = slice(257, 262)


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a tar: by the magic of POSIX and GNU, or by the checksum of older ones."""
    if head[_MAGIC] == b"ustar":
        return True
    field = head[148:156].strip(b" \0")
    if len(head) < _BLOCK or not field.isdigit() or any(digit > ord("7") for digit in field):
        return False
    return int(field, 8) == sum(head[:148]) + 8 * ord(" ") + sum(head[156:_BLOCK])


def members(source: Positioned) -> Iterator[Member]:
    """The files of the archive, in the order of the stream. Raises Refused where it can be followed no further."""
    import tarfile

    # Only headers are read here: who asks for more is a header that lies.
    file = AsFile(source, most=_LONGEST_HEADER)
    with tarfile.open(fileobj=file, mode="r:", encoding="utf-8", errors="surrogateescape") as archive:
        met, position = 0, -1
        kept: list[TarInfo] = vars(archive)["members"]  # it would keep them all, and has no other way to be told
        while (info := archive.next()) is not None:
            kept.clear()
            met += 1
            if met > 2 * MOST_MEMBERS:  # folders, of which nobody else keeps count
                raise Refused(TOO_MANY)
            if info.size < 0 or info.offset_data <= position:
                raise Refused(broken(Detail.LIST_DAMAGED))
            position = info.offset_data
            if not info.isdir():
                yield _member(info)
        if any(source.read_at(archive.offset, _BLOCK)):
            raise Refused(broken(Detail.LIST_DAMAGED))


def _member(info: TarInfo) -> Member:
    return Member(
        name=info.name,
        size=info.size,
        mtime_ns=nanoseconds(info.mtime),
        stretches=((info.offset_data, info.size),),
        refused=_refused(info),
    )


def _refused(info: TarInfo) -> Refusal | None:
    if info.issym() or info.islnk():
        return LINK
    if info.issparse():
        return SPARSE
    return None if info.isreg() else SPECIAL
