"""Walking a folder tree: listings of files with size and time, folder by folder, nothing opened."""

from __future__ import annotations

import contextlib
import errno
import heapq
import itertools
import os
import stat
from collections import deque
from dataclasses import dataclass, field
from operator import itemgetter
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

from fileroom.errors import SourceError
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources import quick as compiled
from fileroom.sources.paths import display, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


_list_folder = compiled.load()

# Files of a folder that are listed at once. A larger folder comes in parts, so that memory does not grow with it.
PART = 32_768


class FileEntry(NamedTuple):
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
    """One folder, or a part of a large one: its files by name, what stood in the way, and whether the list is whole.

    A part holds the names after ``after`` up to and with ``upto`` (None: to the end), in the order of ``to_text``,
    which is that of the catalog; ``folders`` come with the first part.

    ``look`` is the same for the same files, where the listing is compiled and of a whole folder. Where it is the look
    that was expected, the files are not listed, and only counted: ``standing``.
    """

    path: str
    files: Sequence[FileEntry]
    obstacles: tuple[Obstacle, ...] = ()
    complete: bool = True
    folders: tuple[str, ...] = ()
    after: str = ""
    upto: str | None = None
    look: bytes = b""
    standing: int = 0

    @property
    def count(self) -> int:
        """How many files there are."""
        return self.standing or len(self.files)

    @property
    def first(self) -> bool:
        """Whether this is all of the folder, or its first part."""
        return not self.after


@dataclass(slots=True)
class _Walk:
    leave_out: frozenset[tuple[int, int]]
    stop: Callable[[], bool]
    expected: Callable[[str], bytes]
    met: set[tuple[int, int]] = field(default_factory=set)
    folders: list[str] = field(default_factory=list)
    links: deque[str] = field(default_factory=deque)


def walk(
    root: str,
    *,
    deep: bool = True,
    follow: bool = True,
    leave_out: frozenset[tuple[int, int]] = frozenset(),
    stop: Callable[[], bool] = lambda: False,
    expected: Callable[[str], bytes] = lambda _: b"",
) -> Iterator[Listing]:
    """The listings of ``root`` and all folders under it, each folder once, in a stable order.

    ``root`` may be a single file. Links to folders are followed after all real folders, so that a folder is met under
    its own name where it has one; a link that leads to a folder already met is an obstacle (LINK_LOOP). Folders whose
    (device, inode) is in ``leave_out`` are passed over. ``expected`` is asked before each folder how it is held to
    look. Not ``deep``: ``root`` itself alone; not ``follow``: no links. Raises SourceError when ``root`` is not there.
    """
    try:
        facts = os.stat(root)
    except OSError as error:
        raise SourceError(f"{display(root)}: {_words(error)}") from error
    if not stat.S_ISDIR(facts.st_mode):
        yield _lone_file(root, facts)
        return
    state = _Walk(leave_out, stop, expected)
    state.folders.append(root)
    state.met.add((facts.st_dev, facts.st_ino))
    if not deep:
        yield from _list(root, state)
        return
    while (state.folders or (follow and state.links)) and not stop():
        if state.folders:
            yield from _list(state.folders.pop(), state)
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
    yield from _list(path, state)


def _list(path: str, state: _Walk) -> Iterator[Listing]:
    """The listing of one folder; of a large one the names alone are kept, and its files looked at part by part."""
    found = _Found(path, state)
    expected = state.expected(path)
    if _list_folder is not None and (quick := _list_folder(path, FileEntry, PART, expected)) is not None:
        files, below, look = quick
        for name, device, inode in below:
            found.set_aside(name, (device, inode))
        folders = found.take_folders() if below else ()
        if look and look == expected:
            yield Listing(path, (), folders=folders, look=look, standing=files)
            return
        files.sort(key=itemgetter(0))
        yield Listing(path, tuple(files), folders=folders, look=look)
        return
    large: list[bytes] = []
    complete = True
    try:
        with os.scandir(path) as entries:
            while batch := list(itertools.islice(entries, PART)):
                if len(batch) == PART or large:
                    large.append(found.names_only(batch))
                else:
                    found.look_at(batch)
    except OSError as error:
        found.obstacles.append(_obstacle("", error))
        complete = False
    folders = found.take_folders()
    if not large:
        found.files.sort(key=itemgetter(0))
        yield Listing(path, tuple(found.files), tuple(found.obstacles), complete, folders)
        return
    names = heapq.merge(*map(_names, large))
    part, after = list(itertools.islice(names, PART)), ""
    while part and not state.stop():
        following = list(itertools.islice(names, PART))
        for name in part:
            found.look_at_name(from_text(name.decode()))
        upto = part[-1].decode() if following else None
        yield Listing(path, tuple(found.files), tuple(found.obstacles), complete, folders, after, upto)
        found.files.clear()
        found.obstacles.clear()
        part, after, folders = following, upto or "", ()


