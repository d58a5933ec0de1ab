"""Checks over HTTP: begun, watched, stopped, and read afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.web.real import Web, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx2 import Client

    from tests.web import fake


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with opened(tmp_path) as door:
        yield door


def ended(client: Client, job: str) -> dict[str, Any]:
    """The job, when it is over."""
    client.get(f"/api/jobs/{job}/events")  # its stream ends when it does
    told: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
    return told


def test_a_check_from_start_to_findings(web: Web, tmp_path: Path) -> None:
    assert web.client.get("/api/checks").json() == {"items": [], "total": 0, "offset": 0}
    (tmp_path / "scans" / "1" / "ct2").unlink()
    started = web.client.post("/api/checks", json={"read_data": True, "sample": 1})
    assert started.status_code == 202
    job = ended(web.client, started.json()["job"])
    assert (job["kind"], job["state"], job["summary"]["counts"]["missing"]) == ("check", "done", 1)
    assert (job["summary"]["files"], job["summary"]["read"]) == (10, 9)
    number = job["summary"]["id"]
    assert web.client.get("/api/checks").json()["items"] == [job["summary"]]
    assert web.client.get(f"/api/checks/{number}").json() == job["summary"]
    (finding,) = web.client.get(f"/api/checks/{number}/findings?trouble=missing").json()["items"]
    assert finding["path"] == str(tmp_path / "scans" / "1" / "ct2")
    assert finding["subject"]["patient"]["alphabetic"] == "MÜLLER^Jörg"
    assert web.client.get(f"/api/entries/{finding['entry']}").json()["level"] == "series"
    assert web.client.get(f"/api/checks/{number}/findings").json()["total"] == 7  # and six studies on one drive


def test_one_at_a_time_and_stopped(client: Client, archive: fake.FakeArchive) -> None:
    job = client.post("/api/checks", json={}).json()["job"]
    assert archive.calls == [("check", (False, 1.0))]
    assert client.post("/api/checks", json={}).status_code == 409
    assert [one["kind"] for one in client.get("/api/jobs").json()] == ["check"]
    assert client.delete(f"/api/jobs/{job}").status_code == 202
    assert ended(client, job)["state"] == "cancelled"
    archive.gate.set()
    assert client.post("/api/checks", json={}).status_code == 202


@pytest.mark.parametrize(
    "body", [{"read_data": 1}, {"sample": 2}, {"sample": "5%"}, {"sample": True}, {"sample": -0.1}]
)
def test_what_is_not_understood_is_400(client: Client, archive: fake.FakeArchive, body: Any) -> None:
    assert client.post("/api/checks", json=body).status_code == 400
    assert archive.calls == []


@pytest.mark.parametrize("path", ["/api/checks/7", "/api/checks/x", "/api/checks/7/findings"])
def test_what_is_not_there_is_404(web: Web, path: str) -> None:
    assert web.client.get(path).status_code == 404


def test_a_kind_of_trouble_that_there_is_not(web: Web) -> None:
    assert web.client.get("/api/checks/1/findings?trouble=weather").status_code == 400
