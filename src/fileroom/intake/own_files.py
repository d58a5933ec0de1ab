"""Deleting what fileroom itself wrote: the only place in the house that deletes anything but its temporary files.

A copy is deleted when it lies in the archive's own folder, reached through folders and no link, and stands there as it
was written: size and time. Anything else is somebody else's.
"""

from __future__ import annotations

import contextlib
import os
import stat
from enum import Enum
from typing import TYPE_CHECKING

from fileroom.intake.copying import is_plain_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_HANDLE = {os.open, os.stat, os.unlink, os.rmdir} <= os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


class Standing(Enum):
    """How a copy stands."""

    AS_WRITTEN = "as written"
    GONE = "gone"
    OTHER = "other"  # something that fileroom did not write, or cannot be sure of


def look_at(files: str, inside: str, size: int, mtime_ns: int) -> Standing:
    """How the copy at ``inside`` (below the own folder ``files``) stands."""
    return _at(files, inside, (size, mtime_ns), delete=False)


def delete(files: str, inside: str, size: int, mtime_ns: int) -> Standing:
    """Delete the copy if it stands as written, and folders that are empty then; says how it stood."""
    return _at(files, inside, (size, mtime_ns), delete=True)


def _at(files: str, inside: str, written: tuple[int, int], *, delete: bool) -> Standing:
    *folders, name = inside.removeprefix("/").split("/")
    if any(part in {"", ".", ".."} or os.sep in part for part in (*folders, name)):
        return Standing.OTHER
    try:
        if _BY_HANDLE:
            return _by_handle(files, folders, name, written, delete=delete)
        return _by_path(files, folders, name, written, delete=delete)
    except FileNotFoundError:
        return Standing.GONE
    except OSError:  # a link, a file where a folder should be, no permission
        return Standing.OTHER


def _by_handle(files: str, folders: list[str], name: str, written: tuple[int, int], *, delete: bool) -> Standing:
    """From folder to folder by open handles: nobody can put a link in between what is looked at and what is deleted."""
    with _opened(files, folders) as handles:
        facts = os.stat(name, dir_fd=handles[-1], follow_symlinks=False)
        if not _is_copy(facts, written):
            return Standing.OTHER
        if delete:
            os.unlink(name, dir_fd=handles[-1])
            with contextlib.suppress(OSError):  # until one that is not empty
                for above, folder in zip(reversed(handles[:-1]), reversed(folders), strict=True):
                    os.rmdir(folder, dir_fd=above)
    return Standing.AS_WRITTEN


@contextlib.contextmanager
def _opened(files: str, folders: list[str]) -> Iterator[list[int]]:
    """The own folder and the folders below it, each opened in the one before."""
    handles: list[int] = []
    try:
        handles.append(os.open(files, os.O_RDONLY | os.O_DIRECTORY))
        for folder in folders:
            handles.append(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handles[-1]))
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def _by_path(files: str, folders: list[str], name: str, written: tuple[int, int], *, delete: bool) -> Standing:
    """The same where the system has no handles for folders (Windows)."""
    whole = [files]
    for folder in folders:
        whole.append(os.path.join(whole[-1], folder))
    path = os.path.join(whole[-1], name)
    facts = os.lstat(path)
    if not all(is_plain_folder(folder) for folder in whole) or not _is_copy(facts, written):
        return Standing.OTHER
    if delete:
        os.unlink(path)
        with contextlib.suppress(OSError):
            for folder in reversed(whole[1:]):
                os.rmdir(folder)
    return Standing.AS_WRITTEN


def _is_copy(facts: os.stat_result, written: tuple[int, int]) -> bool:
    return stat.S_ISREG(facts.st_mode) and (facts.st_size, facts.st_mtime_ns) == written
