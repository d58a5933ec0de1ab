"""Every row of the checklist of DICOMweb has its test, and none is there for another reason than a rule."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.web import (
    test_dicomweb_store,  # noqa: F401 - its tests say which rows they are for
)
from tests.web.rows import STORED
from tests.web.test_dicomweb_checklist import BEYOND, ROWS

TABLE = Path(__file__).with_name("dicomweb_rows.md")


def table() -> list[tuple[str, str, str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    return [(level, clause, behaviour) for level, clause, behaviour in (line[2:-2].split(" | ", 2) for line in lines)]


def test_every_row_has_one_test_and_every_test_its_row() -> None:
    tested = Counter([(one.level, one.clause, one.behaviour) for one in ROWS] + STORED)
    asked = table()
    assert len(asked) == len(set(asked)) == 160
    assert sorted(set(asked) - set(tested)) == []
    assert sorted(set(tested) - set(asked) - BEYOND) == []
    assert [one for one, times in tested.items() if times > 1] == []
    assert set(tested) >= BEYOND
