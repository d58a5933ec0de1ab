from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fileroom.catalog import dates, language, scripts
from fileroom.catalog.dates import Days, days
from fileroom.catalog.language import Field, Term, field_called, parse
from fileroom.catalog.scripts import latin
from fileroom.catalog.words import tokens


def test_the_examples_in_the_text() -> None:
    for module in (dates, scripts, language):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("12/03/1970", "19700312", "19700312"),
        ("12.3.1970", "19700312", "19700312"),
        ("1970-03-12", "19700312", "19700312"),
        ("1970.03.12", "19700312", "19700312"),
        ("19700312", "19700312", "19700312"),
        ("03/25/1970", "19700325", "19700325"),
        ("12 marzo 1970", "19700312", "19700312"),
        ("March 12, 1970", "19700312", "19700312"),
        ("12. März 1970", "19700312", "19700312"),
        ("12 de marzo de 1970", "19700312", "19700312"),
        ("mar 1970", "19700301", "19700331"),
        ("2/2024", "20240201", "20240229"),
        ("1970-03", "19700301", "19700331"),
        ("1970", "19700101", "19701231"),
        ("2024..2025", "20240101", "20251231"),
        ("..12/03/1970", "00010101", "19700312"),
        ("marzo 2024..", "20240301", "99991231"),
    ],
)
def test_dates_as_people_write_them(written: str, first: str, last: str) -> None:
    assert days(written) == Days(first, last)


@pytest.mark.parametrize(
    "written",
    "|00000000|19701332|19700230|31/04/1970|045Y|12|ma 1970|ju 1970|..|a..b|12 13 1970".split("|"),
)
def test_what_is_no_date(written: str) -> None:
    assert days(written) is None


def test_a_day_lies_in_a_stretch() -> None:
    year = Days("19700101", "19701231")
    assert [year.has(day) for day in ("19700312", "1970.03.12", "19710101", "", "1970", "UNKNOWN")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("typed", "field", "words", "negated"),
    [
        ("rossi", None, ["rossi"], False),
        ("name:rossi", Field.NAME, ["rossi"], False),
        ("nome:O'Brien", Field.NAME, ["obrien"], False),
        ('desc:"torace basale"', Field.DESCRIPTION, ["torace", "basale"], False),
        ('desc:"torace', Field.DESCRIPTION, ["torace"], False),
        ("-scout", None, ["scout"], True),
        ("--scout", None, ["scout"], True),
        ("-mod:SR", Field.MODALITY, ["sr"], True),
        ("jean-luc", None, ["jeanluc"], False),
        ("uid:1.2.840.10008", Field.UID, ["1284010008"], False),
        ("born:00000000", Field.BORN, ["00000000"], False),
        ("19701332", None, ["19701332"], False),
        ("12/03/1970", None, ["19700312"], False),
        ("12 marzo 1970", None, ["19700312"], False),
    ],
)
def test_one_term(typed: str, field: Field | None, words: list[str], negated: bool) -> None:
    (term,) = parse(typed)
    assert (term.field, [w[0] for w in term.words], term.negated) == (field, words, negated)


def test_several_terms() -> None:
    assert [t.said for t in parse("Rossi born:12 marzo 1970 mod:CT date:2024..2025 -localizer")] == [
        "Rossi",
        "born:12 marzo 1970",
        "mod:CT",
        "date:2024..2025",
        "-localizer",
    ]
    assert parse("rossi 2024..2025")[1] == Term("2024..2025", (), None, Days("20240101", "20251231"))
    assert parse("born:1970")[0].days == Days("19700101", "19701231")
    assert parse("march 1970")[0].words == (("197003",),)


def test_an_unknown_field_is_text() -> None:
    assert [[w[0] for w in t.words] for t in parse("T2:axial")] == [["t2"], ["axial"]]
    assert [[w[0] for w in t.words] for t in parse("foo:bar")] == [["foo"], ["bar"]]
    assert parse('foo:bar - : "" -"" name:')[-1].words == (("name",),)


def test_fields_have_short_names_in_two_languages() -> None:
    assert {field_called(n) for n in ("mod", "modality", "modalità")} == {Field.MODALITY}
    assert {field_called(n) for n in ("inst", "ospedale", "hospital")} == {Field.INSTITUTION}
    assert {field_called(n) for n in ("nato", "born", "dob")} == {Field.BORN}
    assert (field_called("na"), field_called(""), field_called("xyz")) == (None, None, None)


@settings(deadline=None)
@given(st.text())
def test_nothing_that_is_typed_is_an_error(typed: str) -> None:
    for term in parse(typed):
        assert term.words or term.days
        assert all(spelling and " " not in spelling for word in term.words for spelling in word)
    assert len(parse(typed * 50)) <= 32


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("Иванов^Иван", "ivanov"),
        ("Щербаков^Юрий", "shcherbakov yuri"),
        ("ЧАЙКОВСКИЙ^Пётр", "chaikovski petr"),
        ("Мария", "maria"),
        ("Παπαδόπουλος^Γεώργιος", "papadopoulos georgios"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ", "yamada taro"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ", "やまだ"),
        ("やまだ^たろう", "ヤマダ"),
        ("Ivanov^Ivan", "Иванов"),
        ("Иванов", "иванов"),
    ],
)
def test_names_of_other_scripts(name: str, found_by: str) -> None:
    index = tokens(name)
    for term in parse(found_by):
        for word in term.words:
            assert any(token.startswith(spelling) for token in index for spelling in word), (word, sorted(index))


def test_latin_words_have_no_other_spelling() -> None:
    assert latin("rossi") == latin("müller") == latin("山田") == set()
