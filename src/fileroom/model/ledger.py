"""What imports did, and what else was done to files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fileroom.model.drives import State
from fileroom.model.outcomes import DETAIL_TEXT, REASON_TEXT, Outcome, Reason
from fileroom.model.plain import plain

if TYPE_CHECKING:
    from fileroom.model.entries import PersonName
    from fileroom.model.headers import Header


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What one import did. ``patients`` … ``instances`` count entries that this import added; ``bytes`` is the size
    of the files that were read; ``outcomes`` has every :class:`Outcome`; ``files`` counts those that were met, so all
    outcomes but *gone*."""

    id: int
    roots: tuple[str, ...]
    started: str
    state: str  # running, done, cancelled, failed, interrupted (its process ended before it did)
    files: int
    who: str = ""  # the user of the operating system, "page", or "watch" for a pass that nobody asked for
    ended: str = ""  # while it runs: when it was last heard of
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    patients: int = 0
    studies: int = 0
    series: int = 0
    instances: int = 0
    bytes: int = 0
    seconds: float = 0.0
    message: str = ""
    kind: str = "import"  # import, copy (of the files into the archive), relink

    def as_line(self) -> dict[str, Any]:
        """The flat object that closes ``fileroom import --json``."""
        counts = {outcome.value: self.outcomes.get(outcome, 0) for outcome in Outcome}
        return {
            "import": self.id,
            "kind": self.kind,
            "state": self.state,
            "files": self.files,
            **counts,
            "patients": self.patients,
            "studies": self.studies,
            "series": self.series,
            "instances": self.instances,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "roots": [plain(root) for root in self.roots],
            "started": self.started,
            "ended": self.ended,
            "who": self.who,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of one object that was sent to the archive, and why, as in any import.

    ``outcome`` is None when it is safe on the disk and waits for an import that is running. ``header`` is there when it
    could be read.
    """

    outcome: Outcome | None
    reason: Reason | None
    detail: str = ""
    header: Header | None = None

    @property
    def kept(self) -> bool:
        """Whether the archive has it now."""
        return self.outcome not in _NOT_KEPT

    def in_words(self) -> str:
        """Why, in English."""
        why = REASON_TEXT[self.reason] if self.reason else "an import is running; it follows"
        exactly = DETAIL_TEXT.get(self.detail, "")
        return f"{why}: {exactly}" if exactly else why


_NOT_KEPT = frozenset({Outcome.NOT_DICOM, Outcome.NO_IDENTITY, Outcome.UNREADABLE, Outcome.REFUSED, Outcome.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One path of an import with what became of it and why.

    ``path`` is fit to be shown. ``detail`` is a :class:`Detail` as its code (words in :data:`DETAIL_TEXT`), or the path
    where a moved file was before, or the system's name of an error.
    """

    path: str
    outcome: Outcome
    reason: Reason
    detail: str
    size: int

    def in_words(self) -> str:
        """Why, in English: the reason, and what exactly."""
        exactly = DETAIL_TEXT.get(self.detail, self.detail)
        return f"{REASON_TEXT[self.reason]}: {exactly}" if exactly else REASON_TEXT[self.reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How many paths of an import had an outcome for one reason."""

    outcome: Outcome
    reason: Reason
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """The copies of one removed study that a purge deletes."""

    patient: PersonName
    date: str
    description: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReport:
    """What a purge deleted, or (``done`` is False) would delete. ``left`` are paths of copies that are not as fileroom
    wrote them, or cannot be reached without a link: they are left alone."""

    done: bool
    files: int
    bytes: int
    entries: tuple[Purged, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinked:
    """Some files of one folder: found in ``new``, or (``new`` is empty) still in ``state``."""

    old: str
    new: str = ""
    state: State = State.ONLINE
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelinkReport:
    """Which files that are not where they were a relink found, or followed: then ``id`` is its number among the
    imports, to take it back by. ``left`` files were not found; ``still`` counts them by folder."""

    id: int | None
    state: str  # done
    files: int
    images: int
    series: int
    bytes: int
    moves: tuple[Relinked, ...]
    left: int
    still: tuple[Relinked, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Audited:
    """That something was done: when, by whom and what; ``detail`` never says about whom."""

    at: str
    who: str
    what: str
    detail: str
