"""Sessions: the same routes over what is not kept, for those who are signed in, several side by side."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.archive import Archive
from fileroom.errors import CatalogError
from fileroom.web.door import Patience
from tests import world
from tests.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from fileroom.model.queries import Query
    from tests.web.fake import FakeArchive


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    images = {f"DICOM/{n}": world.instance(number=n, patient_name="ROSSI^Mario") for n in (1, 2)}
    return world.plant(tmp_path / "disc", images)


@pytest.fixture(autouse=True)
def settings(archive: FakeArchive, tmp_path: Path) -> None:
    from fileroom.settings import Settings

    archive.as_archive.settings = Settings(archive=tmp_path / "archive", use_keyring=False)


def opened(client: TestClient, path: Path) -> str:
    """Open a session and wait until its medium was looked through; its address without the last slash."""
    answer = client.post("/api/sessions", json={"path": str(path)})
    assert answer.status_code == 201, answer.text
    url = str(answer.json()["url"]).rstrip("/")
    for _ in range(500):
        if all(job["state"] != "running" for job in client.get(f"{url}/api/jobs").json()):
            return url
        time.sleep(0.01)
    raise AssertionError("it is never looked through")


def names(answer: Response) -> list[Any]:
    return [item["name"]["alphabetic"] for item in answer.json()["items"]]


def test_a_session_has_the_same_routes(client: TestClient, disc: Path) -> None:
    url = opened(client, disc)
    assert client.get(f"{url}/api/patients").json()["items"][0]["patient_id"]
    [series] = client.get(f"{url}/api/series").json()["items"]
    images = client.get(f"{url}/api/series/{series['id']}/images").json()["instances"]
    assert len(images) == 2
    frame = client.get(url + images[0]["frames_url"] + "/1")
    assert frame.status_code == 200
    studies = client.get(f"{url}/dicomweb/studies")
    assert len(studies.json()) == 1
    study = studies.json()[0]["0020000D"]["Value"][0]
    metadata = client.get(f"{url}/dicomweb/studies/{study}/metadata").json()
    assert metadata[0]["7FE00010"]["BulkDataURI"].startswith(f"http://127.0.0.1:8177{url}/dicomweb/studies/")
    page = client.get(f"{url}/", headers={"Accept": "text/html"})
    assert "<title>fileroom" in page.text


def test_nothing_of_a_session_may_be_kept(client: TestClient, disc: Path) -> None:
    url = opened(client, disc)
    [series] = client.get(f"{url}/api/series").json()["items"]
    for path in ("/api/patients", f"/api/series/{series['id']}/thumbnail", "/dicomweb/studies", "/", "/nowhere"):
        answer = client.get(url + path, headers={"Accept": "text/html"} if path == "/" else {})
        assert answer.headers.get_list("cache-control") == ["no-store"], path


def test_a_session_is_for_those_who_are_signed_in(client: TestClient, disc: Path) -> None:
    url = opened(client, disc)
    del client.headers["Cookie"]
    assert client.get(f"{url}/api/patients").status_code == 401
    assert client.get(f"{url}/dicomweb/studies").status_code == 401
    assert client.get(f"{url}/api/session").status_code == 401
    assert client.get("/api/sessions").status_code == 401
    assert client.post("/api/sessions", json={"path": str(disc)}).status_code == 401
    assert client.delete(f"/api{url}").status_code == 401


def test_several_stand_side_by_side_and_each_is_closed_by_itself(client: TestClient, disc: Path) -> None:
    one, other = opened(client, disc), opened(client, disc)
    listed = client.get("/api/sessions").json()
    assert [session["url"].rstrip("/") for session in listed] == [one, other]
    assert {session["label"] for session in listed} == {"disc"}
    assert client.delete(f"/api{one}").status_code == 204
    assert client.get(f"{one}/api/patients").status_code == 404
    assert client.get(f"{other}/api/patients").status_code == 200
    assert client.delete(f"/api{one}").status_code == 404


def test_a_session_that_is_closed_while_it_answers_is_no_mishap(
    client: TestClient, disc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = opened(client, disc)
    search = Archive.search

    def closed_meanwhile(self: Archive, query: Query) -> Any:
        assert client.delete(f"/api{url}").status_code == 204
        return search(self, query)  # of a catalog that is closed by now

    monkeypatch.setattr(Archive, "search", closed_meanwhile)
    answer = client.get(f"{url}/api/patients")
    assert answer.status_code == 404
    assert "it was closed" in answer.json()["detail"]
    monkeypatch.undo()
    # what goes wrong in one that is open is a mishap as anywhere
    other = opened(client, disc)
    monkeypatch.setattr(Archive, "search", lambda *_: 1 / 0)
    assert client.get(f"{other}/api/patients").status_code == 500


def test_there_are_no_sessions_within_a_session(client: TestClient, disc: Path) -> None:
    url = opened(client, disc)
    assert client.get(f"{url}/api/sessions").status_code == 404
    assert client.get(f"{url}{url}/api/patients").status_code == 404


def test_what_cannot_be_opened_is_said(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_bytes(b"no disc")
    answer = client.post("/api/sessions", json={"path": str(tmp_path / "x.iso")})
    assert answer.status_code == 400
    assert "neither a folder nor the image of a disc" in answer.json()["detail"]
    assert client.post("/api/sessions", json={"path": "relative"}).status_code == 400
    assert client.get("/api/sessions").json() == []


def ended(client: TestClient, url: str, job: str) -> dict[str, Any]:
    until(lambda: bool(client.get(f"{url}/api/jobs/{job}").json()["state"] != "running"))
    state: dict[str, Any] = client.get(f"{url}/api/jobs/{job}").json()
    return state


def test_a_copy_into_memory_is_a_job_that_tells_what_it_could_not_read(client: TestClient, disc: Path) -> None:
    url = opened(client, disc)
    (disc / "DICOM/2").rename(disc / "away")
    answer = client.post(f"{url}/api/medium/copy")
    assert answer.status_code == 202
    job = ended(client, url, answer.json()["job"])
    assert (job["kind"], job["state"], job["summary"]["unread"]) == ("carrying", "done", ["DICOM/2"])
    assert client.get(f"{url}/api/medium").json()["in_memory"] is False
    (disc / "away").rename(disc / "DICOM/2")
    again = ended(client, url, client.post(f"{url}/api/medium/copy").json()["job"])
    assert again["summary"]["unread"] == []
    assert client.get(f"{url}/api/medium").json()["in_memory"] is True


def test_the_audit_trail_is_told_of_a_session_and_not_of_what(
    client: TestClient, disc: Path, archive: FakeArchive
) -> None:
    opened(client, disc)
    assert [call for call in archive.calls if call[0] == "audit_session"] == [("audit_session", "folder")]


def test_a_disc_that_hangs_holds_up_nobody(client: TestClient, app: Starlette) -> None:
    going, hung = threading.Event(), threading.Event()

    class Hanging:
        size = 4096

        def read_at(self, position: int, length: int) -> bytes:
            hung.set()
            going.wait(60)
            raise OSError(5, f"no {length} bytes at {position}")

    files: dict[str, Hanging | bytes] = {"1": world.instance(number=1), "2": Hanging()}
    session = app.state.door.open_sessions.add(Archive.ephemeral(files))
    try:
        until(hung.is_set)
        assert client.get(f"{session.address}/api/patients").status_code == 200
        assert client.get(f"{session.address}/api/medium").json()["whole"] is False
        assert client.post(f"{session.address}/api/medium/copy").status_code == 409
        assert client.get("/api/sessions").status_code == 200
    finally:
        going.set()
    until(lambda: client.get(f"{session.address}/api/medium").json()["whole"])
    assert client.get(f"{session.address}/api/medium").json()["unreadable"] == 1
    assert client.delete(f"/api{session.address}").status_code == 204


def test_an_image_that_hangs_is_given_up_and_the_others_are_shown(
    client: TestClient, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fileroom.web.sessions.Patience", lambda: Patience(1.0, 0.2))
    going = threading.Event()
    going.set()

    class Hanging:
        def __init__(self, data: bytes) -> None:
            self.data, self.size = data, len(data)

        def read_at(self, position: int, length: int) -> bytes:
            going.wait(60)
            return self.data[position : position + length]

    files: dict[str, Hanging | bytes] = {"1": world.instance(number=1), "2": Hanging(world.instance(number=2))}
    session = app.state.door.open_sessions.add(Archive.ephemeral(files))
    until(lambda: client.get(f"{session.address}/api/medium").json()["whole"])
    [series] = client.get(f"{session.address}/api/series").json()["items"]
    images = client.get(f"{session.address}/api/series/{series['id']}/images").json()["instances"]
    good, bad = (f"{session.address}{image['frames_url']}/1" for image in images)
    going.clear()
    try:
        for _ in range(20):  # more than there are threads
            answer = client.get(bad)
            assert answer.status_code == 503
            assert answer.json()["detail"] == "The medium does not answer."
        assert client.get(good).status_code == 200
        assert client.get(f"{session.address}/api/patients").status_code == 200
    finally:
        going.set()
    until(lambda: client.get(bad).status_code == 200)


def test_a_catalog_that_was_closed_meanwhile_says_so_quietly(
    client: TestClient, disc: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = opened(client, disc)

    def closed_meanwhile(*_: object) -> None:
        assert client.delete(f"/api{url}").status_code == 204
        raise CatalogError("it is closed")

    monkeypatch.setattr(Archive, "search", closed_meanwhile)
    answer = client.get(f"{url}/api/patients")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not caplog.records


def test_what_goes_wrong_in_a_session_that_is_open_is_said_as_everywhere(
    client: TestClient, app: Starlette, disc: Path
) -> None:
    url = opened(client, disc)
    archive = app.state.door.open_sessions.get(url.rpartition("/")[2]).archive

    def search(_: object) -> None:
        raise CatalogError("the catalog cannot be used: it is broken")

    archive.search = search
    answer = client.get(f"{url}/api/patients")
    assert (answer.status_code, answer.json()["code"]) == (500, "catalog")
