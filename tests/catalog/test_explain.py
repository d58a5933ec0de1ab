from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fileroom.catalog import explain, typos
from fileroom.catalog.explain import hits, matches
from fileroom.catalog.fields import FIELDS, document
from fileroom.catalog.language import Field, parse
from fileroom.catalog.typos import forgive

ANNA = [
    (Field.NAME, "ROSSI^Anna Maria"),
    (Field.ID, "A-4711"),
    (Field.BORN, "19700312"),
    (Field.DESCRIPTION, "TC torace basale"),
    (Field.DATE, "20240105"),
    (Field.MODALITY, "CT"),
    (Field.PHYSICIAN, "O'Brien^Pat"),
    (Field.UID, "1.2.840.10008.1"),
]


def test_the_examples_in_the_text() -> None:
    for module in (explain, typos):
        assert doctest.testmod(module).failed == 0


def finds(typed: str) -> bool:
    dates = {Field.BORN: {"19700312"}, Field.DATE: {"20240105"}}
    return matches(parse(typed), document(ANNA), dates)


@pytest.mark.parametrize(
    "typed",
    [
        "rossi",
        "anna ros",
        "tor ct",
        "name:rossi born:1970 mod:CT date:2024..2025 desc:torace",
        "born:12/03/1970",
        "1970",
        "12 marzo 1970",
        "1969..1971",
        "date:..2024",
        "rossi -mr",
        "-name:torace",
        "uid:1.2.840",
        "obrien",
        "phys:o'brien",
        "id:a4711",
        "4711",
        "",
    ],
)
def test_it_is_she(typed: str) -> None:
    assert finds(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "bianchi",
        "rossi bianchi",
        "name:torace",
        "born:1971",
        "date:2025..",
        "-ct",
        "rossi -born:1970",
        "ssi",
        "id:rossi",
    ],
)
def test_it_is_not_she(typed: str) -> None:
    assert not finds(typed)


@pytest.mark.parametrize(
    ("typed", "field", "marked"),
    [
        ("ros", Field.NAME, ["ROS"]),
        ("mar ann", Field.NAME, ["Ann", "Mar"]),
        ("4711", Field.ID, ["4711"]),
        ("a4711", Field.ID, ["A-4711"]),
        ("1970", Field.BORN, ["1970"]),
        ("12/03/1970", Field.BORN, ["19700312"]),
        ("born:1960..1979", Field.BORN, ["19700312"]),
        ("obr", Field.PHYSICIAN, ["O'Br"]),
        ("brien", Field.PHYSICIAN, ["Brien"]),
        ("uid:1.2.840", Field.UID, ["1.2.840"]),
    ],
)
def test_what_matches_is_marked(typed: str, field: Field, marked: list[str]) -> None:
    (hit,) = hits(parse(typed), ANNA)
    assert hit.field == field
    assert [hit.text[start:end] for start, end in hit.spans] == marked


@pytest.mark.parametrize(
    ("typed", "name", "marked"),
    [
        ("mueller", "Müller^Hans", "Müller"),
        ("müller", "MUELLER^Hans", "MUELLER"),
        ("ivanov", "Иванов^Иван", "Иванов"),
        ("иванов", "Ivanov^Ivan", "Ivanov"),
        ("jeanluc", "Picard^Jean-Luc", "Jean-Luc"),
        ("strasse", "Straße^A", "Straße"),
        ("やま", "ﾔﾏﾀﾞ^ﾀﾛｳ", "ﾔﾏ"),
        ("1", "㋀", "㋀"),
    ],
)
def test_other_spellings_are_marked_too(typed: str, name: str, marked: str) -> None:
    (hit,) = hits(parse(typed), [(Field.NAME, name)])
    assert marked in [hit.text[start:end] for start, end in hit.spans]


def test_what_is_left_out_is_not_marked() -> None:
    assert hits(parse("-bianchi"), ANNA) == ()


texts = st.lists(st.tuples(st.sampled_from(list(Field)), st.text(max_size=20)), max_size=5)


@settings(deadline=None)
@given(st.text(max_size=20), texts)
def test_what_is_found_is_marked_somewhere(typed: str, found: list[tuple[Field, str]]) -> None:
    terms = [term for term in parse(typed) if not term.negated and term.words]
    if terms and matches(terms, document(found), {}):
        assert all(hits([term], found) for term in terms)
    for hit in hits(terms, found):
        assert all(0 <= start < end <= len(hit.text) for start, end in hit.spans)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("rosssi", "rossi"), ("rosi", "rossi"), ("rpssi", "rossi"), ("orssi", "rossi"), ("иваонв", "иванов")],
)
def test_one_slip_is_forgiven(typed: str, meant: str) -> None:
    words = ["rossi", "bianchi", "иванов"]
    assert forgive(typed, lambda start: any(w.startswith(start) for w in words)) == (meant,)


@pytest.mark.parametrize("typed", ["ros", "4711", "a471", "bianchiii", "zzzz"])
def test_more_is_not(typed: str) -> None:
    assert forgive(typed, lambda start: any(w.startswith(start) for w in ("rossi", "4712", "a472", "bianchi"))) == ()


def test_every_field_but_ours_has_a_column() -> None:
    said = {field for fields in FIELDS.values() for field, _ in fields}
    assert said == set(Field) - {Field.LABEL, Field.NOTE}
