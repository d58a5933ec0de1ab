"""What imports did, line by line, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fileroom.archive.core import Core
from fileroom.catalog import (
    userdata,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.model.entries import Counts
    from fileroom.model.ledger import (
        ImportSummary,
        LedgerEntry,
        ReasonCount,
    )
    from fileroom.model.outcomes import Outcome, Reason
    from fileroom.model.queries import Page


class Ledger(Core):
    """What imports did, line by line, and taking it back; a part of :class:`fileroom.archive.Archive`."""

    def imports(self, *, limit: int | None = None, offset: int = 0) -> Page[ImportSummary]:
        """Past imports and the running one, newest first."""
        page = userdata.imports(self._catalog, limit=limit, offset=offset)
        return replace(page, items=tuple(self._as_it_is(summary) for summary in page.items))

    def import_summary(self, import_id: int) -> ImportSummary:
        """One import. NotFound when there is none of this number."""
        return self._as_it_is(userdata.import_summary(self._catalog, import_id))

    def _as_it_is(self, summary: ImportSummary) -> ImportSummary:
        """An import that says "running" while nobody holds the lock was interrupted."""
        from fileroom.intake.lock import is_held

        over = summary.state == "running" and not is_held(self._catalog.home)
        return replace(summary, state="interrupted") if over else summary

    def ledger(
        self,
        import_id: int,
        *,
        outcome: Outcome | None = None,
        reason: Reason | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Page[LedgerEntry]:
        """Every path of an import that was not unchanged, in order of path."""
        return userdata.ledger(self._catalog, import_id, outcome=outcome, reason=reason, limit=limit, offset=offset)

    def ledger_lines(
        self, import_id: int, *, outcome: Outcome | None = None, reason: Reason | None = None
    ) -> Iterator[LedgerEntry]:
        """The same, however many they are: in the order in which they were written, a few in memory at a time."""
        return userdata.ledger_lines(self._catalog, import_id, outcome=outcome, reason=reason)

    def ledger_csv(
        self, import_id: int, *, outcome: Outcome | None = None, reason: Reason | None = None
    ) -> Iterator[str]:
        """The same as a table for spreadsheets, line by line; nothing in it can be taken for a formula."""
        from fileroom.intake.ledger import csv_lines

        return csv_lines(self.ledger_lines(import_id, outcome=outcome, reason=reason))

    def reasons(self, import_id: int) -> tuple[ReasonCount, ...]:
        """How many paths of an import had which outcome for which reason, unchanged ones left out."""
        return userdata.reasons(self._catalog, import_id)

    def undo_import(self, import_id: int) -> Counts:
        """Remove exactly what an import brought in; the files stay. NotFound when there is no such import.

        A relink is taken back by recording its files where they were; the counts are then of these.
        """
        if self.import_summary(import_id).kind == "relink":
            from fileroom.catalog.relinking import take_back

            return take_back(self._catalog, import_id)
        return userdata.undo_import(self._catalog, import_id)
