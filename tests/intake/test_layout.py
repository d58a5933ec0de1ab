"""Names of copies: readable, and harmless on every file system whatever the file says."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileroom.intake.layout import layout_of, safe_words
from fileroom.model.headers import Header

KEY = bytes(32)


def header(**said: str | int) -> Header:
    known = {
        "transfer_syntax_uid": "1.2.840.10008.1.2.1",
        "study_instance_uid": "2.999.1",
        "series_instance_uid": "2.999.1.1",
    }
    return Header(**{**known, "sop_instance_uid": "2.999.1.1.1", **said})  # type: ignore[arg-type]


def names(**said: str | int) -> list[str]:
    layout = layout_of(header(**said), KEY)
    return [*(part.name for part in layout.folders), layout.file.name]


def test_people_can_read_it() -> None:
    said = names(
        patient_name="ROSSI^Mario^^Dr",
        patient_id="42",
        study_date="20240131",
        study_description="CT Thorax",
        modality="CT",
        series_number=3,
        series_description="Lung 1.0",
        instance_number=7,
    )
    assert [name[:-11] for name in said] == ["ROSSI, Dr Mario", "2024-01-31 CT Thorax", "003 CT Lung 1.0", "IM00007"]


def test_a_file_that_says_nothing_has_a_name_too() -> None:
    assert [name[:-11] for name in names()] == ["Anonymous", "", "", "IM"]
    assert all(len(name) >= 10 for name in names())


def test_who_is_not_the_same_is_not_in_the_same_folder() -> None:
    people = [
        {"patient_name": "ROSSI^Mario", "patient_id": "1"},
        {"patient_name": "ROSSI^Mario", "patient_id": "2"},
        {"patient_name": "ROSSI^Mario", "patient_id": "1", "patient_birth_date": "19700101"},
        {"patient_name": "BIANCHI^Mario", "patient_id": "1"},
        {"patient_name": "", "patient_id": ""},
        {"patient_name": "", "patient_id": "", "study_instance_uid": "2.999.2"},
    ]
    assert len({names(**who)[0].casefold() for who in people}) == len(people)


def test_who_is_the_same_has_the_same_tag_however_the_name_is_written() -> None:
    spellings = ["ROSSI^Mario", "Rossi^Mario^^", "rossi^mario"]
    assert len({names(patient_name=name, patient_id="1")[0][-10:] for name in spellings}) == 1


def test_another_archive_has_other_tags() -> None:
    assert layout_of(header(), KEY).file.tag != layout_of(header(), bytes(31) + b"1").file.tag


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("../../etc/passwd", "etc passwd"),
        ("..", ""),
        ("a/b\\c:d*e?f", "a b c d e f"),
        ("C:\\Windows", "C Windows"),
        ("CON", "_CON"),
        ("nul.dcm", "_nul.dcm"),
        ("Com1 .x", "_Com1 .x"),
        ("LPT\u00b2", "_LPT\u00b2"),
        ("console", "console"),
        ("name. . ", "name"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("-.x", "x"),
        ("a\x00b\nc\x1b[31m", "a b c [31m"),
        ("a\u202eb\u200bc", "a b c"),
        ("\udc80\ud800x", "x"),
        ("Mu\u0308ller", "M\u00fcller"),
        ("x" * 500, "x" * 40),
        ("Rossi \u5c71\u7530", "Rossi \u5c71\u7530"),
    ],
)
def test_words_are_harmless(said: str, words: str) -> None:
    assert safe_words(said) == words


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_is_harmless(text: str) -> None:
    words = safe_words(text)
    assert not set(words) & set('<>:"/\\|?*')
    assert all(unicodedata.category(char)[0] != "C" for char in words)
    assert words == words.strip(" .") == unicodedata.normalize("NFC", words)
    assert len(f"{words} 0123456789".encode()) < 200
