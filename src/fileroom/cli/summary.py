"""What an import did, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fileroom.cli.terminal import count, duration, number, safe, size
from fileroom.model import REASON_TEXT, ImportSummary, LedgerEntry, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.archive import Archive

# In the words of the summary; the order is that in which they are told.
KEPT = {
    Outcome.ADDED: "added",
    Outcome.CHANGED: "changed since they were last read",
    Outcome.MOVED: "moved here from another place",
    Outcome.DUPLICATE: "another file of a known instance",
    Outcome.CONFLICT: "in conflict with a known instance",
    Outcome.UNCHANGED: "unchanged",
}
LEFT_OUT = {
    Outcome.NOT_DICOM: "not DICOM",
    Outcome.NO_IDENTITY: "DICOM without identity",
    Outcome.UNREADABLE: "unreadable",
    Outcome.REFUSED: "refused",
    Outcome.CANCELLED: "not reached",
}
EXAMPLES = 5  # paths named in the summary; the ledger has them all
LEDGER_PAGE = 2000


def in_words(summary: ImportSummary, reasons: list[str]) -> list[str]:
    """The whole summary, line by line."""
    return [_headline(summary), *_kept(summary), *_left_out(summary, reasons), *_advice(summary)]


def _headline(summary: ImportSummary) -> str:
    end = {"done": "finished", "cancelled": "was cancelled; what was done is kept"}.get(summary.state, summary.state)
    rate = f", {number(round(summary.files / summary.seconds))} per second" if summary.seconds and summary.files else ""
    line = f"Import {summary.id} {end}: {count(summary.files, 'file')} in {duration(summary.seconds)}{rate}."
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


def _left_out(summary: ImportSummary, reasons: list[str]) -> list[str]:
    lines = [_line(summary.outcomes[kind], words) for kind, words in LEFT_OUT.items() if summary.outcomes.get(kind)]
    return ["Left out:", *lines, *reasons] if lines else []


def _line(value: int, words: str) -> str:
    return f"  {value:>9,}  {words}"


def _advice(summary: ImportSummary) -> list[str]:
    if not summary.files:
        return ["There are no files in it."]
    if summary.outcomes.get(Outcome.UNREADABLE):
        return [f"All that could not be read: fileroom imports {summary.id} --outcome unreadable"]
    return []


def reasons(archive: Archive, summary: ImportSummary) -> list[str]:
    """Why files were left out, with counts, and some of those that could not be read by name."""
    lines = []
    for kind, words in LEFT_OUT.items():
        if kind is Outcome.CANCELLED or not summary.outcomes.get(kind):
            continue  # "not reached" is its own reason, and may be a million lines
        why = Counter(REASON_TEXT[entry.reason] for entry in _ledger(archive, summary.id, kind))
        lines += [f"  {words}: {text} ({number(n)})" for text, n in why.most_common()]
    lines += [f"    {safe(entry.path)}: {why_of(entry)}" for entry in _first_unreadable(archive, summary.id)]
    return lines


def why_of(entry: LedgerEntry) -> str:
    """The reason for an outcome in words, with its detail."""
    text = REASON_TEXT[entry.reason]
    return f"{text}: {safe(entry.detail)}" if entry.detail else text


def _ledger(archive: Archive, import_id: int, kind: Outcome) -> Iterator[LedgerEntry]:
    offset = 0
    while items := archive.ledger(import_id, outcome=kind, limit=LEDGER_PAGE, offset=offset).items:
        yield from items
        offset += len(items)


def _first_unreadable(archive: Archive, import_id: int) -> tuple[LedgerEntry, ...]:
    return archive.ledger(import_id, outcome=Outcome.UNREADABLE, limit=EXAMPLES).items
