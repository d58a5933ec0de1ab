from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.web.test_jobs import told

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from tests.web import fake


def test_a_rebuild_is_a_job(client: TestClient, archive: fake.FakeArchive, tmp_path: Path) -> None:
    for body, paths in (({}, []), ({"paths": [str(tmp_path)]}, [str(tmp_path)])):
        answer = client.post("/api/rebuild", json=body)
        assert answer.status_code == 202
        _, end = told(client, answer.json()["job"])[-1]
        assert (end["kind"], end["state"], end["summary"]["kind"]) == ("import", "done", "rebuild")
        assert archive.calls.pop() == ("rebuild", paths)


@pytest.mark.parametrize(
    "body", [{"paths": [""]}, {"paths": 7}, {"paths": ["relative"]}, {"paths": ["/nowhere/at/all"]}]
)
def test_what_is_no_place_is_400(client: TestClient, archive: fake.FakeArchive, body: dict[str, Any]) -> None:
    answer = client.post("/api/rebuild", json=body)
    assert (answer.status_code, answer.json()["code"], archive.calls) == (400, "bad_request", [])
