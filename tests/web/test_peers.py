"""/api/peers: a second fileroom is added, searched and fetched from, by DIMSE and by DICOMweb, and told nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fileroom.model.entries import Level
from fileroom.model.queries import Query
from tests import world
from tests.dimse.node import five_patients, started
from tests.web.real import Web, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.dimse.node import Node


def foreign(number: int) -> bytes:
    """An image of a study that the small world does not have."""
    return world.instance(
        study=77,
        number=number,
        patient_name="ROSSI^Alba",
        patient_id="far",
        StudyDate="20240131",
        StudyDescription="KNEE",
    )


ODD = "2.999.78.a-B_3"  # as programs make them that take names out
ODD_UIDS: dict[str, Any] = {"StudyInstanceUID": ODD, "SeriesInstanceUID": f"{ODD}.1", "SOPInstanceUID": f"{ODD}.2"}
ODD_ONE = world.instance(patient_name="ODD^One", patient_id="odd", **ODD_UIDS)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Another node; its first study has the UIDs of the one that is here too."""
    files = {**five_patients(), **{f"77/{n}": foreign(n) for n in (1, 2, 3)}, "78/1": ODD_ONE}
    node = started(tmp_path_factory.mktemp("there"), files, title="OTHER")
    node.allow("FILEROOM")
    yield node
    node.running.stop()


@pytest.fixture(scope="module")
def service(there: Node) -> Iterator[tuple[str, str]]:
    """The same by DICOMweb: its address and a token."""
    with there.dicomweb() as found:
        yield found


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with opened(tmp_path) as door:
        yield door


@pytest.fixture(params=["dimse", "dicomweb"])
def known(request: pytest.FixtureRequest, web: Web, there: Node, service: tuple[str, str]) -> Web:
    """A door whose archive knows the node as ``other``."""
    dimse = {"kind": "dimse", "title": "OTHER", "host": "127.0.0.1", "port": there.port}
    by_web = {"kind": "dicomweb", "url": service[0], "secret": service[1]}
    peer = {"name": "other", **(dimse if request.param == "dimse" else by_web)}
    assert web.client.post("/api/peers", json=peer).status_code == 200
    return web


def found(web: Web, words: str) -> list[dict[str, Any]]:
    answer = web.client.get("/api/peers/studies", params={"peer": "other", "q": words})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_nodes_are_added_changed_and_forgotten(web: Web) -> None:
    assert web.client.get("/api/peers").json() == []
    ward = {"name": "ward", "kind": "dimse", "title": "WARD", "host": "10.0.0.7", "port": 104}
    assert web.client.post("/api/peers", json=ward).json()["title"] == "WARD"
    assert web.client.post("/api/peers", json={**ward, "port": 11112, "calls": True}).json()["calls"] is True
    (kept,) = web.client.get("/api/peers").json()
    assert (kept["port"], kept["calls"], kept["secret"]) == (11112, True, False)
    assert web.client.post("/api/peers/remove", json={"name": "ward"}).status_code == 204
    assert web.client.post("/api/peers/remove", json={"name": "ward"}).status_code == 404


def test_a_secret_goes_in_and_never_comes_out(web: Web) -> None:
    cloud = {"name": "cloud", "kind": "dicomweb", "url": "https://pacs.example/dicom-web/"}
    said = web.client.post("/api/peers", json={**cloud, "secret": "s3cret"})
    assert said.json()["secret"] is True
    assert "s3cret" not in said.text + web.client.get("/api/peers").text
    assert web.client.post("/api/peers", json=cloud).json()["secret"] is True  # changed without a word about it
    moved = web.client.post("/api/peers", json={**cloud, "url": "https://elsewhere.example/"})
    assert moved.json()["secret"] is False  # it was meant for another address


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "ftp"},
        {"kind": "dimse", "title": "A", "host": "h", "port": "104"},
        {"kind": "dimse", "title": "A", "host": "h", "port": 0},
        {"kind": "dicomweb", "url": "file:///etc"},
        {"kind": "dicomweb", "url": "http://h/", "secret": 7},
        {"kind": "dicomweb", "url": "http://h/", "name": ""},
    ],
)
def test_what_is_no_node(web: Web, wrong: dict[str, Any]) -> None:
    assert web.client.post("/api/peers", json={"name": "x", **wrong}).status_code == 400
    assert web.client.get("/api/peers").json() == []


