"""Containers: files that hold files, walked like folders and never unpacked.

A member is named by the path of its container with its own behind it: ``/scans/march.zip/DICOM/IM0001``. The operating
system says of such a path that there is no such file, and that is how it is known. A file is looked at as a container
for its name, and taken for one for what it holds; what a container holds is never opened as a container in turn.

What is known of a container's members is kept in memory, for the few that were asked for last, as long as the
container stands unchanged.
"""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from stat import S_ISREG
from typing import TYPE_CHECKING, Final, Protocol

from fileroom.errors import FileroomError
from fileroom.model.outcomes import Detail
from fileroom.sources import isos, tars, zips
from fileroom.sources.inflating import LARGE_BLOCK, STREAMS, Inflated, Stream
from fileroom.sources.members import (
    BOMB,
    MOST_MEMBERS,
    OUTSIDE,
    SAME_NAME,
    TOO_MANY,
    Member,
    Refusal,
    Refused,
    as_one_name,
    broken,
    safe_path,
)
from fileroom.sources.positioned import READ_FLAGS, Plain, Stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fileroom.sources.inflating import Method
    from fileroom.sources.positioned import Positioned


class Kind(Protocol):
    """One kind of container; each is a module of its own."""

    @property
    def SUFFIXES(self) -> tuple[str, ...]:  # noqa: N802 - a constant of a module
        """How the names of its files end."""

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so is one."""

    def members(self, source: Positioned) -> Iterator[Member]:
        """Its files, in the order in which they are stored. Raises Refused for what cannot be followed further."""


KINDS: Final[tuple[Kind, ...]] = (zips, tars, isos)
_SUFFIXES: Final = (*(suffix for kind in KINDS for suffix in kind.SUFFIXES), *tars.COMPRESSED)
_ENDINGS: Final = frozenset(suffix[-4:] for suffix in _SUFFIXES)
_SEPARATORS: Final = re.escape(os.sep + (os.altsep or ""))
_LEADS_THROUGH: Final = re.compile(rf"(?:{'|'.join(map(re.escape, _SUFFIXES))})(?=[{_SEPARATORS}])", re.IGNORECASE)
_HEAD: Final = 36 << 10  # up to the first descriptor of an ISO 9660 volume
_TAIL: Final = 1 << 20
_MOST_DIRECTORIES: Final = 64
_MOST_KNOWN: Final = 300_000  # members of all of them together
_MOST_STREAMS: Final = 8

Version = tuple[int, int, int, int]  # size, mtime_ns, device and inode of a container as it was looked into


@dataclass(slots=True)
class Directory:
    """What a container holds: its members by their path in it. ``trouble`` says why there may be more of them."""

    version: Version
    members: dict[str, Member]
    stream: Stream | None = None
    trouble: Refusal | None = None

    def folders(self) -> dict[str, list[tuple[str, Member]]]:
        """The members by folder, each with its name there, in the order in which they are stored."""
        found: dict[str, list[tuple[str, Member]]] = {"": []}
        for path, member in self.members.items():
            folder, _, name = path.rpartition("/")
            found.setdefault(folder, []).append((name, member))
        return found


def is_named_so(name: str) -> bool:
    """Whether a file is called as containers are."""
    return name[-4:].lower() in _ENDINGS and name.lower().endswith(_SUFFIXES)


def any_named_so(names: Sequence[str]) -> bool:
    """Whether one of these is: most folders hold none, which is seen by the few ends that their names have."""
    ends = {name[-4:] for name in names}
    return any(end.lower() in _ENDINGS for end in ends) and any(map(is_named_so, names))


def holder(path: str) -> tuple[str, str] | None:
    """The file that ``path`` leads through, and the rest of it; None when it leads through folders alone."""
    for match in _LEADS_THROUGH.finditer(path):
        container = path[: match.end()]
        try:
            if S_ISREG(os.stat(container).st_mode):
                return container, path[match.end() + 1 :].replace(os.sep, "/")
        except OSError:
            return None
    return None


# -- looking into one ------------------------------------------------------------------------------------------------


def version_of(facts: os.stat_result) -> Version:
    """What tells a container from the one that stood there before."""
    return facts.st_size, facts.st_mtime_ns, facts.st_dev, facts.st_ino


def look_into(path: str, step: Callable[[], None] = lambda: None) -> Directory | None:
    """What the container at ``path`` holds; None when it is none. Raises OSError, and what ``step`` raises."""
    fd = os.open(path, READ_FLAGS)
    try:
        facts = os.fstat(fd)
        return _SHELF.directory(path, facts, fd, step) if S_ISREG(facts.st_mode) else None
    finally:
        os.close(fd)


def _read(version: Version, fd: int, step: Callable[[], None]) -> Directory | None:
    source: Positioned = Plain(fd, version[0])
    head, stream = source.read_at(0, _HEAD), None
    method = next((method for magic, method in STREAMS.items() if head.startswith(magic)), None)
    if method is not None:
        stream = Stream(method, 0, version[0], block=LARGE_BLOCK)
        source = Inflated(stream, source)
        head = source.read_at(0, _HEAD)
    kinds = KINDS if stream is None else (tars,)
    kind = next((kind for kind in kinds if kind.recognises(head)), None)
    directory = Directory(version, {}, stream)
    if kind is None:
        if stream is None or not stream.trouble:
            return None
        directory.trouble = broken(stream.trouble)
        return directory
    directory.trouble = gather(directory, kind, source, step)
    if stream is not None and directory.trouble is None:
        _read_out(directory, source, step)
    if stream is not None and stream.trouble:
        directory.trouble = BOMB if stream.trouble == Detail.OUT_OF_PROPORTION else broken(stream.trouble)
    return directory


def _read_out(directory: Directory, source: Positioned, step: Callable[[], None]) -> None:
    """Whatever comes after the last member: the sum over a stream stands at its end, and is only then compared."""
    ends = (offset + length for member in directory.members.values() for offset, length in member.stretches)
    position = max(ends, default=0)
    while data := source.read_at(position, _TAIL):
        step()
        position += len(data)


def gather(directory: Directory, kind: Kind, source: Positioned, step: Callable[[], None]) -> Refusal | None:
    """Fill ``directory`` with what a container holds; returns why there may be more of it."""
    try:
        for number, member in enumerate(kind.members(source)):
            step()
            if number >= MOST_MEMBERS:
                return TOO_MANY
            _add(directory.members, member)
    except FileroomError:  # the end was asked for
        raise
    except Refused as refused:
        return refused.said
    except Exception as error:  # libraries raise many things for what they find in hostile files
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's own word
        return broken(Detail.LIST_DAMAGED)
    return None


def _add(members: dict[str, Member], member: Member) -> None:
    path = safe_path(member.name)
    if path is None:
        path, member = as_one_name(member.name), _but_refused(member, OUTSIDE)
    if path in members:  # the later one counts, as it would if they were unpacked one after the other
        number = 1
        while f"{path};{number}" in members:
            number += 1
        members[f"{path};{number}"] = _but_refused(members.pop(path), SAME_NAME)
    members[path] = member


def _but_refused(member: Member, said: Refusal) -> Member:
    return Member(member.name, member.size, member.mtime_ns, refused=said)


# -- what is kept of some of them ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Shelf:
    """The directories, and the opened streams of compressed members, that were asked for last."""

    directories: OrderedDict[str, Directory] = field(default_factory=OrderedDict)
    streams: OrderedDict[tuple[str, Version, str], Stream] = field(default_factory=OrderedDict)
    busy: dict[str, threading.Lock] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def directory(self, path: str, facts: os.stat_result, fd: int, step: Callable[[], None]) -> Directory | None:
        version = version_of(facts)
        found = self._known(path, version)
        if found is not None:
            return found
        with self.lock:
            busy = self.busy.setdefault(path, threading.Lock())
        with busy:  # nobody reads what somebody else is reading
            found = self._known(path, version)
            if found is None:
                found = _read(version, fd, step)
                self._keep(path, found)
        with self.lock:
            self.busy.pop(path, None)
        return found

    def _known(self, path: str, version: Version) -> Directory | None:
        with self.lock:
            found = self.directories.get(path)
            if found is None or found.version != version:
                return None
            self.directories.move_to_end(path)
            return found

    def _keep(self, path: str, directory: Directory | None) -> None:
        with self.lock:
            self.directories.pop(path, None)
            if directory is None:
                return
            self.directories[path] = directory
            known = sum(len(one.members) for one in self.directories.values())
            while len(self.directories) > 1 and (known > _MOST_KNOWN or len(self.directories) > _MOST_DIRECTORIES):
                _, oldest = self.directories.popitem(last=False)
                known -= len(oldest.members)

    def stream(self, path: str, version: Version, name: str, make: Callable[[], Stream]) -> Stream:
        key = (path, version, name)
        with self.lock:
            found = self.streams.pop(key, None)
            self.streams[key] = found = found or make()
            if len(self.streams) > _MOST_STREAMS:
                self.streams.popitem(last=False)
            return found


# One for the process: what it keeps is what the disk says, and any archive would be told the same.
_SHELF: Final = _Shelf()


# -- opening a member ------------------------------------------------------------------------------------------------


def member_of(container: str, name: str, fd: int, facts: os.stat_result) -> tuple[Directory, Member]:
    """A member by its path in an open container. FileNotFoundError when there is none, Refused when it is refused."""
    directory = _SHELF.directory(container, facts, fd, lambda: None)
    member = directory.members.get(name) if directory else None
    if directory is None or member is None:
        raise FileNotFoundError(2, "no such file in the container")
    return directory, member


def source_of(container: str, name: str, directory: Directory, member: Member, fd: int) -> Positioned:
    """The bytes of a member. Raises Refused."""
    if member.refused is not None:
        raise Refused(member.refused)
    plain: Positioned = Plain(fd, directory.version[0])
    if directory.stream is not None:
        plain = Inflated(directory.stream, plain)
    if not member.headed:
        return Stretches(plain, member.stretches)
    header, stored = member.stretches[0]
    if member.method is None:
        return Stretches(plain, ((_begin(plain, header), stored),))
    make = partial(_stream, plain, member, member.method)
    return Inflated(_SHELF.stream(container, directory.version, name, make), plain)


def _stream(source: Positioned, member: Member, method: Method) -> Stream:
    header, stored = member.stretches[0]
    return Stream(method, _begin(source, header), stored, member.size)


def _begin(source: Positioned, header: int) -> int:
    begin = zips.data_begins(source, header)
    if begin is None:
        raise Refused(broken(Detail.LIST_DAMAGED))
    return begin
