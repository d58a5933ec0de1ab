"""Conflicts over HTTP: listed, chosen, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import world
from tests.web.real import MUELLER, Web, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with opened(tmp_path) as door:
        door.archive.bring_in(
            world.plant(tmp_path / "more", {"ct2": world.instance(study=1, number=2, **MUELLER, ImageComments="again")})
        )
        yield door


def listed(web: Web, query: str = "") -> list[dict[str, Any]]:
    answer = web.client.get(f"/api/conflicts{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_listed_chosen_and_taken_back(web: Web) -> None:
    (one,) = listed(web)
    assert (one["number"], one["chosen"], [file["shown"] for file in one["files"]]) == (2, False, [True, False])
    told = {said["keyword"]: (said["one"], said["other"]) for said in one["files"][1]["differences"]}
    assert told["ImageComments"] == ("", "again")
    series = web.client.get(f"/api/entries/{one['series']}").json()["entry"]
    assert series["conflicts"] == 1
    assert listed(web, f"?series={one['series']}") == [one]
    other = one["files"][1]["id"]
    assert web.client.post("/api/choose", json={"file": other}).json() == {"instance": one["instance"]}
    (now,) = listed(web)
    assert (now["chosen"], now["files"][0]["id"]) == (True, other)
    assert web.client.post("/api/unchoose", json={"file": other}).json() == {"instance": one["instance"]}
    assert listed(web) == [one]
    assert web.client.post("/api/unchoose", json={"file": other}).status_code == 400
    assert web.client.post("/api/choose", json={"file": 4711}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"file": "1"}, {"file": True}, {"file": 0}, {"file": 2**64}])
def test_what_is_not_understood_is_400(web: Web, body: Any) -> None:
    assert web.client.post("/api/choose", json=body).status_code == 400
