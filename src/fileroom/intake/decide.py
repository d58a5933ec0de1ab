"""What becomes of one file that was read: pure, from its header and what the catalog knows of its instance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from fileroom.model.outcomes import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.catalog.known import InstanceFile, KnownFile, KnownInstance


class Act(Enum):
    """What the writer is to do."""

    NEW = "new"  # a new instance with this file
    ATTACH = "attach"  # one more file of an instance
    REPLACE = "replace"  # the file of an instance has other content: new facts
    KEEP = "keep"  # the file says what it said
    FOLLOW = "follow"  # a known file is now here
    FOLLOW_AND_REPLACE = "follow and replace"  # … and the instance's facts are to be its own again


class Anew(Enum):
    """What becomes of a file that a rebuild reads anew."""

    KEEP = "keep"  # it says what it said, and another file is shown or nothing stands against it
    TAKE = "take"  # what it says is what its instance is
    MOVE = "move"  # … and that belongs to another series now
    MERGE = "merge"  # … where it stands already: this is a further file of that one
    DECIDE = "decide"  # it holds something else: as in any import


class Presence(Enum):
    """How a recorded file stands on the disk now."""

    SAME = "same"  # at its place, as recorded; or on a drive that is away, where nothing speaks against it
    OTHER = "other"  # something stands at its place, but not what was recorded
    ABSENT = "absent"


class Disk(Protocol):
    """What a decision may ask the disk."""

    def look(self, file: InstanceFile) -> Presence:
        """How a recorded file stands."""
        ...

    def same_bytes(self, file: InstanceFile) -> bool:
        """Whether a recorded file holds what the file in question holds, beyond their headers."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a file with its reason, what to do, and with which instance and file row."""

    outcome: Outcome
    reason: Reason
    act: Act
    instance: KnownInstance | None = None
    moved: InstanceFile | None = None


def decide(
    series_id: int,
    size: int,
    digest: bytes,
    row: KnownFile | None,
    candidates: Sequence[KnownInstance],
    disk: Disk,
    mtime_ns: int = 0,
) -> Decision:
    """Decide on a file of this size, header and time, whose header belongs to series ``series_id``.

    ``row`` is what is known of this path, ``candidates`` are the instances with the same SOP Instance UID,
    ``disk`` is asked about other recorded files of the same instance only.
    """
    same = next((known for known in candidates if known.series_id == series_id), None)
    if same is None:
        if candidates:
            # One UID, two patients, studies or series: kept apart, so that nobody's images stand under another's name.
            return Decision(Outcome.CONFLICT, Reason.OTHER_PATIENT, Act.NEW)
        if row is not None and row.instance_id is not None:
            return Decision(Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.NEW)
        return Decision(Outcome.ADDED, Reason.NEW_INSTANCE, Act.NEW)
    if row is not None and row.instance_id == same.id:
        return _read_again((size, digest, mtime_ns), row, same, disk)
    if row is None:
        return _new_path(size, digest, same, disk)
    return _beside_others(size, digest, same, _standing(same, disk), disk)


def decide_anew(series_id: int, size: int, digest: bytes, file_id: int, was: KnownInstance, into: int | None) -> Anew:
    """Decide on a file that a rebuild wants read, whatever size and time say.

    ``was`` is the instance it is a file of, ``series_id`` the series its header belongs to as it is read now, ``into``
    the instance with its UID that is there already.
    """
    own = next((file for file in was.files if file.id == file_id), None)
    if own is None or (own.size, own.digest) != (size, digest):
        return Anew.DECIDE
    if own.conflict:
        return Anew.KEEP if series_id == was.series_id else Anew.DECIDE
    if not speaks(was, file_id):
        return Anew.KEEP
    if into is None:
        return Anew.TAKE if series_id == was.series_id else Anew.MOVE
    return Anew.TAKE if into == was.id else Anew.MERGE


def speaks(instance: KnownInstance, file_id: int) -> bool:
    """Whether a file is the one of its instance whose word counts: the one that is shown, of several."""
    ids = [file.id for file in instance.files if not file.conflict]
    return file_id == (instance.shown if instance.shown in ids else next(iter(ids), None))


def _read_again(reading: tuple[int, bytes, int], row: KnownFile, same: KnownInstance, disk: Disk) -> Decision:
    size, digest, mtime_ns = reading
    own = next((file for file in same.files if file.id == row.id), None)
    others = [file for file in _standing(same, disk) if file.id != row.id]
    if own is not None and not own.conflict and (own.size, own.digest) == (size, digest):
        # It was being written when it was read last, or could not be read; or its time lies in the future.
        if row.mtime_ns in {0, mtime_ns} or row.outcome is Outcome.UNREADABLE:
            return Decision(Outcome.UNCHANGED, Reason.SAME_AS_BEFORE, Act.KEEP, same)
        return Decision(Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE, same)
    return _beside_others(size, digest, same, others, disk)


def _new_path(size: int, digest: bytes, same: KnownInstance, disk: Disk) -> Decision:
    standing = _standing(same, disk)
    moved = next((file for file in _twins(same.files, size, digest) if disk.look(file) is Presence.ABSENT), None)
    if moved is None or (standing and not _twins(standing, size, digest)):
        return _beside_others(size, digest, same, standing, disk)
    # The facts that are shown are this file's already, unless another file's word was taken in the meantime.
    act = Act.FOLLOW if standing or moved.id == same.shown else Act.FOLLOW_AND_REPLACE
    return Decision(Outcome.MOVED, Reason.MOVED_FROM, act, same, moved)


def _twins(files: Sequence[InstanceFile], size: int, digest: bytes) -> list[InstanceFile]:
    return [file for file in files if not file.conflict and (file.size, file.digest) == (size, digest)]


def _standing(same: KnownInstance, disk: Disk) -> list[InstanceFile]:
    """The files an instance is shown from that stand at their places as recorded."""
    return [file for file in same.files if not file.conflict and disk.look(file) is Presence.SAME]


def _beside_others(
    size: int, digest: bytes, same: KnownInstance, standing: Sequence[InstanceFile], disk: Disk
) -> Decision:
    """A further file of an instance: a duplicate or a conflict, or its only file, and then what it says counts."""
    if not standing:
        return Decision(Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE, same)
    # Digests are of headers; two images may differ in nothing else but their pixels.
    if any(disk.same_bytes(file) for file in _twins(standing, size, digest)):
        return Decision(Outcome.DUPLICATE, Reason.SAME_INSTANCE, Act.ATTACH, same)
    return Decision(Outcome.CONFLICT, Reason.OTHER_CONTENT, Act.ATTACH, same)
