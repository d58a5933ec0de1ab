from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fileroom.attributes import INDEXED
from fileroom.errors import BadRequest
from fileroom.model.entries import Level
from fileroom.model.queries import Condition, FileKey, Match, Query
from fileroom.web import qido
from fileroom.web.qido import MAX_OPENED, MAX_RESULTS, read

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.web.fake import FakeArchive


def single(keyword: str, value: str) -> Condition:
    return Condition(keyword, Match.SINGLE, (value,))


def span(keyword: str, low: str, high: str) -> Condition:
    return Condition(keyword, Match.RANGE, (low, high))


@pytest.mark.parametrize(
    ("name", "value", "conditions"),
    [
        ("PatientID", "42", [single("PatientID", "42")]),
        ("00100020", "42", [single("PatientID", "42")]),
        ("0020000d", "1.2", [single("StudyInstanceUID", "1.2")]),
        ("0020000D", "1.2", [single("StudyInstanceUID", "1.2")]),
        ("PatientID", "a,b", [single("PatientID", "a,b")]),  # a comma is no separator outside of UIDs
        ("PatientID", "a b\\c", [single("PatientID", "a b\\c")]),
        ("PatientID", "%_['\"", [single("PatientID", "%_['\"")]),
        ("PatientName", "ROSSI^*", [Condition("PatientName", Match.WILDCARD, ("ROSSI^*",))]),
        ("PatientName", "R?SSI", [Condition("PatientName", Match.WILDCARD, ("R?SSI",))]),
        ("PatientName", "", []),
        ("PatientName", "*", []),
        ("StudyDate", "*", []),
        ("StudyInstanceUID", "**", []),
        ("StudyInstanceUID", "1.2,1.3", [Condition("StudyInstanceUID", Match.LIST, ("1.2", "1.3"))]),
        ("StudyInstanceUID", "1.2\\1.3", [Condition("StudyInstanceUID", Match.LIST, ("1.2", "1.3"))]),
        ("StudyInstanceUID", "1.2,", [single("StudyInstanceUID", "1.2")]),
        ("ModalitiesInStudy", "CT", [single("ModalitiesInStudy", "CT")]),
        ("ModalitiesInStudy", "US\\MR", [Condition("ModalitiesInStudy", Match.LIST, ("US", "MR"))]),
        ("StudyDate", "20240131", [single("StudyDate", "20240131")]),
        ("StudyDate", "20240101-20240131", [span("StudyDate", "20240101", "20240131")]),
        ("StudyDate", "20240101-", [span("StudyDate", "20240101", "")]),
        ("StudyDate", "-20240131", [span("StudyDate", "", "20240131")]),
        ("StudyTime", "10-1130", [span("StudyTime", "10", "1130")]),
        ("StudyTime", "101500.5", [single("StudyTime", "101500.5")]),
    ],
)
def test_a_key_is_a_condition(name: str, value: str, conditions: list[Condition]) -> None:
    asked = read(Level.STUDY, [], [(name, value)])
    assert list(asked.query.conditions) == conditions


def test_several_values_are_each_asked_for_where_that_was_turned_on() -> None:
    on = ("multiplevaluematching", "true")

    def asked(name: str, value: str, level: Level = Level.STUDY) -> Query:
        return read(level, [], [on, (name, value)]).query

    ct, pt = single("ModalitiesInStudy", "CT"), single("ModalitiesInStudy", "PT")
    assert asked("ModalitiesInStudy", "CT\\PT").conditions == (ct, pt)
    assert asked("ModalitiesInStudy", "CT\\").conditions == (ct,)
    # Attributes of one value, and UIDs, mean what they mean without (PS3.4 C.2.2.2.8, C.2.2.2.2).
    assert asked("PatientID", "a\\b").conditions == (single("PatientID", "a\\b"),)
    assert asked("Modality", "CT\\PT", Level.SERIES).conditions == (Condition("Modality", Match.LIST, ("CT", "PT")),)
    uids = Condition("StudyInstanceUID", Match.LIST, ("1.2", "1.3"))
    assert asked("StudyInstanceUID", "1.2\\1.3").conditions == (uids,)
    keys = asked("OtherPatientNames", "A^B\\C^D").in_files
    assert keys == (FileKey(("00101001",), "PN", "A^B"), FileKey(("00101001",), "PN", "C^D"))
    for name in ("ModalitiesInStudy", "OtherPatientNames"):
        with pytest.raises(BadRequest, match="without wildcards"):
            asked(name, "C*\\PT")


