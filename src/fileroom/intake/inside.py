"""Containers in an import: a file of a folder that is walked like one, planned by its members when it has changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.catalog.charsets import NONE
from fileroom.dicom.reading import Reading, read_header, read_header_from
from fileroom.dicom.why import of_errno
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.containers import is_named_so, look_into
from fileroom.sources.folder import FileEntry, Listing, reason_of
from fileroom.sources.members import LARGEST, NESTED, Refusal, Refused
from fileroom.sources.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fileroom.catalog.charsets import Charsets
    from fileroom.catalog.known import KnownFile
    from fileroom.sources.containers import Directory

    Files = Sequence[tuple[FileEntry, KnownFile | None]]
    ReadOne = Callable[[str, FileEntry], Reading]

NEVER: int = LARGEST  # no time lies beyond: a member's is what its container says, and proves nothing about writing


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking into a file: ``directory`` is None when it is no container, or when ``reading`` says why
    it was not looked into. Otherwise ``reading`` is the container's own outcome, for when its members have theirs."""

    path: str
    directory: Directory | None
    reading: Reading | None

    @property
    def whole(self) -> bool:
        """Whether all its members are known, so that those that were known and are not among them are gone."""
        return self.reading is None or (self.directory is not None and self.directory.trouble is None)

    @property
    def in_order(self) -> bool:
        """Whether it opens from its beginning only, so that its members should be read in their order."""
        return self.directory is not None and self.directory.stream is not None

    def listings(self) -> Iterator[Listing]:
        """A listing for each of its folders, files by name."""
        if self.directory is None:
            return
        for folder, found in self.directory.folders().items():
            path = os.path.join(self.path, *folder.split("/")) if folder else self.path
            files = [FileEntry(name, min(member.size, LARGEST), member.mtime_ns) for name, member in found]
            yield Listing(path, tuple(sorted(files)), complete=self.whole)

    def position(self, folder: str, name: str) -> int:
        """Where a member is stored; ``folder`` is the path of a listing."""
        if self.directory is None:
            return 0
        inside = folder[len(self.path) + 1 :].replace(os.sep, "/")
        stretches = self.directory.members[f"{inside}/{name}" if inside else name].stretches
        return stretches[0][0] if stretches else 0


def looked_into(path: str, entry: FileEntry, step: Callable[[], None]) -> Looked:
    """Look into a file that is called as containers are. Raises what ``step`` raises."""
    try:
        directory = look_into(path, step)
    except OSError as error:
        return Looked(path, None, _unopened(error, entry))
    if directory is None:
        return Looked(path, None, None)
    size, mtime_ns, *_ = directory.version
    said = directory.trouble or (Outcome.NOT_DICOM, Reason.CONTAINER, "")
    return Looked(path, directory, _left(said, FileEntry(entry.name, size, mtime_ns)))


def read_misnamed(path: str, entry: FileEntry, charsets: Charsets = NONE) -> Reading:
    """The header of a file that is called as containers are and is none: it may be an image all the same."""
    reading = charsets.read(path, lambda charset: read_header(path, charset))
    if reading.reason is Reason.NO_DICOM:
        said = (Outcome.NOT_DICOM, Reason.NO_CONTAINER, "")
        return _left(said, FileEntry(entry.name, reading.size, reading.mtime_ns))
    return reading


def already_read(reading: Reading) -> ReadOne:
    """A reader of a file whose outcome is known."""
    return lambda _path, _entry: reading


def read_member(path: str, entry: FileEntry, charsets: Charsets = NONE) -> Reading:
    """The header of a member of a container."""
    try:
        with opened(path) as member:
            reading = charsets.read(path, lambda charset: read_header_from(member, charset))
    except Refused as refused:
        return _left(refused.said, entry)
    except OSError as error:
        return _unopened(error, entry)
    if reading.reason is Reason.NO_DICOM and is_named_so(entry.name):
        return _left(NESTED, entry)
    return reading


def _unopened(error: OSError, entry: FileEntry) -> Reading:
    return _left((Outcome.UNREADABLE, reason_of(error), of_errno(error.errno or 0)), entry)


def _left(said: Refusal, entry: FileEntry) -> Reading:
    outcome, reason, detail = said
    return Reading(None, outcome, reason, detail, b"", entry.size, entry.mtime_ns)
