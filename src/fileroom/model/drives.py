"""Where files lie: drives, and the folders that the user brought in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether the files of an entry can be reached, and are what they were when they were read."""

    ONLINE = "online"
    OFFLINE = "offline"
    MISSING = "missing"
    CHANGED = "changed"  # there, but some of them not of the size or time that is recorded; an import reads them again


REACHABLE = frozenset({State.ONLINE, State.CHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A mounted filesystem with an identity of its own."""

    id: int
    kind: str
    filesystem_id: str
    label: str
    mount_point: str
    state: State


class Hindrance(StrEnum):
    """Why nothing was concluded from what a root showed: what is known of it was left as it is."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    OTHER_FILESYSTEM = "other_filesystem"
    FAILED = "failed"


HINDRANCE_TEXT: dict[Hindrance, str] = {
    Hindrance.EMPTY: "is empty now",
    Hindrance.UNREADABLE: "cannot be read",
    Hindrance.OTHER_FILESYSTEM: "is on another filesystem now: its drive is not connected",
    Hindrance.FAILED: "could not be looked at to the end; it is tried again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder the user brought in. ``files`` counts those of it that were there when it was last looked at, ``dicom``
    those of them that are of instances; ``watched``: what changes in it comes in by itself; ``offline`` its drive is
    away, ``missing`` the drive is there and the folder is not. ``hindrance``: what kept the last import, or the last
    pass that nobody asked for, from concluding anything. ``charset``: what the user said its files are written in."""

    id: int
    path: str
    drive: Drive
    added: str
    last_import: str
    files: int
    dicom: int
    watched: bool
    state: State
    hindrance: Hindrance | None = None
    charset: str = ""
