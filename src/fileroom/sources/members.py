"""What the readers of containers have in common: a member, the ways in which it is refused, and limits."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fileroom.model.outcomes import REASON_TEXT, Detail, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.sources.inflating import Method

MOST_MEMBERS: Final = 200_000
MOST_NAME: Final = 4096
# An image that is black all over is stored a thousand times smaller than it is, so small members may do so.
BOMB_RATIO: Final = 200
BOMB_FLOOR: Final = 64 << 20  # of one member
TOTAL_FLOOR: Final = 128 << 20  # of all of them together
LARGEST: Final = (1 << 63) - 1
_DRIVE: Final = re.compile(r"[A-Za-z]:")

Refusal = tuple[Outcome, Reason, str]

ENCRYPTED: Final[Refusal] = (Outcome.REFUSED, Reason.ENCRYPTED, "")
LINK: Final[Refusal] = (Outcome.REFUSED, Reason.LINK_MEMBER, "")
SPECIAL: Final[Refusal] = (Outcome.NOT_DICOM, Reason.SPECIAL_FILE, "")
OUTSIDE: Final[Refusal] = (Outcome.REFUSED, Reason.OUTSIDE_CONTAINER, "")
SAME_NAME: Final[Refusal] = (Outcome.REFUSED, Reason.SAME_NAME, "")
NESTED: Final[Refusal] = (Outcome.REFUSED, Reason.NESTED_CONTAINER, "")
UNKNOWN_METHOD: Final[Refusal] = (Outcome.REFUSED, Reason.UNKNOWN_STORAGE, "")
SPARSE: Final[Refusal] = (Outcome.REFUSED, Reason.UNKNOWN_STORAGE, Detail.SPARSE_FILE)
OVERLAP: Final[Refusal] = (Outcome.REFUSED, Reason.BOMB, Detail.FILES_OVERLAP)
TOO_MANY: Final[Refusal] = (Outcome.REFUSED, Reason.BOMB, Detail.TOO_MANY_MEMBERS)
BOMB: Final[Refusal] = (Outcome.REFUSED, Reason.BOMB, Detail.OUT_OF_PROPORTION)


def broken(how: str) -> Refusal:
    """A member or container of which the list cannot be believed."""
    return Outcome.UNREADABLE, Reason.BROKEN_CONTAINER, how


class Refused(OSError):
    """A container that is not looked into, or no further; a member that is not opened."""

    def __init__(self, said: Refusal) -> None:
        super().__init__(REASON_TEXT[said[1]])
        self.said = said


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a container. ``stretches`` are (offset, length) in the container; with ``method`` there is one, and
    it is the compressed data. ``headed``: its length is behind a local header that has to be looked at first (zip)."""

    name: str
    size: int
    mtime_ns: int
    stretches: tuple[tuple[int, int], ...] = ()
    method: Method | None = None
    headed: bool = False
    refused: Refusal | None = None


def safe_path(name: str) -> str | None:
    r"""The path of a member inside its container; None when it leads out of it.

    A backslash divides as a slash does: that is what those who write one mean, and on Windows it would lead out.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
    if not parts or name[:1] in {"/", "\\"} or ".." in parts or _DRIVE.match(parts[0]) or len(name) > MOST_NAME:
        return None
    return "/".join(parts).replace("\0", "%00")


def as_one_name(name: str) -> str:
    """A name that leads elsewhere, made into one that leads nowhere: ``..%2F..%2Fetc`` at the top of its container."""
    shown = name[:MOST_NAME].replace("%", "%25")
    for char in "/\\\0:":
        shown = shown.replace(char, f"%{ord(char):02X}")
    return shown if shown.strip(".") else "%2E" * max(1, len(shown))


def is_bomb(size: int, stored: int, floor: int = BOMB_FLOOR) -> bool:
    """Whether something of ``size`` is stored in suspiciously few bytes."""
    return size > floor and size > BOMB_RATIO * max(stored, 1)


def overlap(stretches: Sequence[tuple[int, int]]) -> bool:
    """Whether two of the stretches (offset, length) share bytes: how a small file pretends to be a large one."""
    ordered = sorted(stretch for stretch in stretches if stretch[1])
    return any(a[0] + a[1] > b[0] for a, b in pairwise(ordered))


def nanoseconds(seconds: float) -> int:
    """A time as the catalog keeps it; never 0, which there means "unknown"."""
    if not math.isfinite(seconds):
        return 1
    return max(1, min(int(seconds * 1_000_000_000), LARGEST))
