"""What becomes of one file that was read: pure, from its header and what the catalog knows of its instance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from fileroom.model import Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fileroom.catalog.known import InstanceFile, KnownFile, KnownInstance


class Act(Enum):
    """What the writer is to do."""

    NEW = "new"  # a new instance with this file
    ATTACH = "attach"  # one more file of an instance
    REPLACE = "replace"  # the file of an instance has other content: new facts
    KEEP = "keep"  # the file says what it said
    FOLLOW = "follow"  # a known file is now here


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
    is_there: Callable[[InstanceFile], bool],
) -> Decision:
    """Decide on a file whose header belongs to series ``series_id``.

    ``row`` is what is known of this path, ``candidates`` are the instances with the same SOP Instance UID,
    ``is_there`` asks the disk whether a recorded file can still be found at its place (only asked for twins).
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
        return _read_again(size, digest, row, same, is_there)
    return _another_file(size, digest, same, is_there)


def _read_again(
    size: int, digest: bytes, row: KnownFile, same: KnownInstance, is_there: Callable[[InstanceFile], bool]
) -> Decision:
    own = next((file for file in same.files if file.id == row.id), None)
    if own is not None and own.conflict:
        return _beside_others(size, digest, same, _standing(same, is_there))
    unsettled = row.mtime_ns == 0  # it was being written when it was read last
    if unsettled and own is not None and (own.size, own.digest) == (size, digest):
        return Decision(Outcome.UNCHANGED, Reason.SAME_AS_BEFORE, Act.KEEP, same)
    return Decision(Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE, same)


def _another_file(size: int, digest: bytes, same: KnownInstance, is_there: Callable[[InstanceFile], bool]) -> Decision:
    standing = _standing(same, is_there)
    for file in same.files:
        if (file.size, file.digest) == (size, digest) and not file.conflict and file not in standing:
            return Decision(Outcome.MOVED, Reason.MOVED_FROM, Act.FOLLOW, same, file)
    return _beside_others(size, digest, same, standing)


def _standing(same: KnownInstance, is_there: Callable[[InstanceFile], bool]) -> list[InstanceFile]:
    """The files an instance is shown from that are still at their places."""
    return [file for file in same.files if not file.conflict and not file.gone and is_there(file)]


def _beside_others(size: int, digest: bytes, same: KnownInstance, standing: Sequence[InstanceFile]) -> Decision:
    """A further file of an instance: a duplicate or a conflict, or its only file, and then what it says counts."""
    if not standing:
        return Decision(Outcome.CHANGED, Reason.CONTENT_CHANGED, Act.REPLACE, same)
    if any((file.size, file.digest) == (size, digest) for file in standing):
        return Decision(Outcome.DUPLICATE, Reason.SAME_INSTANCE, Act.ATTACH, same)
    return Decision(Outcome.CONFLICT, Reason.OTHER_CONTENT, Act.ATTACH, same)
