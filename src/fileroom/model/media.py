"""Media that were written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Deidentify:
    """What is kept of what identifies (PS3.15 E.3), and whether pixels that may show a name are taken all the same."""

    retain_uids: bool = False
    retain_dates: bool = False
    retain_characteristics: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An image that was not written to a medium: ``reason`` is a code, ``words`` say it."""

    instance: str
    reason: str  # unavailable, unreadable, not-part-10, burned-in, document, uid-twice
    words: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReport:
    """A medium that was written and read back. ``files`` has the lists in it; ``filled`` values stand in its DICOMDIR
    alone, because no file has them; ``changed`` counts what de-identifying did: ``{"removed PatientAddress": 12}``."""

    state: str  # done
    form: str  # folder, iso, zip
    deidentified: bool
    files: int
    bytes: int
    patients: int
    studies: int
    series: int
    filled: int
    pictures: int  # in pages that show them, where those were asked for
    unpictured: int  # images on it that these pages cannot show
    left_out: tuple[LeftOut, ...]
    changed: dict[str, int]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """A copy of a medium in memory: so many files, and those that could not be read, by their paths on the medium."""

    state: str  # done
    files: int
    bytes: int
    unread: tuple[str, ...]
    locked: bool  # it cannot be swapped out to a disk
