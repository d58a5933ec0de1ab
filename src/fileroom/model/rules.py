"""What the user said of patients and of their text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fileroom.model.entries import Patient


class Verdict(StrEnum):
    """What the user said of two patients."""

    SAME = "same"
    DIFFERENT = "different"


class Likeness(StrEnum):
    """Why two patients might be one person."""

    SAME_ID = "same_id"  # one Patient ID, other name or birth date
    SAME_PERSON = "same_person"  # one name and birth date, other Patient IDs


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleMatch:
    """Patients that might be one person, and why."""

    likeness: Likeness
    patients: tuple[Patient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRule:
    """What the user said of two patients. ``first`` is the one that is shown when they are the same; a patient of whom
    nothing is in the catalog is ``None``, and ``said`` tells who was meant."""

    id: int
    verdict: Verdict
    first: Patient | None
    second: Patient | None
    said: tuple[str, str]
    at: str


# What text may be said to be written in: names of the Internet's registry.
CHARSETS: tuple[str, ...] = (
    "utf-8", "iso-8859-1", "windows-1252", "windows-1251", "gb18030", "euc-kr", "shift_jis", "iso-8859-2",
    "windows-1250", "iso-8859-3", "iso-8859-4", "iso-8859-5", "koi8-r", "iso-8859-6", "windows-1256", "iso-8859-7",
    "windows-1253", "iso-8859-8", "windows-1255", "iso-8859-9", "windows-1254", "iso-8859-15", "tis-620", "big5",
    "euc-jp",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CharsetRule:
    """A character set that the user set, as the Internet's registry names it: for a root (its number, None when it was
    taken from the list) or for a patient. ``patients`` are those of the archive that are meant, ``said`` tells in words
    who is."""

    id: int
    charset: str
    root: int | None = None
    patients: tuple[Patient, ...] = ()
    said: str
    at: str
