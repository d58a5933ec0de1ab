"""What is not right with the archive: findings of a check, files that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fileroom.model.drives import State
    from fileroom.model.entries import PersonName


class Trouble(StrEnum):
    """What a check of the archive can find, worst first; what each means and asks for is in :data:`TROUBLE_TEXT`."""

    DATABASE = "database"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    CHANGED = "changed"
    LOST = "lost"
    GAP = "gap"
    SAME_PLACE = "same_place"
    UNEVEN = "uneven"
    NUMBERS = "numbers"
    ONE_DRIVE = "one_drive"


# What may be so by intention: told, but nothing that is wrong with the archive.
HINTS = frozenset({Trouble.GAP, Trouble.SAME_PLACE, Trouble.UNEVEN, Trouble.NUMBERS, Trouble.ONE_DRIVE})


TROUBLE_TEXT: dict[Trouble, tuple[str, str]] = {
    Trouble.DATABASE: (
        "the catalog itself is damaged",
        "Make a new archive and import the folders again: the files have all that counts.",
    ),
    Trouble.DAMAGED: (
        "damaged: the bytes are not what they were, though size and time are",
        "Fetch the file from a backup or from where it came; the drive may be failing.",
    ),
    Trouble.UNREADABLE: ("cannot be read", "See to the permissions, the cable or the drive, then check again."),
    Trouble.MISSING: (
        "not where it was",
        "Import the folder it has moved to, or fetch it from a backup; nothing is forgotten.",
    ),
    Trouble.CHANGED: (
        "changed since it was read",
        "Import its folder again: the archive then says what the file says.",
    ),
    Trouble.LOST: (
        "series that lost images: their files are gone",
        "Look for the files and import the folder they are in now.",
    ),
    Trouble.GAP: (
        "series with slices missing",
        "Ask where the study came from whether it is whole, and import what is left of it.",
    ),
    Trouble.SAME_PLACE: (
        "series with several images at the same position",
        "Mostly a repeated slice or two series in one: look before measuring or reformatting.",
    ),
    Trouble.UNEVEN: (
        "series whose slices are not evenly spaced",
        "Reformatted and 3D images of them may be distorted: look before measuring.",
    ),
    Trouble.NUMBERS: (
        "series with instance numbers left out",
        "A weak hint that images are missing; many devices leave numbers out.",
    ),
    Trouble.ONE_DRIVE: ("studies of which there is one copy on one drive", "Back them up to another drive."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The study or series that a finding is about, as people know it."""

    patient: PersonName
    anonymous: bool
    study_date: str
    description: str  # of the series; of the study when the finding is about a study
    modality: str
    number: int | None  # of the series


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not right, or worth a look.

    ``path`` is fit to be shown. ``entry`` is the id of the series or study it is about, ``subject`` what people call
    that. ``detail`` says in English what exactly, ``values`` are the numbers and names in it, for other languages.
    """

    trouble: Trouble
    path: str = ""
    entry: str = ""
    subject: Subject | None = None
    detail: str = ""
    values: dict[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check looked at, and how often it found what. ``offline`` files could not be looked at; ``read`` ones were
    hashed, of which ``first_read`` for the first time, so that there was nothing to compare with."""

    id: int
    state: str  # done, cancelled
    started: str
    read_data: bool
    sample: float
    files: int
    offline: int
    read: int
    first_read: int
    bytes: int
    seconds: float
    counts: dict[Trouble, int]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong; there may be hints."""
        return not any(n for trouble, n in self.counts.items() if trouble not in HINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An attribute that two files have different values for: ``one`` in the file that is shown, ``other`` in the file
    it is told of. Both are empty for pixels, sequences and private attributes (keyword "private")."""

    keyword: str
    name: str
    one: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFile:
    """One of the files that claim to be one image. ``path`` is fit to be shown, ``problem`` says why it could not be
    compared with the one that is shown."""

    id: int
    path: str
    drive: str
    size: int
    mtime_ns: int
    shown: bool
    state: State
    differences: tuple[Difference, ...]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An image (SOP Instance) whose files have different content; ``chosen``: the user said which is shown."""

    instance: str
    series: str
    subject: Subject | None
    number: int | None
    chosen: bool
    files: tuple[ConflictFile, ...]
