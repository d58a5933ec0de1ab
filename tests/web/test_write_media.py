"""Media as a job: written, given once, refused in words."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.patience import until
from tests.web.real import Web, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with opened(tmp_path) as door:
        yield door


def a_study(web: Web) -> str:
    return str(web.client.get("/api/studies").json()["items"][0]["id"])


def test_is_written_and_given_once(web: Web) -> None:
    asked = {"ids": [a_study(web)], "form": "zip", "deidentify": {"retain_dates": True, "force": True}}
    answer = web.client.post("/api/write-media", json=asked)
    assert answer.status_code == 202
    job = answer.json()["job"]
    until(lambda: bool(web.client.get(f"/api/jobs/{job}").json()["state"] != "running"))
    state = web.client.get(f"/api/jobs/{job}").json()
    assert (state["kind"], state["state"], state["summary"]["deidentified"]) == ("media", "done", True)
    assert web.client.get(f"/api/jobs/{job}/surface").status_code == 404
    given = web.client.get(f"/api/jobs/{job}/media")
    assert given.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == state["summary"]["files"]
        assert "DICOMDIR" in archive.namelist()
    assert web.client.get(f"/api/jobs/{job}/media").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": [], "form": "zip"},
        {"ids": ["a"], "form": "folder"},
        {"ids": ["a"], "form": "folder", "path": "relative"},
        {"ids": ["a"], "form": "folder", "path": "/nowhere/disc.zip"},
        {"ids": ["a"], "form": "zip", "path": "/nowhere/disc"},
        {"ids": ["a"], "form": "iso", "password": "x"},
        {"ids": ["a"], "form": "zip", "deidentify": {"everything": True}},
        {"ids": ["a"], "form": "zip", "deidentify": {"force": "yes"}},
    ],
)
def test_what_is_asked_must_make_sense(web: Web, body: dict[str, Any]) -> None:
    assert web.client.post("/api/write-media", json=body).status_code == 400


def test_a_folder_is_written_where_it_is_to_be(web: Web, tmp_path: Path) -> None:
    target = tmp_path / "stick" / "for-a-colleague"
    target.parent.mkdir()
    asked = {"ids": [a_study(web)], "form": "folder", "path": str(target)}
    job = web.client.post("/api/write-media", json=asked).json()["job"]
    until(lambda: bool(web.client.get(f"/api/jobs/{job}").json()["state"] != "running"))
    assert web.client.get(f"/api/jobs/{job}").json()["state"] == "done"
    assert (target / "DICOMDIR").is_file()
    assert web.client.get(f"/api/jobs/{job}/media").status_code == 404
    again = web.client.post("/api/write-media", json=asked)
    assert (again.status_code, "is there already" in again.text) == (400, True)
    assert [path.name for path in target.parent.iterdir()] == ["for-a-colleague"]


def test_an_entry_that_is_not_there(web: Web) -> None:
    answer = web.client.post("/api/write-media", json={"ids": ["00000000"], "form": "zip"})
    if answer.status_code == 202:  # a slow machine answers before it is found out
        job = answer.json()["job"]
        until(lambda: bool(web.client.get(f"/api/jobs/{job}").json()["state"] == "failed"))
    else:
        assert answer.status_code == 404
