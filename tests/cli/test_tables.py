from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from fileroom.cli.tables import ENTRIES, PATIENTS, Column, fitting, print_table
from fileroom.model.drives import State
from fileroom.model.entries import Level
from tests.cli.examples import patient, series, study

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.model.entries import Patient, Series, Study


def drawn(level: Level, items: Sequence[Patient | Study | Series], width: int) -> str:
    file = io.StringIO()
    print_table(Console(file=file, width=width, markup=False, highlight=False, emoji=False), ENTRIES[level], items)
    return file.getvalue()


def words(line: str) -> str:
    return " ".join(line.split())


def test_a_wide_terminal_shows_all_that_is_known() -> None:
    head, row = drawn(Level.PATIENT, [patient()], 200).splitlines()
    # No State: there is none to speak of.
    assert words(head) == "ID Name Patient ID Born Sex Modalities Last study Studies Series Images Size"
    assert words(row) == "012345678 ROSSI, Mario 42 1970-01-02 M CT MR 2024-01-31 2 3 1,200 630 MB"


def test_a_narrow_terminal_does_without_the_least_dear() -> None:
    head, row = drawn(Level.PATIENT, [patient()], 50).splitlines()
    assert words(head) == "ID Name Born Studies"
    assert words(row) == "012345678 ROSSI, Mario 1970-01-02 2"


@pytest.mark.parametrize("width", range(20, 200, 7))
@pytest.mark.parametrize(
    ("level", "item"),
    [
        (Level.PATIENT, patient("VERYLONGNAME^" + "x" * 80)),
        (Level.PATIENT, patient("山田^太郎" * 12)),
        (Level.STUDY, study(description="d" * 300)),
        (Level.SERIES, series()),
    ],
)
def test_no_line_is_wider_than_the_terminal(level: Level, item: Patient | Study | Series, width: int) -> None:
    lines = drawn(level, [item], width).splitlines()
    assert len(lines) == 2
    assert max(cell_len(line) for line in lines) <= width
    assert lines[1].startswith(item.id[:9])


def test_what_needs_attention_has_a_column_of_its_own() -> None:
    text = drawn(Level.PATIENT, [patient(), patient(state=State.OFFLINE)], 200)
    assert "State" in text
    assert "offline" in text
    assert "online" not in text


def test_markup_and_escapes_in_a_name_are_only_text() -> None:
    text = drawn(Level.PATIENT, [patient("[red]x[/red]^\x1b]0;owned\x07:smile:")], 200)
    assert r"[red]x[/red], \x1b]0;owned\x07:smile:" in text
    assert "\x1b" not in text


def test_a_person_without_a_name() -> None:
    assert "Anonymous" in drawn(Level.PATIENT, [patient("", anonymous=True)], 200)
    assert "(no name)" in drawn(Level.PATIENT, [patient("")], 200)


def test_what_cannot_be_done_without_always_stays() -> None:
    columns = [Column("A", str), Column("B", str, dear=1)]
    assert fitting(columns, [["a" * 50, "b"]], 10) == [0]
    assert fitting(columns, [["a", "b"]], 10) == [0, 1]
    assert fitting(columns, [["a", ""]], 10) == [0]
    assert fitting(PATIENTS, [], 10) == []