def _names(run: bytes) -> Iterator[bytes]:
    """The names of a run, one at a time: all of them as objects would take five times the memory."""
    start = 0
    while start < len(run):
        end = run.index(b"\0", start)
        yield run[start:end]
        start = end + 1


class _Found:
    """What a folder holds, as far as it was looked at."""

    def __init__(self, path: str, state: _Walk) -> None:
        self._prefix = os.path.join(path, "")
        self._state = state
        self._folders: list[tuple[str, str]] = []
        self.files: list[FileEntry] = []
        self.obstacles: list[Obstacle] = []

    def look_at(self, entries: Iterable[os.DirEntry[str]]) -> None:
        """Ask for size and time of files, and set folders aside."""
        add, made = self.files.append, tuple.__new__  # what a NamedTuple does besides takes longer than all else here
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    self._folder(entry)
                    continue
                facts = entry.stat()
                if S_ISREG(facts.st_mode):
                    add(made(FileEntry, (entry.name, facts.st_size, facts.st_mtime_ns)))
                else:
                    self._other(entry.name, entry.path, facts)
            except OSError as error:
                self.obstacles.append(_obstacle(entry.name, error, entry.path))

    def names_only(self, entries: Iterable[os.DirEntry[str]]) -> bytes:
        """The sorted names of what is not a folder, each with a NUL behind it, which no name can hold."""
        names = []
        for entry in entries:
            with contextlib.suppress(OSError):  # it will be said when its turn comes to be looked at
                if entry.is_dir(follow_symlinks=False):
                    self._folder(entry)
                    continue
            names.append(to_text(entry.name).encode() + b"\0")
        return b"".join(sorted(names))

    def look_at_name(self, name: str) -> None:
        """Ask for size and time of one file of a large folder."""
        path = self._prefix + name
        try:
            facts = os.stat(path)
        except OSError as error:
            self.obstacles.append(_obstacle(name, error, path))
            return
        if S_ISREG(facts.st_mode):
            self.files.append(FileEntry(name, facts.st_size, facts.st_mtime_ns))
        else:
            self._other(name, path, facts)

    def take_folders(self) -> tuple[str, ...]:
        """Let the walk go on into the folders that were met; their names."""
        folders = sorted(self._folders, reverse=True)
        self._state.folders.extend(path for _, path in folders)
        return tuple(name for name, _ in reversed(folders))

    def _folder(self, entry: os.DirEntry[str]) -> None:
        facts = entry.stat(follow_symlinks=False)
        # On Windows a DirEntry has no inode: ask for the real thing, once per folder.
        self.set_aside(entry.name, (facts.st_dev, facts.st_ino) if facts.st_ino else _identity(entry.path))

    def set_aside(self, name: str, key: tuple[int, int]) -> None:
        """A folder, to go on into unless it was met before or is to be left out."""
        if key not in self._state.leave_out and key not in self._state.met:
            self._state.met.add(key)
            self._folders.append((name, self._prefix + name))

    def _other(self, name: str, path: str, facts: os.stat_result) -> None:
        if stat.S_ISDIR(facts.st_mode):
            self._state.links.append(path)
        else:
            self.obstacles.append(Obstacle(name, Outcome.NOT_DICOM, Reason.SPECIAL_FILE))


def _identity(path: str) -> tuple[int, int]:
    facts = os.stat(path)
    return facts.st_dev, facts.st_ino


def _obstacle(name: str, error: OSError, path: str = "") -> Obstacle:
    if error.errno == errno.ELOOP:
        return Obstacle(name, Outcome.REFUSED, Reason.LINK_LOOP)
    if path and isinstance(error, FileNotFoundError) and os.path.islink(path):
        return Obstacle(name, Outcome.UNREADABLE, Reason.LINK_TO_NOTHING)
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
