"""Names, IDs and dates as no one should write them: shown safely at every door, searchable as text, never an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

import fileroom
from fileroom.cli.app import run
from fileroom.model.entries import Level
from fileroom.model.queries import Condition, Match, Query
from fileroom.model.rules import Verdict
from fileroom.settings import Settings
from fileroom.web.app import create_app
from fileroom.web.sign_in import SignIn
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = "A" * 60_000 + "^" + "Zoe"
RTL = "evil\u202egpj.exe^\u2066Moshe"
NAMES = {
    "long": LONG,
    "control": "BELL\x07^Esc\x1bape\x00Null",
    "rtl": RTL,
    "html": "<script>alert(1)</script>^<b onload>&amp;",
    "sql": "Robert'); DROP TABLE patient;--",
    "fts": 'NEAR("a" b) OR NOT *^AND',
    "carets": "^^^^^^^^",
    "equals": "====",
    "backslashes": "A\\B\\C",
    "blank": " " * 64,
}
IDS = {
    "star": "X*1",
    "question": "X?1",
    "underscore": "X_1",
    "percent": "X%1",
    "plain": "XX1",
    "quote": "X'1",
    "glob": "X[1]",
}
DATES = {
    "zeros": "00000000",
    "dotted": "1970.03.12",
    "impossible": "19701332",
    "range": "1970-1980",
    "words": "unknown",
    "age": "045Y",
}
TYPED = [
    *NAMES.values(),
    *IDS.values(),
    *DATES.values(),
    *('"', '""', "(", ")", "*", "-", "--", "AND", "OR", "NOT", "NEAR(", "name:", "name:*", ":", "^", "{}", "mod:("),
    *("born:00000000", "date:19701332", "date:1970.03.12", "date:..", "born:45", "%", "_", "'; --", "\x00", "\ud800"),
    *("a" * 70_000, "x" + "-" * 5000, "\u202e", "\N{COMBINING ACUTE ACCENT}" * 500),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fileroom.Archive]:
    place = tmp_path_factory.mktemp("odd")
    utf_8: dict[str, Any] = {"SpecificCharacterSet": "ISO_IR 192", "PatientBirthDate": "19900102"}
    names = {
        name: instance(PatientName=text.encode(), patient_id=f"N-{name}", study=n, **utf_8)
        for n, (name, text) in enumerate(NAMES.items(), 100)
    }
    ids = {
        name: instance(patient_name=f"ID^{name}", patient_id=text, study=n, PatientBirthDate="")
        for n, (name, text) in enumerate(IDS.items(), 200)
    }
    dates = {
        name: instance(
            patient_name=f"Date^{name}", patient_id=f"D-{name}", study=n, PatientBirthDate=text, StudyDate=text
        )
        for n, (name, text) in enumerate(DATES.items(), 300)
    }
    with fileroom.Archive.open(Settings(archive=place / "archive", use_keyring=False)) as opened:
        summary = opened.bring_in(plant(place / "scans", names | ids | dates))
        assert summary.instances == len(NAMES) + len(IDS) + len(DATES)
        yield opened


@pytest.fixture(scope="module")
def client(archive: fileroom.Archive) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {archive.new_token('test')}"}
    app = create_app(archive, static=None, sign_in=SignIn(archive.check_token))
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as opened:
        yield opened


@pytest.mark.parametrize("typed", TYPED, ids=range(len(TYPED)))
def test_nothing_that_is_typed_is_an_error(archive: fileroom.Archive, client: TestClient, typed: str) -> None:
    for level in Level:
        archive.search(Query(level=level, words=typed))
    if "\ud800" not in typed and len(typed) < 10_000:  # an address has a limit, and is text
        for what in ("patients", "studies", "series"):
            assert client.get(f"/api/{what}", params={"q": typed}).status_code == 200
        assert client.get("/dicomweb/studies", params={"PatientName": typed}).status_code in {200, 204}


def ids_of(archive: fileroom.Archive, words: str) -> set[str]:
    return {one.patient_id for one in archive.search(Query(level=Level.PATIENT, words=words)).items}


def test_what_is_odd_is_found_as_text(archive: fileroom.Archive) -> None:
    assert ids_of(archive, "script") == ids_of(archive, "<script>alert") == {"N-html"}
    assert ids_of(archive, "drop table patient") == {"N-sql"}
    assert ids_of(archive, "moshe") == {"N-rtl"}
    assert ids_of(archive, "zoe") == ids_of(archive, "a" * 30) == {"N-long"}
    assert ids_of(archive, "bell") == {"N-control"}
    assert ids_of(archive, "date zeros") == {"D-zeros"}
    assert ids_of(archive, "born:12/03/1970") == {"D-dotted"}  # as ACR-NEMA wrote dates
    assert ids_of(archive, "id:XX1") == {"XX1"}


@pytest.mark.parametrize(("asked", "match", "expected"), [
    ("X_1", Match.SINGLE, {"X_1"}),
    ("X%1", Match.SINGLE, {"X%1"}),
    ("X*1", Match.SINGLE, {"X*1"}),
    ("X_?", Match.WILDCARD, {"X_1"}),
    ("X?1", Match.WILDCARD, {"X*1", "X?1", "X_1", "X%1", "XX1", "X'1"}),
    ("X[1*", Match.WILDCARD, {"X[1]"}),
    ("X%*", Match.WILDCARD, {"X%1"}),
])  # fmt: skip
def test_wildcards_in_ids_are_letters_unless_they_are_asked_for(
    archive: fileroom.Archive, asked: str, match: Match, expected: set[str]
) -> None:
    query = Query(level=Level.PATIENT, conditions=(Condition("PatientID", match, (asked,)),))
    assert {one.patient_id for one in archive.search(query).items} == expected


def test_odd_dates_stand_as_they_are_and_match_no_stretch(archive: fileroom.Archive, client: TestClient) -> None:
    born = {one.patient_id: one.birth_date for one in archive.search(Query(level=Level.PATIENT, words="date")).items}
    assert born == {f"D-{name}": text for name, text in DATES.items()}
    for stretch in ("19700101-19701231", "-19800101", "19000101-"):
        told = client.get("/dicomweb/studies", params={"StudyDate": stretch})
        assert told.status_code in {200, 204}
    assert client.get("/dicomweb/studies", params={"StudyDate": "19701332"}).status_code in {200, 204}
    assert client.get("/dicomweb/studies", params={"StudyDate": "unknown"}).status_code == 400
    # a day that is none still says its year
    assert ids_of(archive, "born:1970..1980") == {"D-dotted", "D-impossible"}


def test_the_terminal_obeys_none_of_it(archive: fileroom.Archive, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(archive.settings.archive)
    for arguments in (["list"], ["list", "studies"], ["matches"]):
        assert run(["--archive", folder, *arguments]) == 0
        said = capsys.readouterr().out
        assert not {"\x1b[", "\x07", "\x00", "\u202e", "\u2066"} & set(said)
        assert "\x07" not in said
        assert "\u202e" not in said
        assert max(map(len, said.splitlines())) < 10_000
    for patient in archive.search(Query(level=Level.PATIENT)).items:
        assert run(["--archive", folder, "show", patient.id]) == 0
        said = capsys.readouterr().out
        assert "\x07" not in said
        assert "\u202e" not in said


def test_everything_else_bears_it_too(archive: fileroom.Archive, client: TestClient, tmp_path: Path) -> None:
    patients = archive.search(Query(level=Level.PATIENT)).items
    assert len(patients) == len(NAMES) + len(IDS) + len(DATES)
    for kind in ("csv", "json"):
        for what in ("patients", "studies", "series", "instances"):
            assert client.get(f"/api/export/{what}.{kind}").status_code == 200
    for item in archive.search(Query(level=Level.INSTANCE)).items:
        assert archive.attributes(item.id)
        assert client.get(f"/api/instances/{item.id}/attributes").status_code == 200
    found = client.get("/dicomweb/studies", params={"PatientName": "<script>*"}).json()
    assert found[0]["00100010"]["Value"][0]["Alphabetic"] == NAMES["html"]
    archive.possible_matches()
    archive.decide(Verdict.DIFFERENT, [patients[0].id, patients[1].id])
    assert archive.rules()
    assert archive.rebuild().state == "done"
    assert len(archive.search(Query(level=Level.PATIENT)).items) == len(patients)
