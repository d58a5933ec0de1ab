"""The marker of a drive that has no identity of its own: a small text file with a random number at its top.

It is the one thing that fileroom ever puts onto a user's drive beside what was asked for, and only when the user agreed
to it. Nothing about the drive's files is in it.
"""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from pathlib import Path

from fileroom.errors import SourceError
from fileroom.sources.paths import display

NAME = ".fileroom-drive"
_MOST = 4096  # bytes that are looked at
_NUMBER = re.compile(rb"^drive: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\r?$", re.MULTILINE)
_TEXT = """\
fileroom (an archive of DICOM files) knows this drive by the number below, wherever it is connected.
It was written because its user agreed to it. To make fileroom forget the drive's identity, delete this file.
drive: {}
"""
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def read(point: str) -> str | None:
    """The number that the drive mounted at ``point`` is marked with, if it is."""
    try:
        fd = os.open(os.path.join(point, NAME), _READ)
    except OSError:
        return None
    try:
        found = _NUMBER.search(os.read(fd, _MOST))
    except OSError:
        return None
    finally:
        os.close(fd)
    return found.group(1).decode() if found else None


def write(point: str) -> Path:
    """Mark the drive mounted at ``point``; gives the file that was written. SourceError when that cannot be done.

    Nothing is written to what is mounted read-only, and nothing is overwritten.
    """
    path = Path(point) / NAME
    try:
        if hasattr(os, "statvfs") and os.statvfs(point).f_flag & os.ST_RDONLY:
            raise SourceError(f"{display(point)} is read-only: it cannot be marked")
        fd = os.open(path, _WRITE, 0o644)
    except FileExistsError as error:
        raise SourceError(f"{display(str(path))} is there already, and is no marker of ours") from error
    except OSError as error:
        raise SourceError(f"{display(point)} cannot be marked: {error.strerror}") from error
    try:
        with os.fdopen(fd, "w", encoding="ascii") as file:
            file.write(_TEXT.format(uuid.uuid4()))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise SourceError(f"{display(point)} cannot be marked: {error.strerror}") from error
    return path
