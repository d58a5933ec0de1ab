"""A surface as a job: made, fetched once, refused in words."""

from __future__ import annotations

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


def series_of(web: Web, modality: str) -> str:
    found = web.client.get("/api/series?limit=100").json()["items"]
    return next(str(one["id"]) for one in found if one["modality"] == modality and one["counts"]["instances"] > 1)


def ended(web: Web, job: str) -> dict[str, Any]:
    until(lambda: bool(web.client.get(f"/api/jobs/{job}").json()["state"] != "running"))
    state: dict[str, Any] = web.client.get(f"/api/jobs/{job}").json()
    return state


def test_is_made_and_given_once(web: Web) -> None:
    answer = web.client.post(f"/api/series/{series_of(web, 'CT')}/surface", json={"level": 7})
    assert answer.status_code == 202
    job = answer.json()["job"]
    state = ended(web, job)
    assert (state["kind"], state["state"]) == ("surface", "done")
    assert state["summary"]["slices"] == 3
    given = web.client.get(f"/api/jobs/{job}/surface")
    assert given.status_code == 200
    assert given.headers["Content-Type"].startswith("model/stl")
    assert len(given.content) == 84 + 50 * state["summary"]["triangles"] == state["summary"]["bytes"]
    assert web.client.get(f"/api/jobs/{job}/surface").status_code == 404


def test_no_volume_is_told_in_words(web: Web) -> None:
    answer = web.client.post(f"/api/series/{series_of(web, 'SC')}/surface", json={"level": 1})
    if answer.status_code == 202:  # a slow machine answers before it is found out
        assert ended(web, answer.json()["job"])["state"] == "failed"
    else:
        assert answer.status_code == 422


@pytest.mark.parametrize("body", [{}, {"level": "x"}, {"level": True}, {"level": 1, "downsample": 1.5}])
def test_what_is_asked_must_be_numbers(web: Web, body: dict[str, Any]) -> None:
    assert web.client.post(f"/api/series/{series_of(web, 'CT')}/surface", json=body).status_code == 400


def test_there_is_no_file_of_other_jobs(web: Web) -> None:
    job = web.client.post("/api/checks", json={}).json()["job"]
    ended(web, job)
    assert web.client.get(f"/api/jobs/{job}/surface").status_code == 404
    assert web.client.get("/api/jobs/0123456789abcdef/surface").status_code == 404
