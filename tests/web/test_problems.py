from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from fileroom import errors
from fileroom.web.problems import STATUS, of_error

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.web.fake import FakeArchive


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.NotFound("n"), 404, "not_found"),
        (errors.BadRequest("n"), 400, "bad_request"),
        (errors.SourceError("n"), 400, "bad_request"),
        (errors.Busy("n"), 409, "busy"),
        (errors.Unavailable("n"), 503, "unavailable"),
        (errors.Undecodable("n"), 422, "undecodable"),
        (errors.CatalogError("n"), 500, "catalog"),
        (errors.WrongKey("n"), 500, "catalog"),
        (errors.FileroomError("n"), 500, "internal"),
    ],
)
def test_our_errors_are_problem_documents(
    client: TestClient, archive: FakeArchive, error: errors.FileroomError, status: int, code: str
) -> None:
    archive.failure = error
    answer = client.get("/api/status")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": answer.json()["title"],
        "status": status,
        "detail": "n",
        "code": code,
    }
    assert answer.json()["title"]


def test_every_error_has_its_row() -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.FileroomError):
            assert of_error(kind()).status_code in {status for _, status, _ in STATUS}


@pytest.mark.parametrize("path", ["/api/status", "/dicomweb/studies", "/api/patients?q=x"])
def test_the_unforeseen_tells_nothing(
    client: TestClient, archive: FakeArchive, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    archive.failure = RuntimeError("/home/mario/ROSSI^Mario.dcm")
    with caplog.at_level(logging.DEBUG):
        answer = client.get(path)
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    for told in (answer.text, caplog.text):
        assert "mario" not in told.lower()
        assert "Traceback" not in told
        assert ".py" not in told.replace("fake.py:", "").replace("problems.py:", "").replace("_client.py:", "")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("fileroom")]
    assert len(ours) == 1
    assert ours[0].startswith("RuntimeError at fake.py:")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("POST", "/api/nothing", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/dicomweb/nothing", 404, "not_found"),
        ("GET", "/dicomweb/studies/", 404, "not_found"),
        ("GET", "/api/status/", 404, "not_found"),
        ("GET", "/assets/none.js", 404, "not_found"),
        ("POST", "/api/status", 405, "method_not_allowed"),
        ("PUT", "/api/imports", 405, "method_not_allowed"),
        ("DELETE", "/dicomweb/studies", 405, "method_not_allowed"),
        ("POST", "/", 405, "method_not_allowed"),
    ],
)
def test_no_route_and_no_method(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/api/imports", "GET, HEAD, POST"), ("/api/session", "DELETE, GET, HEAD, POST"), ("/api/remove", "POST")],
)
def test_405_names_all_that_is_allowed(client: TestClient, path: str, allowed: str) -> None:
    assert client.request("PATCH", path).headers["Allow"] == allowed
