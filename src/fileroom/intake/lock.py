"""One import at a time in an archive: a lock that the operating system drops when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from fileroom.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK_FILE = "import.lock"


@contextlib.contextmanager
def import_lock(folder: Path) -> Iterator[None]:
    """Hold the import lock of the archive in ``folder``. Busy when somebody else does."""
    handle = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise Busy("another import is running in this archive; try again when it has finished") from error
        yield
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool:
    """Whether an import is running in the archive in ``folder``, in this process or another."""
    if not (folder / _LOCK_FILE).exists():
        return False
    try:
        with import_lock(folder):
            return False
    except Busy:
        return True


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
