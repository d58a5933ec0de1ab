from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.archive import Picture
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.plain import plain
from fileroom.model.queries import Query
from fileroom.web.answers import to_json
from tests.web import fake

if TYPE_CHECKING:
    from starlette.testclient import TestClient


def test_status(client: TestClient, archive: fake.FakeArchive) -> None:
    assert client.get("/api/status").json() == plain(archive.status())


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/patients", Query(level=Level.PATIENT, limit=200)),
        ("/api/patients?q=rossi+mario", Query(level=Level.PATIENT, words="rossi mario", limit=200)),
        (
            "/api/patients?order=-last_study_date&limit=1000&offset=7",
            Query(level=Level.PATIENT, order=("-last_study_date",), limit=1000, offset=7),
        ),
        ("/api/patients?order=sex,-name", Query(level=Level.PATIENT, order=("sex", "-name"), limit=200)),
        ("/api/studies?patient=p-42", Query(level=Level.STUDY, parent="p-42", limit=200)),
        ("/api/series?study=st-1&limit=1", Query(level=Level.SERIES, parent="st-1", limit=1)),
        ("/api/instances?series=se-1", Query(level=Level.INSTANCE, parent="se-1", limit=200)),
        ("/api/patients?unknown=1", Query(level=Level.PATIENT, limit=200)),
    ],
)
def test_a_list_is_a_query(client: TestClient, archive: fake.FakeArchive, path: str, query: Query) -> None:
    assert client.get(path).status_code == 200
    assert archive.asked == [query]


@pytest.mark.parametrize(
    "path",
    [
        "/api/patients?limit=0",
        "/api/patients?limit=1001",
        "/api/patients?limit=-1",
        "/api/patients?limit=abc",
        "/api/patients?limit=1.5",
        "/api/patients?limit=",
        "/api/patients?limit=٣",
        "/api/patients?limit=" + "9" * 5000,
        "/api/patients?offset=-1",
        "/api/patients?offset=99999999999999999999",
        "/api/series?study=1&patient=2",
        "/api/patients?q=%FF",
        "/api/imports?limit=0",
        "/api/imports/1/ledger?outcome=lost",
        "/api/imports/1/ledger?reason=lost",
        "/api/imports/1/ledger.csv?outcome=lost",
    ],
)
def test_what_is_not_understood_is_400(client: TestClient, archive: fake.FakeArchive, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert answer.json()["detail"]
    assert (archive.asked, archive.calls) == ([], [])


def test_a_page_has_items_total_and_offset(client: TestClient, archive: fake.FakeArchive) -> None:
    page = client.get("/api/patients?limit=1&offset=1").json()
    assert page == {"items": [plain(fake.patient("MÜLLER^Jörg", "7"))], "total": 2, "offset": 1}
    assert client.get("/api/instances").json()["items"][0]["header"]["instance_number"] == 1


@pytest.mark.parametrize(
    ("entry_id", "level"), [("p-42", "patient"), ("st-1", "study"), ("se-1", "series"), ("in-2.999.1.1.1", "instance")]
)
def test_one_entry(client: TestClient, archive: fake.FakeArchive, entry_id: str, level: str) -> None:
    assert client.get(f"/api/entries/{entry_id}").json() == {"level": level, "entry": plain(archive.get(entry_id))}


@pytest.mark.parametrize(
    "path",
    ["/api/entries/none", "/api/series/none/images", "/api/series/none/thumbnail", "/api/imports/7", "/api/imports/x"],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_images_of_a_series(client: TestClient, archive: fake.FakeArchive) -> None:
    assert client.get("/api/series/se-1/images").json() == {"series": plain(archive.get("se-1")), "instances": []}


def test_a_thumbnail_is_asked_for_again_by_its_tag(client: TestClient, archive: fake.FakeArchive) -> None:
    assert client.get("/api/series/se-1/thumbnail").status_code == 204
    archive.pictures["se-1"] = Picture(data=b"jpeg", media_type="image/jpeg")
    answer = client.get("/api/series/se-1/thumbnail")
    assert (answer.content, answer.headers["Content-Type"]) == (b"jpeg", "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    again = client.get("/api/series/se-1/thumbnail", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    archive.pictures["se-1"] = Picture(data=b"other", media_type="image/png")
    assert (
        client.get("/api/series/se-1/thumbnail", headers={"If-None-Match": answer.headers["ETag"]}).content == b"other"
    )


def test_forgetting_and_taking_it_back(client: TestClient, archive: fake.FakeArchive) -> None:
    counts = {"studies": 1, "series": 0, "instances": 0, "frames": 0, "bytes": 0}
    assert client.post("/api/remove", json={"ids": ["st-1", "se-2"]}).json() == {"removed": counts}
    assert client.post("/api/restore", json={"ids": ["st-1"]}).json() == {"restored": counts}
    assert archive.calls == [("forget", ["st-1", "se-2"]), ("restore", ["st-1"])]


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": "st-1"}, {"ids": [1]}, {"ids": [""]}, []])
def test_nothing_is_forgotten_by_mistake(client: TestClient, archive: fake.FakeArchive, body: Any) -> None:
    assert client.post("/api/remove", json=body).status_code == 400
    assert archive.calls == []


def test_past_imports(client: TestClient, archive: fake.FakeArchive) -> None:
    archive.past = [fake.summary(2), fake.summary(1)]
    assert client.get("/api/imports?limit=1").json() == {"items": [fake.summary(2).as_line()], "total": 2, "offset": 0}
    assert client.get("/api/imports/1").json() == fake.summary(1).as_line()


def test_a_ledger(client: TestClient, archive: fake.FakeArchive) -> None:
    answer = client.get("/api/imports/1/ledger?outcome=added&reason=new_instance&limit=5&offset=2").json()
    assert archive.calls == [("ledger", (1, Outcome.ADDED, Reason.NEW_INSTANCE, 5, 2))]
    assert answer["items"] == [
        {"path": r"/a\xff", "outcome": "added", "reason": "new_instance", "detail": "", "size": 1}
    ]


def test_head_is_get_without_a_body(client: TestClient) -> None:
    whole = client.get("/api/patients")
    head = client.head("/api/patients")
    assert head.status_code == 200
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_json_has_no_number_that_json_does_not_know() -> None:
    value = {"a": [float("nan"), 1.5, float("-inf")], "b": {"c": "\udcff"}}
    assert json.loads(to_json(value)) == value | {"a": [None, 1.5, None]}
    assert to_json(value).isascii()


def test_purge_only_deletes_when_it_is_said(client: TestClient, archive: fake.FakeArchive) -> None:
    assert client.get("/api/purge").json() == plain(fake.PURGED)
    for body in ({}, {"delete": False}, {"delete": "yes"}):
        answer = client.post("/api/purge", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert archive.calls == [("purge", True)]
    assert client.post("/api/purge", json={"delete": True}).status_code == 200
    assert archive.calls == [("purge", True), ("purge", False)]
