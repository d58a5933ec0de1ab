"""What the archive hands out beyond the entries of the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fileroom.model.entries import Series
    from fileroom.model.headers import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What archive this is. ``key_source`` is "keyring" or "file"; ``key_place`` says where, in words. ``revision`` is
    another word after every change of the catalog, whichever program made it."""

    version: str
    demo: bool  # it holds phantoms
    archive_id: str
    folder: str
    catalog: str
    catalog_bytes: int
    sealed: bool
    cipher: str
    key_source: str
    key_place: str
    schema_version: str
    header_reader: str
    outdated: bool  # files were read by a version that took less from them: a rebuild would fill in what is new
    patients: int
    max_patients: int | None
    studies: int
    series: int
    instances: int
    frames: int
    bytes: int
    files: int
    imports: int
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFile:
    """A file of an instance that was there a moment ago. ``path`` is as the operating system takes it; ``changed`` when
    the file is not as it was when it was read."""

    id: str
    path: str
    size: int
    mtime_ns: int
    frames: int
    header: Header
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """An instance that was asked for: its SOP Instance UID, and what looks for its file (as :meth:`Archive.read`)."""

    sop_instance_uid: str
    file: Callable[[], InstanceFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameBytes:
    """One frame as it is handed out: one Part 5 encoded frame and the transfer syntax it is encoded in."""

    data: bytes
    transfer_syntax_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A small picture in a format a browser shows."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """An object that lies over the images of a series: a mask, outlines, a presentation state."""

    instance: str
    series: Series
    label: str
