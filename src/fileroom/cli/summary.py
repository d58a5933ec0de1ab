"""What an import did, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.cli.terminal import count, duration, moment, number, safe, size
from fileroom.model.outcomes import REASON_TEXT, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fileroom.archive import Archive
    from fileroom.model.ledger import ImportSummary, LedgerEntry

# In the words of the summary; the order is that in which they are told.
KEPT = {
    Outcome.ADDED: "added",
    Outcome.CHANGED: "changed since they were last read",
    Outcome.MOVED: "moved here from another place",
    Outcome.DUPLICATE: "another file of a known instance",
    Outcome.CONFLICT: "in conflict with a known instance",
    Outcome.BACK: "there again after they were gone",
    Outcome.UNCHANGED: "unchanged",
    Outcome.GONE: "no longer there; what the archive knows of them stays",
}
LEFT_OUT = {
    Outcome.NOT_DICOM: "not DICOM",
    Outcome.NO_IDENTITY: "DICOM without identity",
    Outcome.UNREADABLE: "unreadable",
    Outcome.REFUSED: "refused",
    Outcome.CANCELLED: "not reached",
}
ENDS = {
    "done": "finished",
    "cancelled": "was cancelled; what was done is kept",
    "interrupted": "was interrupted; what was done is kept",
    "running": "is running",
    "failed": "failed",
}
EXAMPLES = 5  # paths named in the summary; the ledger has them all


@dataclass(frozen=True, slots=True)
class Why:
    """Why files were left out: how many for which reason, and some of those that could not be read."""

    reasons: Mapping[Outcome, Counter[str]]
    examples: Sequence[LedgerEntry]
    copied: int = 0


def in_words(summary: ImportSummary, why: Why | None = None) -> list[str]:
    """The whole summary, line by line."""
    return [
        _headline(summary),
        *_kept(summary),
        *_copied(why),
        *_left_out(summary, why or Why({}, ())),
        *_advice(summary),
    ]


def begun(summary: ImportSummary) -> list[str]:
    """When it was, who asked for it, and of which folders."""
    asked = {"page": " from the page", "watch": " by watching, nobody asked", "": ""}
    who = asked.get(summary.who, f" by {safe(summary.who)}")
    roots = ", ".join(safe(root) for root in summary.roots)
    end = f" until {moment(summary.ended)}" if summary.ended and summary.state != "running" else ""
    return [f"Begun {moment(summary.started)}{end}{who}: {roots}"]


def _headline(summary: ImportSummary) -> str:
    end = ENDS.get(summary.state, safe(summary.state))
    rate = f", {number(round(summary.files / summary.seconds))} per second" if summary.seconds and summary.files else ""
    what = {"relink": "Relink", "rebuild": "Rebuild"}.get(summary.kind, "Import")
    line = f"{what} {summary.id} {end}: {count(summary.files, 'file')} in {duration(summary.seconds)}{rate}."
    return f"{line} {safe(summary.message)}" if summary.message else line


def _kept(summary: ImportSummary) -> list[str]:
    lines = [_line(summary.outcomes[kind], words) for kind, words in KEPT.items() if summary.outcomes.get(kind)]
    added = [
        count(value, noun)
        for value, noun in (
            (summary.patients, "patient"),
            (summary.studies, "study"),
            (summary.series, "series"),
            (summary.instances, "image"),
        )
        if value
    ]
    if added:
        lines.append(f"New in the archive: {', '.join(added)} ({size(summary.bytes)} read).")
    return lines


def _copied(why: Why | None) -> list[str]:
    return [f"Copied into the archive's own folder: {count(why.copied, 'file')}."] if why and why.copied else []


def _left_out(summary: ImportSummary, why: Why) -> list[str]:
    lines = []
    for kind, words in LEFT_OUT.items():
        if summary.outcomes.get(kind):
            lines.append(_line(summary.outcomes[kind], words))
            lines += ["    " + _line(n, text) for text, n in why.reasons.get(kind, Counter()).most_common()]
    lines += [f"    {safe(entry.path)}: {why_of(entry)}" for entry in why.examples]
    return ["Left out:", *lines] if lines else []


def _line(value: int, words: str) -> str:
    return f"  {value:>9,}  {words}"


def _advice(summary: ImportSummary) -> list[str]:
    if not summary.files and not summary.message:
        return ["There are no files in it."]
    if summary.outcomes.get(Outcome.UNREADABLE):
        return [f"All that could not be read: fileroom imports {summary.id} --outcome unreadable"]
    return []


def why(archive: Archive, summary: ImportSummary) -> Why:
    """Ask the ledger why files were left out."""
    reasons: dict[Outcome, Counter[str]] = {}
    rows = archive.reasons(summary.id)
    copied = sum(row.files for row in rows if row.reason is Reason.COPIED)
    for row in rows:
        if row.outcome in LEFT_OUT and row.outcome is not Outcome.CANCELLED:  # "not reached" is its own reason
            reasons.setdefault(row.outcome, Counter())[REASON_TEXT[row.reason]] = row.files
    return Why(reasons, archive.ledger(summary.id, outcome=Outcome.UNREADABLE, limit=EXAMPLES).items, copied)


def why_of(entry: LedgerEntry) -> str:
    """The reason for an outcome in words, with its detail."""
    return safe(entry.in_words())
