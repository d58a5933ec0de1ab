"""Notes, labels and rules over HTTP, in front of a real archive."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

import fileroom
from fileroom.settings import Settings
from fileroom.web.app import create_app
from fileroom.web.sign_in import SignIn
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    plant(
        tmp_path / "in",
        {"1": instance(patient_id="42"), "2": instance(patient_name="Rossi^Mario Luigi", patient_id="42", study=2)},
    )
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in([tmp_path / "in"])
        secret = archive.new_token("test")
        app = create_app(archive, static=None, sign_in=SignIn(archive.check_token))
        headers = {"Authorization": f"Bearer {secret}"}
        with TestClient(app, base_url="http://127.0.0.1", headers=headers) as opened:
            yield opened


def test_a_note_and_labels_are_kept_and_found(client: TestClient) -> None:
    patient = client.get("/api/patients").json()["items"][0]
    assert client.put(f"/api/entries/{patient['id']}/note", json={"text": "call back"}).status_code == 204
    assert client.put(f"/api/entries/{patient['id']}/labels", json={"labels": ["urgent"]}).status_code == 204
    found = client.get("/api/patients?q=label:urg+call").json()
    assert [(item["id"], item["note"], item["labels"]) for item in found["items"]] == [
        (patient["id"], "call back", ["urgent"])
    ]
    assert found["hits"][0][0] == {"field": "label", "text": "urgent", "spans": [[0, 3]]}
    assert client.get("/api/labels").json() == [{"label": "urgent", "entries": 1}]
    assert client.put(f"/api/entries/{patient['id']}/labels", json={"labels": []}).status_code == 204
    assert client.get("/api/labels").json() == []
    assert client.put(f"/api/entries/{patient['id']}/note", json={"text": 5}).status_code == 400
    assert client.put(f"/api/entries/p{'0' * 32}/note", json={"text": "x"}).status_code == 404


def test_one_person_is_said_and_taken_back(client: TestClient) -> None:
    (match,) = client.get("/api/matches").json()
    assert match["likeness"] == "same_id"
    ids = [patient["id"] for patient in match["patients"]]
    (rule,) = client.post("/api/rules", json={"verdict": "same", "ids": ids}).json()
    assert client.get("/api/rules").json() == [rule]
    assert client.get("/api/matches").json() == []
    (person,) = client.get("/api/patients").json()["items"]
    assert (person["id"], [alias["id"] for alias in person["also"]]) == (ids[0], ids[1:])
    assert client.delete(f"/api/rules/{rule['id']}").status_code == 204
    assert client.delete(f"/api/rules/{rule['id']}").status_code == 404
    assert client.delete("/api/rules/x").status_code == 404
    assert client.get("/api/patients").json()["total"] == 2
    assert client.post("/api/rules", json={"verdict": "perhaps", "ids": ids}).status_code == 400
    assert client.post("/api/rules", json={"verdict": "same", "ids": ids[:1]}).status_code == 400


def test_a_list_is_exported_whole(client: TestClient) -> None:
    table = client.get("/api/export/studies.csv?q=mario")
    assert table.headers["content-disposition"] == 'attachment; filename="studies.csv"'
    assert table.content.startswith(b"\xef\xbb\xbfpatient,patient_name,")
    assert table.content.count(b"\r\n") == 3
    lines = client.get("/api/export/instances.json?limit=1").text.splitlines()
    assert len(lines) == 2  # whole, whatever the page
    assert client.get("/api/export/studies.xls").status_code == 404
    assert client.get("/api/export/nothing.csv").status_code == 404


def test_what_was_opened_and_what_is_kept(client: TestClient) -> None:
    study = client.get("/api/studies").json()["items"][0]
    assert client.post("/api/recent", json={"ids": [study["id"]]}).status_code == 204
    assert [entry["id"] for entry in client.get("/api/recent").json()] == [study["id"]]
    assert client.delete("/api/recent").status_code == 204
    assert client.get("/api/recent").json() == []
    kept = {"name": "a & b/c", "level": "study", "words": "mod:ct"}
    assert client.post("/api/searches", json=kept).status_code == 204
    assert client.get("/api/searches").json() == [kept]
    assert client.post("/api/searches", json={"name": "x", "level": "film", "words": ""}).status_code == 400
    assert client.delete("/api/searches/a%20%26%20b%2Fc").status_code == 204
    assert client.delete("/api/searches/nothing").status_code == 404


def test_lists_by_drive_and_state_and_all_attributes(client: TestClient) -> None:
    (drive,) = client.get("/api/drives").json()
    assert client.get(f"/api/studies?drive={drive['id']}&state=online").json()["total"] == 2
    assert client.get("/api/studies?state=offline").json()["total"] == 0
    assert client.get("/api/studies?state=gone").status_code == 400
    image = client.get("/api/instances").json()["items"][0]
    lines = client.get(f"/api/instances/{image['id']}/attributes").json()
    assert {
        "depth": 0,
        "tag": "(0008,0060)",
        "vr": "CS",
        "keyword": "Modality",
        "name": "Modality",
        "value": "CT",
    } in lines


def test_a_character_set_is_set_and_taken_back(client: TestClient) -> None:
    assert client.get("/api/charsets").json()["rules"] == []
    assert "windows-1251" in client.get("/api/charsets").json()["known"]
    (root,) = client.get("/api/roots").json()
    patient = client.get("/api/patients").json()["items"][0]
    for asked in ({"root": root["id"]}, {"patient": patient["id"]}):
        answer = client.post("/api/charsets", json={**asked, "charset": "windows-1251"})
        assert (answer.status_code, ended(client, answer.json()["job"])["summary"]["kind"]) == (202, "rebuild")
    assert client.get("/api/roots").json()[0]["charset"] == "windows-1251"
    first, second = client.get("/api/charsets").json()["rules"]
    assert (first["root"], first["patients"], first["said"]) == (root["id"], [], root["path"])
    assert (second["root"], second["patients"][0]["patient_id"]) == (None, "42")
    for rule in (first, second):
        ended(client, client.delete(f"/api/charsets/{rule['id']}").json()["job"])
    assert client.get("/api/charsets").json()["rules"] == []


def test_the_data_set_of_an_image_is_another_when_its_letters_are(client: TestClient) -> None:
    address = "/dicomweb/studies/2.999.1/metadata"
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    patient = next(
        one for one in client.get("/api/patients").json()["items"] if one["name"]["alphabetic"] == "ROSSI^Mario"
    )
    ended(client, client.post("/api/charsets", json={"patient": patient["id"], "charset": "koi8-r"}).json()["job"])
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.json()) == (200, first.json())  # these letters are ASCII


def ended(client: TestClient, job: str) -> dict[str, Any]:
    for _ in range(500):
        told: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if told["state"] != "running":
            return told
        sleep(0.01)
    raise AssertionError("it never ended")


@pytest.mark.parametrize(
    "asked",
    [
        {"charset": "utf-8"},
        {"root": 1, "charset": "klingon"},
        {"root": 1},
        {"root": True, "charset": "utf-8"},
        {"root": 1, "patient": "p123456", "charset": "utf-8"},
        {"patient": ["p123456"], "charset": "utf-8"},
    ],
)
def test_what_is_no_character_set_is_refused(client: TestClient, asked: dict[str, Any]) -> None:
    assert client.post("/api/charsets", json=asked).status_code == 400
    assert client.post("/api/charsets", json={"root": 99, "charset": "utf-8"}).status_code == 404
    assert client.delete("/api/charsets/99").status_code == 404
