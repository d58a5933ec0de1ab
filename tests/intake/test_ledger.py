"""A ledger as a table: nothing in it can be taken for a formula, and nothing breaks its lines."""

from __future__ import annotations

import csv
import io

import pytest

from fileroom.intake.ledger import csv_lines
from fileroom.model.ledger import LedgerEntry
from fileroom.model.outcomes import Detail, Outcome, Reason
from fileroom.tabular import harmless


def test_a_table_has_a_head_and_a_line_for_each_path() -> None:
    entry = LedgerEntry(
        path='/scans/a,"b"', outcome=Outcome.UNREADABLE, reason=Reason.TRUNCATED, detail=Detail.ENDS_EARLY, size=7
    )
    text = "".join(csv_lines([entry]))
    assert text.count("\r\n") == 2
    assert list(csv.reader(io.StringIO(text))) == [
        ["path", "outcome", "reason", "why", "size"],
        ['/scans/a,"b"', "unreadable", "truncated", entry.in_words(), "7"],
    ]
    assert entry.in_words().startswith("the file ends inside its header: it breaks off")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"
