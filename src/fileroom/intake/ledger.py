"""A ledger as a table for spreadsheets (CSV, RFC 4180), line by line."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fileroom.model import LedgerEntry

COLUMNS = ("path", "outcome", "reason", "why", "size")
# Excel and its like take a cell that begins so for a formula, and run it. A file name may begin so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The head and then one line for each entry, each with its CRLF."""
    yield _line(COLUMNS)
    for entry in entries:
        yield _line((entry.path, entry.outcome.value, entry.reason.value, entry.in_words(), entry.size))


def _line(cells: Iterable[str | int]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def harmless(text: str) -> str:
    """``text`` as a spreadsheet shows it and does not run it: behind an apostrophe where it looks like a formula.

    >>> harmless("=1+1"), harmless("/scans/IM1")
    ("'=1+1", '/scans/IM1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
