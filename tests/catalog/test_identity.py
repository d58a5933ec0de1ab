from __future__ import annotations

import pytest

from fileroom.catalog.identity import NO_PATIENT_ID, SAME_IDENTIFIERS, identify
from fileroom.model.headers import Header


def person(name: str = "ROSSI^Mario", patient_id: str = "42", **other: str) -> Header:
    facts = {"patient_birth_date": "19700102", "study_instance_uid": "2.999.1", **other}
    return Header(transfer_syntax_uid="", patient_name=name, patient_id=patient_id, **facts)  # type: ignore[arg-type]


SAME = [
    (person("ROSSI^Mario"), person("Rossi^Mario^^")),
    (person("ROSSI^Mario"), person("ROSSI^MARIO ")),
    (person("Müller^Jörg"), person("MÜLLER^JÖRG")),
    (person("Yamada^Tarou=山田^太郎"), person("YAMADA^TAROU")),
    (person(patient_id="42"), person(patient_id="42 ")),
    (person(study_instance_uid="2.999.1"), person(study_instance_uid="2.999.2")),
]
OTHER = [
    (person("ROSSI^Mario"), person("ROSSI^Maria")),
    (person(patient_id="42"), person(patient_id="43")),
    (person(patient_id="A42"), person(patient_id="a42")),  # PS3.4 C.2.2.2.1: only names ignore case
    (person(), person(patient_birth_date="19700103")),
    (person(), person(patient_birth_date="")),
    (person(), person(issuer_of_patient_id="HOSPITAL")),
    (person(patient_id=""), person(patient_id="", study_instance_uid="2.999.2")),
    (person(patient_id="ANON"), person(patient_id="ANON", study_instance_uid="2.999.2")),
    (person("A^A", patient_id=""), person("B^B", patient_id="")),  # one study, two people
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_one_person(one: Header, two: Header) -> None:
    assert identify(one) == identify(two)


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_two_people(one: Header, two: Header) -> None:
    assert identify(one).key != identify(two).key


@pytest.mark.parametrize("patient_id", ["", " ", "0", "000", "ANON", "anonymous", "ANON0042", "UNKNOWN", "N/A", "None"])
def test_without_a_usable_id_every_study_stands_alone(patient_id: str) -> None:
    known = identify(person("", patient_id))
    assert known.anonymous
    assert known.reason == NO_PATIENT_ID


@pytest.mark.parametrize("patient_id", ["X-9", "0 7", "XA", "00-12", "ID 3"])
def test_short_ids_are_ids(patient_id: str) -> None:
    assert identify(person("", patient_id)).reason == SAME_IDENTIFIERS


def test_a_name_without_an_id_is_still_a_name() -> None:
    assert not identify(person("ROSSI^Mario", "")).anonymous
    assert identify(person("Anonymized", "")).anonymous
