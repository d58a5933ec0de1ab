"""Every row of the checklist of DIMSE has its test, and none says that it is for a row that there is not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.dimse import test_odd  # noqa: F401 - its tests say which rows they are for
from tests.dimse.rows import COVERED
from tests.dimse.test_checklist import BEYOND, MATCHING, REFUSED

TABLE = Path(__file__).with_name("dimse_rows.md")


def table() -> list[tuple[str, str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    return [(clause, behaviour) for _, clause, behaviour in (line[2:-2].split(" | ", 2) for line in lines)]


def test_every_row_has_one_test_and_every_test_its_row() -> None:
    tested = Counter([*COVERED, *((row[0], row[1]) for row in (*MATCHING, *REFUSED))])
    asked = table()
    assert len(asked) == len(set(asked)) == 56
    assert sorted(set(asked) - set(tested)) == []
    assert sorted(set(tested) - set(asked) - BEYOND) == []
    assert [one for one, times in tested.items() if times > 1] == []
    assert set(tested) >= BEYOND