def test_it_is_searched_with_the_words_of_the_search_box(known: Web) -> None:
    assert known.client.post("/api/peers/echo", json={"name": "other"}).status_code == 204
    (one,) = found(known, "alba rossi desc:knee")
    assert (one["study_instance_uid"], one["instances"], one["here"]) == (world.study_uid(77), 3, 0)
    assert found(known, "rossi anna") == []
    assert {one["date"] for one in found(known, "rossi date:2023..2024")} == {"20230505", "20240131"}
    assert [one["name"]["ideographic"] for one in found(known, "mod:us")] == ["山田^太郎"]
    told = known.client.get("/api/peers/studies?peer=other&q=note:urgent&limit=2").json()
    assert (len(told["items"]), told["more"], told["unasked"]) == (2, True, ["note:urgent"])


def test_a_study_is_fetched_by_a_job_and_then_it_is_here(known: Web) -> None:
    study = world.study_uid(77)
    (series,) = known.client.get("/api/peers/series", params={"peer": "other", "study": study}).json()["items"]
    assert (series["instances"], series["here"]) == (3, 0)
    asked = {"peer": "other", "study": study, "series": [series["series_instance_uid"]]}
    began = known.client.post("/api/peers/fetch", json=asked)
    assert began.status_code == 202, began.text
    job = ended(known, began.json()["job"])
    assert (job["kind"], job["state"], job["of"]) == ("fetch", "done", asked), job
    assert job["summary"] == {"state": "done", "done": 3, "failed": 0, "had": 0}
    assert found(known, "rossi alba")[0]["here"] == 3
    again = ended(known, known.client.post("/api/peers/fetch", json=asked).json()["job"])
    assert again["summary"] == {"state": "done", "done": 0, "failed": 0, "had": 3}


def test_a_study_whose_uid_is_none_is_fetched_too(known: Web) -> None:
    (one,) = found(known, "odd one")
    assert (one["study_instance_uid"], one["here"]) == (ODD, 0)
    series = known.client.get("/api/peers/series", params={"peer": "other", "study": ODD}).json()["items"]
    assert [each["series_instance_uid"] for each in series] == [f"{ODD}.1"]
    began = known.client.post("/api/peers/fetch", json={"peer": "other", "study": ODD})
    assert ended(known, began.json()["job"])["summary"] == {"state": "done", "done": 1, "failed": 0, "had": 0}
    (held,) = known.archive.search(Query(level=Level.INSTANCE, words="odd")).items
    assert held.header.sop_instance_uid == f"{ODD}.2"


def test_entries_are_sent_by_a_job(known: Web) -> None:
    mueller = known.archive.search(Query(level=Level.STUDY, words="müller")).items[0]
    asked = {"peer": "other", "ids": [mueller.id]}
    began = known.client.post("/api/peers/send", json=asked)
    job = ended(known, began.json()["job"])
    assert job["of"] == asked  # so that a page that is loaded anew can tell
    assert (job["kind"], job["state"], job["summary"]["done"]) == ("send", "done", 5), job


def test_who_is_not_there_is_told_as_such(web: Web) -> None:
    gone = {"name": "other", "kind": "dimse", "title": "GONE", "host": "127.0.0.1", "port": 1}
    web.client.post("/api/peers", json=gone)
    answer = web.client.post("/api/peers/echo", json={"name": "other"})
    assert (answer.status_code, answer.json()["code"]) == (502, "peer")
    assert web.client.get("/api/peers/studies?peer=other&q=x").status_code == 502
    began = web.client.post("/api/peers/fetch", json={"peer": "other", "study": "1.2.3"})
    said = ended(web, began.json()["job"])["state"] if began.status_code == 202 else began.json()["code"]
    assert said in {"failed", "peer"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("fetch", {"peer": "nobody", "study": "1.2"}, 404),
        ("fetch", {"peer": "nobody", "study": "1.2.a-B_3"}, 404),  # no UID, but some have such
        ("fetch", {"peer": "nobody", "study": "../x"}, 400),
        ("fetch", {"peer": "nobody", "study": ".."}, 400),
        ("fetch", {"peer": "nobody", "study": "1.2\\1.3"}, 400),
        ("fetch", {"peer": "nobody", "study": "1" * 65}, 400),
        ("fetch", {"peer": "nobody", "study": "1.2", "series": ["?"]}, 400),
        ("send", {"peer": "nobody", "ids": ["x"]}, 404),
        ("send", {"peer": "nobody"}, 400),
        ("echo", {"name": "nobody"}, 404),
        ("echo", {"name": 7}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(web: Web, path: str, body: dict[str, Any], status: int) -> None:
    assert web.client.post(f"/api/peers/{path}", json=body).status_code == status


def ended(web: Web, job: str) -> dict[str, Any]:
    """The job, when it is over."""
    web.client.get(f"/api/jobs/{job}/events")  # its stream ends when it does
    told: dict[str, Any] = web.client.get(f"/api/jobs/{job}").json()
    return told