def test_keys_of_all_levels_above() -> None:
    given_keys = [("InstanceNumber", " 7 "), ("Modality", "CT"), ("PatientID", "42"), ("SeriesNumber", "007")]
    assert read(Level.INSTANCE, [single("StudyInstanceUID", "1")], given_keys).query == Query(
        level=Level.INSTANCE,
        together=False,
        conditions=(
            single("StudyInstanceUID", "1"),
            single("InstanceNumber", "7"),
            single("Modality", "CT"),
            single("PatientID", "42"),
            single("SeriesNumber", "7"),
        ),
        limit=MAX_RESULTS,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Unknown", "1"),
        ("patientid", "1"),
        ("00100099", "1"),
        ("0010002", "1"),
        ("Modality", "CT"),  # below the level
        ("SOPInstanceUID", "1"),
        ("StudyDate", "2024"),
        ("StudyDate", "20240101-20240131-"),
        ("StudyDate", "-"),
        ("StudyDate", "2024*"),
        ("StudyDate", "２０２４０１３１"),
        ("StudyTime", "1"),
        ("StudyTime", "10:15"),
        ("limit", "-1"),
        ("limit", "abc"),
        ("offset", "-1"),
        ("offset", "1e3"),
        ("fuzzymatching", "garbage"),
        ("fuzzymatching", ""),
    ],
)
def test_what_is_not_understood(name: str, value: str) -> None:
    with pytest.raises(BadRequest):
        read(Level.STUDY, [], [(name, value)])


@example([("PatientName", '""')])  # PS3.4 C.2.2.2.7: empty value matching
@example([("0020000D", ",")])
@given(
    st.lists(st.tuples(st.sampled_from(["PatientName", "StudyDate", "SeriesNumber", "limit", "0020000D"]), st.text()))
)
def test_any_value_is_understood_or_refused(given_keys: list[tuple[str, str]]) -> None:
    try:
        asked = read(Level.SERIES, [], given_keys)
    except BadRequest:
        return
    for condition in asked.query.conditions:
        assert bool(condition.values) is (condition.match is not Match.EMPTY)


def test_includefield_by_keyword_tag_list_and_again() -> None:
    given_fields = [
        ("includefield", "StudyDescription,00080080"),
        ("includefield", "0020000d"),
        ("includefield", "Nope"),
    ]
    assert read(Level.STUDY, [], given_fields).include == {"StudyDescription", "InstitutionName", "StudyInstanceUID"}
    assert read(Level.STUDY, [], [("includefield", "all")]).include == {"all"}


def test_what_was_matched_is_answered(client: TestClient) -> None:
    (found, *_) = client.get("/dicomweb/studies?InstitutionName=Clinic").json()
    assert found["00080080"] == {"vr": "LO", "Value": ["Clinic"]}
    assert "00080080" not in client.get("/dicomweb/studies").json()[0]


@pytest.mark.parametrize(
    ("path", "level", "uids"),
    [
        ("/dicomweb/studies", Level.STUDY, {}),
        ("/dicomweb/series", Level.SERIES, {}),
        ("/dicomweb/instances", Level.INSTANCE, {}),
        ("/dicomweb/studies/2.999.1/series", Level.SERIES, {"StudyInstanceUID": "2.999.1"}),
        ("/dicomweb/studies/2.999.1/instances", Level.INSTANCE, {"StudyInstanceUID": "2.999.1"}),
        (
            "/dicomweb/studies/2.999.1/series/2.999.1.1/instances",
            Level.INSTANCE,
            {"StudyInstanceUID": "2.999.1", "SeriesInstanceUID": "2.999.1.1"},
        ),
    ],
)
def test_the_six_resources(
    client: TestClient, archive: FakeArchive, path: str, level: Level, uids: dict[str, str]
) -> None:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/dicom+json"
    (query,) = archive.asked
    assert query.level is level
    assert query.conditions == tuple(single(keyword, uid) for keyword, uid in uids.items())


