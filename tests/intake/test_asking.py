"""Words of the search box as a question to another node, and whether what it tells of is what was meant."""

from __future__ import annotations

from typing import Any

import pytest

from fileroom.intake.asking import question
from fileroom.model.entries import Level, PersonName
from fileroom.model.peers import Elsewhere


def study(alphabetic: str, **told: Any) -> Elsewhere:
    name = PersonName(alphabetic=alphabetic, ideographic="", phonetic="")
    return Elsewhere(level=Level.STUDY, study_instance_uid="1.2.3", name=name, **told)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("", {}),
        ("rossi mario", {"PatientName": "*rossi*"}),
        ("Müller-Lüdenscheidt", {"PatientName": "*M*ller*L*denscheidt*"}),
        ('name:"Rossi Alessandra"', {"PatientName": "*Alessandra*"}),
        ("山田", {"PatientName": "*山田*"}),
        ("P123 ct", {"PatientID": "P123*", "ModalitiesInStudy": "CT"}),
        ("id:42 acc:A1", {"PatientID": "42*", "AccessionNumber": "A1*"}),
        ("date:2024", {"StudyDate": "20240101-20241231"}),
        ("..2020", {"StudyDate": "-20201231"}),
        ("2020..", {"StudyDate": "20200101-"}),
        ("uid:1.2.840.1", {"StudyInstanceUID": "1.2.840.1"}),
        ("31/01/2024", {}),  # born or scanned on that day: the answers tell
        ("-mod:ct -rossi", {}),
        ("name:* id:\\", {"PatientID": ""}),
    ],
)
def test_what_a_node_is_asked(typed: str, keys: dict[str, str]) -> None:
    assert question(typed).keys == {key: value for key, value in keys.items() if value}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mario rossi", True),
        ("rossi anna", False),
        ("muller", False),
        ("rossi -thorax", False),
        ("rossi desc:thor", True),
        ("rossi born:1970", True),
        ("rossi born:1971", False),
        ("rossi mod:mr", True),  # it was asked for MR, and does not tell of modalities
        ("rossi -mod:ct", True),
        ("31/01/2024", True),
        ("01/02/2024", False),
    ],
)
def test_what_it_tells_is_held_against_the_words(typed: str, meant: bool) -> None:
    told = study("ROSSI^Mario", description="Thorax", date="20240131", birth_date="19700312")
    assert question(typed).holds(told) is meant


def test_what_cannot_be_looked_for_there_is_named() -> None:
    assert question("rossi note:urgent phys:bianchi").unasked == ("note:urgent", "phys:bianchi")
    assert question("rossi note:urgent").holds(study("ROSSI^A"))


@pytest.mark.parametrize(
    ("typed", "told", "meant"),
    [
        ("山田", "Yamada^Tarou", True),  # it looked for 山田, and tells names in Latin-1
        ("name:山田 date:2024", "Yamada^Tarou", True),
        ("山田 tarou", "Yamada^Tarou", True),
        ("山田 hanako", "Yamada^Tarou", False),
        ("山田", "Müller^A", False),  # it can tell more than ASCII, and 山田 is not in it
        ("müller", "MALLER^A", False),  # it was asked for less than that
    ],
)
def test_letters_that_a_node_finds_but_cannot_tell(typed: str, told: str, *, meant: bool) -> None:
    assert question(typed).holds(study(told, date="20240131")) is meant
