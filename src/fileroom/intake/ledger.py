"""A ledger as a table for spreadsheets (CSV, RFC 4180), line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.tabular import csv_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fileroom.model.ledger import LedgerEntry

COLUMNS = ("path", "outcome", "reason", "why", "size")


def csv_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The head and then one line for each entry, each with its CRLF."""
    yield csv_line(COLUMNS)
    for entry in entries:
        yield csv_line((entry.path, entry.outcome.value, entry.reason.value, entry.in_words(), entry.size))