def tags(found: dict[str, Any]) -> set[str]:
    return set(found)


STUDY_TAGS = {
    *("00080005", "00080020", "00080030", "00080050", "00080056", "00080061", "00080090", "00081030", "00081190"),
    *("00100010", "00100020", "00100030", "00100040", "0020000D", "00200010", "00201206", "00201208"),
}
SERIES_TAGS = {
    *("00080005", "00080056", "00080060", "0008103E", "00081190", "0020000D", "0020000E", "00200011", "00201209"),
    *("00400244", "00400245"),
}
INSTANCE_TAGS = {
    *("00080005", "00080016", "00080018", "00080056", "00081190", "0020000D", "0020000E", "00200013"),
    *("00280010", "00280011", "00280100"),
}


def test_attributes_of_each_level(client: TestClient) -> None:
    study = client.get("/dicomweb/studies").json()[0]
    assert tags(study) == STUDY_TAGS
    series = client.get("/dicomweb/studies/2.999.1/series").json()[0]
    assert tags(series) == SERIES_TAGS
    instances = client.get("/dicomweb/studies/2.999.1/series/2.999.1.1/instances").json()
    assert tags(instances[0]) == INSTANCE_TAGS
    frames = client.get("/dicomweb/studies/2.999.1/series/2.999.1.2/instances").json()
    assert frames[0]["00280008"] == {"vr": "IS", "Value": [3]}


def test_a_search_over_all_has_the_attributes_of_the_levels_above(client: TestClient) -> None:
    assert tags(client.get("/dicomweb/series").json()[0]) == STUDY_TAGS | SERIES_TAGS
    assert tags(client.get("/dicomweb/studies/2.999.1/instances").json()[0]) >= SERIES_TAGS | INSTANCE_TAGS
    assert tags(client.get("/dicomweb/instances").json()[0]) == STUDY_TAGS | SERIES_TAGS | INSTANCE_TAGS


def test_fields_of_a_level_above_are_included_when_asked_for(client: TestClient) -> None:
    found = client.get("/dicomweb/studies/2.999.1/series?includefield=PatientName,StudyDescription").json()[0]
    assert tags(found) == SERIES_TAGS | {"00100010", "00081030"}
    everything = client.get("/dicomweb/studies/2.999.1/series?includefield=all").json()[0]
    assert tags(everything) > SERIES_TAGS
    assert "00100010" not in everything


