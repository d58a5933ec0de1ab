"""ISO 9660 with Rock Ridge or Joliet, by pycdlib: the directories are read, files are stretches of the image."""

from __future__ import annotations

import calendar
from io import BufferedReader
from typing import TYPE_CHECKING, Any, Final

from fileroom.model.outcomes import Detail
from fileroom.sources.members import LINK, Member, Refused, broken, nanoseconds
from fileroom.sources.positioned import AsFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.sources.positioned import Positioned

SUFFIXES: Final = (".iso",)
_SECTOR: Final = 2048
_FIRST_DESCRIPTOR: Final = 32768  # ECMA-119 6.2.1: sixteen sectors are the system's own
_LONGEST_READ: Final = 8 << 20
_ALL_READS: Final = 32 << 20
_DEEPEST: Final = 64  # the standard has 8 levels, Rock Ridge and Joliet as many as their paths are long


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is a volume of ECMA-119."""
    return head[_FIRST_DESCRIPTOR + 1 : _FIRST_DESCRIPTOR + 6] == b"CD001"


def is_udf_alone(head: bytes) -> bool:
    """Whether it is a volume of ECMA-167 (UDF) without one of ECMA-119 beside it, which no library we know reads."""
    return head[_FIRST_DESCRIPTOR + 1 : _FIRST_DESCRIPTOR + 6] in {b"BEA01", b"NSR02", b"NSR03"}


def members(source: Positioned) -> Iterator[Member]:
    """The files of the image, folder by folder. Raises Refused for folders that are made to hurt."""
    from pycdlib import PyCdlib

    image = PyCdlib()
    image.open_fp(BufferedReader(AsFile(source, most=_LONGEST_READ, budget=_ALL_READS), _SECTOR))
    try:
        # Long names stand in Rock Ridge or in Joliet; the plain tree has them in capitals, cut to eight and three.
        kind = "rr_path" if image.has_rock_ridge() else "joliet_path" if image.has_joliet() else "iso_path"
        yield from _below(image, kind, "/", 0)
    finally:
        image.close()


def _below(image: Any, kind: str, folder: str, depth: int) -> Iterator[Member]:
    if depth > _DEEPEST:
        raise Refused(broken(Detail.LIST_DAMAGED))
    folders = []
    for record in image.list_children(**{kind: folder}):
        if record.is_dot() or record.is_dotdot():
            continue
        name = _name(record, kind)
        path = f"{folder.rstrip('/')}/{name}"
        if record.is_dir():
            folders.append(path)
        else:
            yield _member(record, path[1:], image.logical_block_size, link=kind == "rr_path" and record.is_symlink())
    for path in folders:
        yield from _below(image, kind, path, depth + 1)


def _name(record: Any, kind: str) -> str:
    if kind == "rr_path" and record.rock_ridge is not None:
        return str(record.rock_ridge.name().decode("utf-8", "surrogateescape"))
    raw: bytes = record.file_identifier()
    if kind == "joliet_path":
        return raw.decode("utf-16-be", "replace").removesuffix(";1")
    # Version numbers and the dot of a name without extension are the standard's own (ECMA-119 7.5.1).
    return raw.decode("ascii", "surrogateescape").split(";")[0].rstrip(".")


def _member(record: Any, name: str, block: int, *, link: bool) -> Member:
    stretches = []
    part = record
    while part is not None:  # a file of more than 4 GiB has several extents (ECMA-119 6.5.1)
        if part.inode is not None and part.data_length:
            stretches.append(((part.inode.extent_location() + part.data_extent_offset) * block, part.data_length))
        part = part.data_continuation
    return Member(
        name=name,
        size=sum(length for _, length in stretches),
        mtime_ns=_time(record.date),
        stretches=tuple(stretches),
        refused=LINK if link else None,
    )


def _time(date: Any) -> int:
    """Seven bytes, the last one being the offset from UTC in quarters of an hour (ECMA-119 9.1.5)."""
    try:
        seconds = calendar.timegm(
            (1900 + date.years_since_1900, date.month, date.day_of_month, date.hour, date.minute, date.second, 0, 0, 0)
        )
    except ValueError:
        return 1
    return nanoseconds(seconds - date.gmtoffset * 15 * 60)
