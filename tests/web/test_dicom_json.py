from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword

from fileroom.attributes import BY_LEVEL, Attribute
from fileroom.model.drives import State
from fileroom.model.entries import PersonName
from fileroom.web.dicom_json import element, instance_json, study_json, study_url
from tests.web import fake


@pytest.mark.parametrize("row", [row for rows in BY_LEVEL.values() for row in rows], ids=lambda row: row.keyword)
def test_every_row_is_as_the_dictionary_has_it(row: Attribute[Any]) -> None:
    tag = tag_for_keyword(row.keyword)
    assert tag is not None
    assert row.tag == f"{tag:08X}"
    assert row.vr == dictionary_VR(tag)


@pytest.mark.parametrize(
    ("vr", "value", "values"),
    [
        ("LO", "", None),
        ("LO", "one", ["one"]),
        ("CS", "A\\B", ["A", "B"]),
        ("CS", ("A", "", "B"), ["A", None, "B"]),
        ("CS", ("", ""), None),
        ("CS", (), None),
        ("LT", "a\\b", ["a\\b"]),
        ("IS", None, None),
        ("IS", 0, [0]),
        ("PN", PersonName(), None),
        ("PN", PersonName("A^B"), [{"Alphabetic": "A^B"}]),
        (
            "PN",
            PersonName("Yamada^Tarou", "山田^太郎", "やまだ^たろう"),
            [{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}],
        ),
        ("PN", PersonName("", "山田"), [{"Ideographic": "山田"}]),
    ],
)
def test_an_element(vr: str, value: Any, values: list[Any] | None) -> None:
    assert element(vr, value) == ({"vr": vr} if values is None else {"vr": vr, "Value": values})


@pytest.mark.parametrize(
    ("state", "word"), [(State.ONLINE, "ONLINE"), (State.OFFLINE, "OFFLINE"), (State.MISSING, "UNAVAILABLE")]
)
def test_availability(state: State, word: str) -> None:
    assert study_json(replace(fake.study(), state=state), "")["00080056"]["Value"] == [word]


def test_attributes_come_by_ascending_tag() -> None:
    found = list(instance_json(fake.instance(), "", whole_study=True, whole_series=True))
    assert found == sorted(found)


def test_what_is_not_known_of_pixels_is_left_out() -> None:
    one = fake.instance()
    report = replace(one, header=replace(one.header, rows=None, columns=None, bits_allocated=None))
    assert {"00280008", "00280010", "00280011", "00280100"}.isdisjoint(instance_json(report, ""))


def test_an_odd_uid_does_not_break_the_address() -> None:
    odd = replace(fake.study(), study_instance_uid="1.2/../3?x#y")
    assert study_url("/dicomweb", odd) == "/dicomweb/studies/1.2%2F..%2F3%3Fx%23y"
