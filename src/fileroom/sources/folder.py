"""Walking a folder tree: listings of files with size and time, folder by folder, nothing opened."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fileroom.errors import SourceError
from fileroom.model import Outcome, Reason
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file as the folder shows it."""

    name: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A path that could not be walked into or looked at; ``name`` is ``""`` when it is the folder itself."""

    name: str
    outcome: Outcome
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder: its files by name, what stood in the way, and whether the list is whole."""

    path: str
    files: tuple[FileEntry, ...]
    obstacles: tuple[Obstacle, ...] = ()
    complete: bool = True
    folders: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    leave_out: frozenset[tuple[int, int]]
    stop: Callable[[], bool]
    met: set[tuple[int, int]] = field(default_factory=set)
    folders: list[str] = field(default_factory=list)
    links: deque[str] = field(default_factory=deque)


def walk(
    root: str, *, leave_out: frozenset[tuple[int, int]] = frozenset(), stop: Callable[[], bool] = lambda: False
) -> Iterator[Listing]:
    """The listings of ``root`` and all folders under it, each folder once, in a stable order.

    ``root`` may be a single file. Links to folders are followed after all real folders, so that a folder is met under
    its own name where it has one; a link that leads to a folder already met is an obstacle (LINK_LOOP). Folders whose
    (device, inode) is in ``leave_out`` are passed over. Raises SourceError when ``root`` is not there.
    """
    try:
        facts = os.stat(root)
    except OSError as error:
        raise SourceError(f"{display(root)}: {_words(error)}") from error
    if not stat.S_ISDIR(facts.st_mode):
        yield _lone_file(root, facts)
        return
    state = _Walk(leave_out, stop)
    state.folders.append(root)
    state.met.add((facts.st_dev, facts.st_ino))
    while (state.folders or state.links) and not stop():
        if state.folders:
            yield _list(state.folders.pop(), state)
        else:
            yield from _follow(state.links.popleft(), state)


def _lone_file(path: str, facts: os.stat_result) -> Listing:
    folder, name = os.path.split(path)
    if not stat.S_ISREG(facts.st_mode):
        obstacle = Obstacle(name, Outcome.NOT_DICOM, Reason.SPECIAL_FILE)
        return Listing(folder, (), (obstacle,), complete=False)
    return Listing(folder, (FileEntry(name, facts.st_size, facts.st_mtime_ns),), complete=False)


def _follow(path: str, state: _Walk) -> Iterator[Listing]:
    try:
        facts = os.stat(path)
    except OSError as error:
        folder, name = os.path.split(path)
        yield Listing(folder, (), (_obstacle(name, error),), complete=False)
        return
    key = (facts.st_dev, facts.st_ino)
    if key in state.leave_out:
        return
    if key in state.met:
        folder, name = os.path.split(path)
        yield Listing(folder, (), (Obstacle(name, Outcome.REFUSED, Reason.LINK_LOOP),), complete=False)
        return
    state.met.add(key)
    yield _list(path, state)


def _list(path: str, state: _Walk) -> Listing:
    files: list[FileEntry] = []
    obstacles: list[Obstacle] = []
    folders: list[tuple[str, str]] = []
    complete = True
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                try:
                    _sort_out(entry, files, obstacles, folders, state)
                except OSError as error:
                    obstacles.append(_obstacle(entry.name, error))
    except OSError as error:
        obstacles.append(_obstacle("", error))
        complete = False
    files.sort(key=lambda f: f.name)
    folders.sort(reverse=True)
    state.folders.extend(folder for _, folder in folders)
    return Listing(path, tuple(files), tuple(obstacles), complete, tuple(name for name, _ in reversed(folders)))


def _sort_out(
    entry: os.DirEntry[str],
    files: list[FileEntry],
    obstacles: list[Obstacle],
    folders: list[tuple[str, str]],
    state: _Walk,
) -> None:
    if entry.is_dir(follow_symlinks=False):
        facts = entry.stat(follow_symlinks=False)
        # On Windows a DirEntry has no inode: ask for the real thing, once per folder.
        key = (facts.st_dev, facts.st_ino) if facts.st_ino else _identity(entry.path)
        if key not in state.leave_out and key not in state.met:
            state.met.add(key)
            folders.append((entry.name, entry.path))
        return
    facts = entry.stat()
    if stat.S_ISREG(facts.st_mode):
        files.append(FileEntry(entry.name, facts.st_size, facts.st_mtime_ns))
    elif stat.S_ISDIR(facts.st_mode):
        state.links.append(entry.path)
    else:
        obstacles.append(Obstacle(entry.name, Outcome.NOT_DICOM, Reason.SPECIAL_FILE))


def _identity(path: str) -> tuple[int, int]:
    facts = os.stat(path)
    return facts.st_dev, facts.st_ino


def _obstacle(name: str, error: OSError) -> Obstacle:
    if error.errno == errno.ELOOP:
        return Obstacle(name, Outcome.REFUSED, Reason.LINK_LOOP)
    return Obstacle(name, Outcome.UNREADABLE, reason_of(error), _words(error))


def reason_of(error: OSError) -> Reason:
    """The reason code of an error of the operating system."""
    if isinstance(error, PermissionError):
        return Reason.PERMISSION_DENIED
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return Reason.VANISHED
    return Reason.IO_ERROR


def _words(error: OSError) -> str:
    return error.strerror or type(error).__name__
