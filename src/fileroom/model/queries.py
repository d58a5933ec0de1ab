"""What is asked of the archive, and how it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from fileroom.model.drives import State
    from fileroom.model.entries import Level

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """A label of the user and how many entries have it."""

    label: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that the user keeps."""

    name: str
    level: Level
    words: str


class Match(StrEnum):
    """Kinds of attribute matching (PS3.4 C.2.2.2)."""

    SINGLE = "single"
    LIST = "list"
    WILDCARD = "wildcard"
    RANGE = "range"
    EMPTY = "empty"  # no value at all


@dataclass(frozen=True, slots=True)
class Condition:
    """One matching key: a DICOM keyword, how it matches, and its values (two for a range, ``""`` = open end)."""

    keyword: str
    match: Match
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileKey:
    """A matching key that the catalog does not keep, and that is looked for in files: the tags that lead to it (those
    of sequences before its own, eight hexadecimal digits each), its value representation, and what to match."""

    tags: tuple[str, ...]
    vr: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of the archive, whoever asks: the page, QIDO-RS, C-FIND, the command line, the library.

    ``words`` is the search language of people, ``conditions`` that of the standard; both narrow. ``parent`` is the
    id of an entry above ``level``, ``drive`` the id of a drive on which some of it lies, ``state`` that of the
    entry. ``together``: patients of whom the user said that they are the same person are one
    entry; the doors of the standard ask without, for they answer what the files say. ``order`` is a sequence of field
    names of the level, ``-`` before one reverses. ``in_files`` are keys that files have to be opened for, one of each
    entry: what else is asked has to leave few enough.
    """

    level: Level
    words: str = ""
    conditions: tuple[Condition, ...] = ()
    parent: str | None = None
    drive: int | None = None
    state: State | None = None
    together: bool = True
    in_files: tuple[FileKey, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """One text in which something was found: the ``field`` of the search it belongs to, and as ``spans`` the parts that
    match, each (start, end) in characters."""

    field: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of an ordered answer: ``items`` from ``offset`` on, of ``total`` in all."""

    items: tuple[T, ...]
    total: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Found(Page[T]):
    """What a search answers.

    ``hits`` says for each item why it was found, when words were searched for; ``instead`` has the words that were
    looked for in place of misspelt ones, when nothing had matched: (typed, meant). With ``more`` there are more hits
    than the ``total`` that was counted.
    """

    hits: tuple[tuple[Hit, ...], ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    more: bool = False
