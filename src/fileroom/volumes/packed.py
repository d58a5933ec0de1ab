"""Zip and tar: what is in them is opened like files of a folder, and never unpacked to a disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

from fileroom.errors import FileroomError
from fileroom.model.others import Refusal
from fileroom.model.outcomes import Reason
from fileroom.sources import tars, zips
from fileroom.sources.inflating import Inflated, Stream
from fileroom.sources.members import safe_path
from fileroom.sources.positioned import Stretches
from fileroom.volumes.block import unpacked
from fileroom.volumes.files import plain_name
from fileroom.volumes.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fileroom.sources.members import Member
    from fileroom.sources.positioned import Positioned
    from fileroom.volumes.files import OtherFile

HEAD = 1024
MOST_MEMBERS: Final = 10_000
PASSED_BY: Final = {
    Reason.OUTSIDE_CONTAINER: Refusal.LEADS_OUT,
    Reason.LINK_MEMBER: Refusal.LEADS_OUT,
    Reason.ENCRYPTED: Refusal.LOCKED,
    Reason.UNKNOWN_STORAGE: Refusal.UNSUPPORTED,
    Reason.SPECIAL_FILE: Refusal.NO_IMAGE,
    Reason.BOMB: Refusal.BOMB,
}
NAMES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """A member of a container as a file, with those in the same folder beside it."""

    name: str
    source: Positioned = field(repr=False)
    size: int
    folder: Mapping[str, Inside] = field(repr=False)

    def read_at(self, position: int, length: int) -> bytes:
        """As :class:`~fileroom.volumes.files.OtherFile` says."""
        return self.source.read_at(position, length)

    def beside(self, name: str) -> OtherFile | None:
        """As :class:`~fileroom.volumes.files.OtherFile` says."""
        return self.folder.get(plain_name(name).lower())


def is_one(file: OtherFile) -> bool:
    """Whether a file is called, and begins, as containers do."""
    if not file.name.lower().endswith(NAMES):
        return False
    data = unpacked(file)
    head = data.read_at(0, HEAD)
    return (data is file and zips.recognises(head)) or tars.recognises(head)


def members(file: OtherFile) -> tuple[OtherFile, ...]:
    """The files in a container, in the order in which they are stored. Refused for what cannot be followed."""
    data = unpacked(file)
    kind = zips if data is file and zips.recognises(data.read_at(0, HEAD)) else tars
    folders: dict[str, dict[str, Inside]] = {}
    found: list[OtherFile] = []
    passed_by: set[Refusal] = set()
    try:
        for number, member in enumerate(kind.members(data)):
            if number >= MOST_MEMBERS:
                raise Refused(Refusal.BOMB)
            path = safe_path(member.name)
            if path is None or member.refused is not None:
                passed_by.add(_why(member))
                continue
            folder, _, name = path.rpartition("/")
            beside = folders.setdefault(folder, {})
            beside[name.lower()] = one = Inside(name, _source(data, member), member.size, beside)
            found.append(one)
    except FileroomError:
        raise
    except (OSError, ValueError, EOFError, LookupError, NotImplementedError, BadZipFile) as error:
        raise Refused(Refusal.DAMAGED) from error
    if not found and len(passed_by) == 1:
        raise Refused(passed_by.pop())
    return tuple(found)


def _why(member: Member) -> Refusal:
    """Why a member is passed by."""
    reason = Reason.OUTSIDE_CONTAINER if member.refused is None else member.refused[1]
    return PASSED_BY.get(reason, Refusal.DAMAGED)


def _source(data: OtherFile, member: Member) -> Positioned:
    if not member.headed:
        return Stretches(data, member.stretches)
    header, stored = member.stretches[0]
    begin = zips.data_begins(data, header)
    if begin is None:
        raise Refused(Refusal.DAMAGED)
    if member.method is None:
        return Stretches(data, ((begin, stored),))
    return Inflated(Stream(member.method, begin, stored, member.size), data)
