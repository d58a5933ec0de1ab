"""How names are taken apart and read (PS3.5 6.2.1)."""

from __future__ import annotations

import pytest

from fileroom.dicom.names import display_name, person_name
from fileroom.model.entries import PersonName


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", PersonName()),
        ("ROSSI^Mario", PersonName("ROSSI^Mario")),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", PersonName("Yamada^Tarou", "山田^太郎", "やまだ^たろう")),
        ("=山田^太郎", PersonName("", "山田^太郎")),
        ("A=B=C=D", PersonName("A", "B", "C")),
        ("A^B\\C^D", PersonName("A^B\\C^D")),
        ("A=X\\C=Y", PersonName("A\\C", "X\\Y")),
        ("A\\C=Y", PersonName("A\\C", "\\Y")),
    ],
)
def test_groups(text: str, name: PersonName) -> None:
    assert person_name(text) == name
    assert bool(name) == bool(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("^^^^", ""),
        ("ROSSI^Mario", "ROSSI, Mario"),
        ("ROSSI^Mario^^", "ROSSI, Mario"),
        ("  ROSSI ^ Mario  Luigi ", "ROSSI, Mario Luigi"),
        ("ROSSI MARIO", "ROSSI MARIO"),
        ("^Mario", "Mario"),
        ("Adams^John Robert Quincy^^Rev.^B.A. M.Div.", "Adams, Rev. John Robert Quincy, B.A. M.Div."),
        ("Morrison-Jones^Susan^^^Ph.D., Chief Executive", "Morrison-Jones, Susan, Ph.D., Chief Executive"),
        ("Doe^John^Q", "Doe, John Q"),
        ("NERI^CARLO\\BLU^ANNA", "NERI, CARLO; BLU, ANNA"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou"),
        ("=山田^太郎=やまだ^たろう", "山田 太郎"),
        ("==やまだ^たろう", "やまだ たろう"),
        ("A^B^C^D^E^F", "A, D B C, E, F"),
    ],
)  # fmt: skip
def test_display(text: str, shown: str) -> None:
    assert display_name(person_name(text)) == shown
