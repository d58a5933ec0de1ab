"""The paths of other files behind the door: kept when the page says so, with what they are never kept for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.volumes.making import nifti
from tests.web.real import Web, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECENT = "/api/others/recent"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with opened(tmp_path) as door:
        yield door


def test_paths_are_kept_from_when_it_is_switched_on_until_they_are_forgotten(web: Web, tmp_path: Path) -> None:
    path = str(nifti(tmp_path / "rossi.nii"))
    assert web.client.post("/api/others", json={"paths": [path]}).status_code == 201
    assert web.client.get(RECENT).json() == {"keep": False, "paths": []}
    assert web.client.put(RECENT, json={"keep": True}).json() == {"keep": True, "paths": []}
    assert web.client.post("/api/others", json={"paths": [str(tmp_path / "nothing.nii")]}).status_code == 503
    data = (tmp_path / "rossi.nii").read_bytes()
    handed_in = json.dumps([{"name": "anna.nii", "size": len(data)}]).encode() + b"\n" + data
    kind = {"Content-Type": "application/vnd.fileroom.files"}
    assert web.client.post("/api/others", content=handed_in, headers=kind).status_code == 201
    assert web.client.get(RECENT).json()["paths"] == []
    assert web.client.post("/api/others", json={"paths": [path]}).status_code == 201
    assert web.client.get(RECENT).json() == {"keep": True, "paths": [path]}
    assert web.client.delete(RECENT).status_code == 204
    assert web.client.get(RECENT).json() == {"keep": True, "paths": []}


def test_what_is_asked_must_make_sense(web: Web) -> None:
    assert web.client.put(RECENT, json={"keep": "yes"}).status_code == 400
    assert web.client.put(RECENT, json={}).status_code == 400
