from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileroom.cli import terminal
from fileroom.model.entries import PersonName


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ROSSI Mario", "ROSSI Mario"),
        ("Müller 山田 Ψ", "Müller 山田 Ψ"),
        ("\x1b[31mred\x1b]0;title\x07", r"\x1b[31mred\x1b]0;title\x07"),
        ("two\nlines\r\ttab", r"two\nlines\r\ttab"),
        ("C1 \x9b31m", r"C1 \x9b31m"),
        ("evil\u202etxt.exe\u2066", r"evil\u202etxt.exe\u2066"),
        ("line\u2028break", r"line\u2028break"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("not UTF-8: \udce9", r"not UTF-8: \xe9"),
        ("علی\u200cرضا", "علی\u200cرضا"),  # a joiner is spelling
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert terminal.safe(text) == shown


@given(st.text(alphabet=st.characters()))
def test_nothing_unsafe_passes(text: str) -> None:
    shown = terminal.safe(text)
    assert all(unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} for c in shown)
    assert all(unicodedata.category(c) != "Cf" or c in terminal.JOINERS for c in shown)
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (PersonName("ROSSI^Mario"), "ROSSI, Mario"),
        (PersonName("ROSSI^Mario^Luigi^Dr.^MD"), "ROSSI, Dr. Mario Luigi MD"),
        (PersonName("ROSSI"), "ROSSI"),
        (PersonName("^Mario"), "Mario"),
        (PersonName("Yamada^Tarou", "山田^太郎", "やまだ^たろう"), "Yamada, Tarou (山田, 太郎)"),
        (PersonName("", "", "やまだ^たろう"), "やまだ, たろう"),
        (PersonName("a^b^c^d^e^f^g"), "a, d b c e"),
        (PersonName(), ""),
    ],
)
def test_person_names(name: PersonName, shown: str) -> None:
    # family, given, middle, prefix, suffix (PS3.5 6.2.1.1)
    assert terminal.person(name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("20240131", "2024-01-31"), ("", ""), ("2024", "2024"), ("2024-1-3", "2024-1-3"), ("٢٠٢٤٠١٣١", "٢٠٢٤٠١٣١")],
)
def test_dates(text: str, shown: str) -> None:
    assert terminal.day(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("101500.25", "10:15:00"), ("1015", "10:15"), ("10", "10"), ("", ""), ("noon\x07", r"noon\x07")]
)
def test_times(text: str, shown: str) -> None:
    assert terminal.clock(text) == shown


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1234, "1.23 kB"),
        (99_960, "100 kB"),
        (999_499, "999 kB"),
        (999_999, "1 MB"),
        (52_428_800, "52.4 MB"),
        (10**12, "1 TB"),
        (25 * 10**15, "25,000 TB"),
    ],
)
def test_sizes(octets: int, shown: str) -> None:
    assert terminal.size(octets) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.04, "0.0 s"), (2.34, "2.3 s"), (12.4, "12 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert terminal.duration(seconds) == shown


def test_counts_are_spelled_in_the_number() -> None:
    assert [terminal.count(n, "study") for n in (0, 1, 2)] == ["0 studies", "1 study", "2 studies"]
    assert [terminal.count(n, "series") for n in (1, 2)] == ["1 series", "2 series"]
    assert terminal.count(12345, "file") == "12,345 files"


def test_labels_say_the_keyword() -> None:
    assert terminal.label("study_instance_uid") == "Study Instance UID"
    assert terminal.label("sop_class_uid") == "SOP Class UID"
    assert terminal.label("patient_id") == "Patient ID"
