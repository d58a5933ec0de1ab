"""Where files lie on their medium: read in that order, a disc is gone through once. A seek costs a tenth of a second.

Of an image of a disc its own directories say it (ECMA-119 9.1.3), as they do of a disc that is mounted when its drive
may be read. Of a disk that turns the filesystem is asked (FIEMAP). Else the numbers of the inodes stand for it: most
filesystems, UDF among them, give them from the front to the back. What does not turn has no order.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fileroom.sources import held, isos
from fileroom.sources.drives import parse_mountinfo
from fileroom.sources.members import Refused
from fileroom.sources.positioned import READ_FLAGS, Plain

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTICAL: Final = frozenset({"iso9660", "udf"})
_FIEMAP: Final = 0xC020660B  # _IOWR('f', 11, struct fiemap), linux/fiemap.h
_HEAD, _EXTENT = struct.Struct("=QQIIII"), struct.Struct("=QQQ32x")
_MOUNTS: Final = Path("/proc/self/mountinfo")


def of(root: str) -> Callable[[str], int]:
    """What tells of a file below ``root`` where it begins; 0 for all where that is of no interest."""
    if held.is_held(root):
        return _held
    if not sys.platform.startswith("linux"):
        return _nowhere
    try:
        text = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        kind, point, device = mounted(text, root)
        if kind in _OPTICAL:
            return _in_directory(extents(device), point)
        return _mapped if _turns(os.stat(root).st_dev) else _nowhere
    except OSError:
        return _nowhere


def mounted(text: str, path: str) -> tuple[str, str, str]:
    """Of what holds ``path``, by a mountinfo: type, mount point and source; empty where nothing does."""
    holding = [row for row in parse_mountinfo(text) if f"{path}/".startswith(f"{row[0].rstrip('/')}/")]
    point, _, kind, device = max(holding, key=lambda row: len(row[0]), default=("", "", "", ""))
    return kind, point, device


def extents(device: str) -> dict[str, int]:
    """Where the files of a disc begin, by their paths; none when its drive may not be read, or it is no ISO 9660."""
    try:
        fd = os.open(device, READ_FLAGS)
    except OSError:
        return {}
    try:
        source = Plain(fd, os.lseek(fd, 0, os.SEEK_END))
        return {one.name: one.stretches[0][0] for one in isos.members(source) if one.stretches}
    except Refused:
        return {}
    except Exception as error:  # libraries raise many things for what they find on bad discs
        if isinstance(error, MemoryError):
            raise
        return {}
    finally:
        os.close(fd)


def _in_directory(known: dict[str, int], point: str) -> Callable[[str], int]:
    above = len(point.rstrip("/")) + 1
    return lambda path: known.get(path[above:]) or _inode(path)


def _held(path: str) -> int:
    return int(getattr(held.find(path), "begin", 0))


def _nowhere(_: str) -> int:
    return 0


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _mapped(path: str) -> int:
    """The first extent of a file, as its filesystem says it, or its inode."""
    import fcntl

    try:
        fd = os.open(path, READ_FLAGS)
    except OSError:
        return 0
    try:
        asked = bytearray(_HEAD.pack(0, 1, 0, 0, 1, 0) + bytes(_EXTENT.size))
        fcntl.ioctl(fd, _FIEMAP, asked)
        mapped = _HEAD.unpack_from(asked)[3]  # 0: it is empty, or it is not on the disk yet
        return (mapped and int(_EXTENT.unpack_from(asked, _HEAD.size)[1])) or os.fstat(fd).st_ino
    except OSError:
        return os.fstat(fd).st_ino
    finally:
        os.close(fd)


def _turns(device: int) -> bool:
    """Whether a disk turns, as the kernel knows it."""
    block = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve()
    for folder in (block, block.parent):  # a partition lies below its disk
        try:
            return (folder / "queue/rotational").read_text(encoding="ascii").strip() == "1"
        except OSError:
            continue
    return False