def test_the_values(client: TestClient) -> None:
    study = client.get("/dicomweb/studies").json()[0]
    assert study["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "ROSSI^Mario"}]}
    assert study["00080061"] == {"vr": "CS", "Value": ["CT", "SC"]}
    assert study["00201208"] == {"vr": "IS", "Value": [5]}
    assert study["00080056"] == {"vr": "CS", "Value": ["ONLINE"]}
    assert study["00081190"] == {"vr": "UR", "Value": ["http://127.0.0.1:8177/dicomweb/studies/2.999.1"]}
    other = client.get("/dicomweb/studies").json()[1]
    assert other["00100010"]["Value"] == [{"Alphabetic": "MÜLLER^Jörg"}]
    instance = client.get("/dicomweb/instances").json()[0]
    assert instance["00081190"]["Value"] == [
        "http://127.0.0.1:8177/dicomweb/studies/2.999.1/series/2.999.1.1/instances/2.999.1.1.1"
    ]
    assert client.get(instance["00081190"]["Value"][0]).status_code == 200


def test_pages_and_the_word_that_there_is_more(
    client: TestClient, archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = client.get("/dicomweb/instances?limit=2&offset=1")
    assert len(cut.json()) == 2
    assert cut.headers["Warning"] == (
        "299 http://127.0.0.1:8177/dicomweb: There are 2 additional results that can be requested"
    )
    assert "Warning" not in client.get("/dicomweb/instances?limit=5").headers
    assert client.get("/dicomweb/instances?offset=5").status_code == 204
    assert client.get("/dicomweb/instances?limit=0").status_code == 204
    monkeypatch.setattr(qido, "MAX_RESULTS", 4)
    ours = client.get("/dicomweb/instances?limit=100")
    assert len(ours.json()) == 4
    assert "There are 1 additional" in ours.headers["Warning"]


def test_fuzzy_matching_of_names_asks_with_the_folding_of_our_search() -> None:
    asked = read(Level.STUDY, [], [("PatientName", 'Rossi^Ma*="x'), ("fuzzymatching", "true"), ("PatientID", "1")])
    assert asked.query.words == 'name:"Rossi" name:"Ma" name:"x"'
    assert [one.keyword for one in asked.query.conditions] == ["PatientID"]
    assert asked.query.order == ("-date",)


def test_ranges_of_a_date_and_its_time_are_one_stretch() -> None:
    asked = read(Level.STUDY, [], [("StudyTime", "2200-0200"), ("StudyDate", "20240101-20240102")])
    assert asked.query.conditions == (Condition("StudyDateAndTime", Match.RANGE, ("202401012200", "202401020200")),)


def test_what_is_indexed_is_what_the_catalog_matches() -> None:
    from fileroom.catalog.matching import KEYWORDS

    assert {one for one in KEYWORDS if not one.endswith("DateAndTime")} == INDEXED


def test_what_the_catalog_does_not_keep_is_looked_for_in_files() -> None:
    asked = read(
        Level.SERIES, [], [("RequestAttributesSequence.00400009", "X*"), ("includefield", "KVP,00091001,Bad.X")]
    )
    assert asked.query.in_files == (FileKey(("00400275", "00400009"), "SH", "X*"),)
    assert asked.paths == (("00400275", "00400009"), ("00180060",), ("00091001",))
    assert asked.query.limit == MAX_OPENED


@pytest.mark.parametrize("uid", ["*", "**", "2.999.*", "2.999.%3F"])
def test_a_wildcard_in_a_path_finds_nothing(client: TestClient, archive: FakeArchive, uid: str) -> None:
    for path in ("", "/series", "/instances", "/metadata", "/series/2.999.1.1/instances"):
        assert client.get(f"/dicomweb/studies/{uid}{path}").status_code == 404
    assert client.get(f"/dicomweb/studies/2.999.1/series/{uid}").status_code == 404
    assert archive.asked == []


def test_nothing_found_is_204_without_a_body(client: TestClient, archive: FakeArchive) -> None:
    archive.entries.clear()
    answer = client.get("/dicomweb/studies?PatientID=none")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("query", "headers", "media_type"),
    [
        ("", {"Accept": "application/json"}, "application/json"),
        ("?accept=application/json", {"Accept": "text/html"}, "application/json"),
        ("?accept=application/dicom%2Bjson", {}, "application/dicom+json"),
        ("?accept=application/dicom+json", {}, "application/dicom+json"),
    ],
)
def test_what_is_accepted(client: TestClient, query: str, headers: dict[str, str], media_type: str) -> None:
    assert client.get(f"/dicomweb/studies{query}", headers=headers).headers["Content-Type"] == media_type


def test_what_is_not_accepted_is_406(client: TestClient, archive: FakeArchive) -> None:
    answer = client.get("/dicomweb/studies", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert archive.asked == []


def test_values_are_percent_decoded(client: TestClient, archive: FakeArchive) -> None:
    client.get("/dicomweb/studies?PatientName=M%C3%BCller%5EJ%3Frg%2A&StudyDescription=two+words&StudyID=a%26b%3Dc")
    assert archive.asked[0].conditions == (
        Condition("PatientName", Match.WILDCARD, ("Müller^J?rg*",)),
        single("StudyDescription", "two words"),
        single("StudyID", "a&b=c"),
    )
