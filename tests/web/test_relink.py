from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fileroom.model.plain import plain
from tests.web import fake
from tests.web.test_jobs import told

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient


@pytest.mark.parametrize(("follow", "number"), [(False, None), (True, 7)])
def test_a_relink_is_a_job(
    client: TestClient, archive: fake.FakeArchive, tmp_path: Path, follow: bool, number: int | None
) -> None:
    answer = client.post("/api/relink", json={"path": str(tmp_path), "follow": follow})
    assert answer.status_code == 202
    _, end = told(client, answer.json()["job"])[-1]
    assert (end["kind"], end["state"], end["summary"]) == ("relink", "done", plain(fake.relinked(number)))
    assert archive.calls == [("relink", (str(tmp_path), not follow))]


@pytest.mark.parametrize("body", [{}, {"path": ""}, {"path": 7}, {"path": "relative"}, {"path": "/nowhere/at/all"}])
def test_what_is_no_place_is_400(client: TestClient, archive: fake.FakeArchive, body: dict[str, Any]) -> None:
    answer = client.post("/api/relink", json=body)
    assert (answer.status_code, answer.json()["code"], archive.calls) == (400, "bad_request", [])
