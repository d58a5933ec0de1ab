"""Who may come in. The routes are taken from the app itself, so that a new one is covered without a word here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from fileroom.loopback import is_loopback
from fileroom.settings import Guests
from fileroom.web.app import create_app
from fileroom.web.gate import HEADERS, host_name, is_data
from fileroom.web.sign_in import MAX_SESSIONS, TOKEN_SECONDS, SignIn
from tests.web.conftest import ORIGIN
from tests.web.fake import FakeArchive

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.applications import Starlette


def data_paths() -> list[str]:
    app = create_app(FakeArchive().as_archive, static=None)
    paths = [route.path for route in app.routes if isinstance(route, Route)]
    mounts = [route for route in app.routes if isinstance(route, Mount)]
    assert [route.path for route in mounts] == ["/sessions/{session}"]  # has the same routes; see test_sessions.py
    assert len(paths) + len(mounts) == len(app.routes), "a mount or a websocket would need a look here"
    return sorted({re.sub(r"\{[^}]+\}", "1", path) for path in paths if is_data(path)} - {"/api/session"})


def test_the_list_of_routes_is_not_empty_by_mistake() -> None:
    assert {"/api/patients", "/dicomweb/studies", "/dicomweb/studies/1/series/1/instances/1/frames/1"} <= {
        *data_paths()
    }


@pytest.mark.parametrize("path", data_paths())
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT"])
def test_strangers_get_401(stranger: TestClient, archive: FakeArchive, method: str, path: str) -> None:
    answer = stranger.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    if method != "HEAD":
        assert answer.json()["code"] == "unauthorized"
    assert archive.calls == []
    assert archive.asked == []


@pytest.mark.parametrize(
    "path", ["/api%2Fstatus", "//api/status", "/api/./status", "/x/../api/status", "/API/status", "/api/status/"]
)
def test_no_other_spelling_leads_around_the_gate(stranger: TestClient, archive: FakeArchive, path: str) -> None:
    assert stranger.get(path).status_code in {401, 404}
    assert archive.calls == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Cookie": "fileroom=wrong"},
        {"Cookie": "fileroom="},
        {"Cookie": "fileroom"},
    ],
)
def test_wrong_secrets_get_401(stranger: TestClient, headers: dict[str, str]) -> None:
    assert stranger.get("/api/status", headers=headers).status_code == 401


def test_the_printed_address_signs_in_once(stranger: TestClient, sign_in: SignIn) -> None:
    token = sign_in.issue()
    answer = stranger.get(f"/study/7?token={token}&view=list+of&tab=")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/study/7?view=list+of&tab="
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("fileroom=")
    assert set(cookie.split("; ")[1:]) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    assert stranger.get("/api/session").json() == {"signed_in": True}
    stranger.cookies.clear()
    again = stranger.get(f"/?token={token}")
    assert again.status_code == 200
    assert "Set-Cookie" not in again.headers
    assert "<title>fileroom</title>" in again.text
    assert stranger.get("/api/session").status_code == 401


@pytest.mark.parametrize("path", ["//evil.example/", "/%5Cevil.example", "/%5C%2Fevil.example/", "//evil.example%2F.."])
def test_signing_in_never_leads_to_another_host(stranger: TestClient, sign_in: SignIn, path: str) -> None:
    answer = stranger.get(f"{ORIGIN}{path}?token={sign_in.issue()}")
    assert answer.status_code == 303
    assert re.match(r"/[^/\\]", answer.headers["Location"])


def test_asking_for_the_headers_alone_does_not_use_the_token_up(stranger: TestClient, sign_in: SignIn) -> None:
    token = sign_in.issue()
    assert "Set-Cookie" not in stranger.head(f"/?token={token}").headers
    assert stranger.get(f"/?token={token}").status_code == 303


def test_a_page_signs_in_by_itself_and_out_again(stranger: TestClient, sign_in: SignIn) -> None:
    token = sign_in.issue()
    assert stranger.post("/api/session", json={"token": "wrong"}).status_code == 401
    assert stranger.post("/api/session", json={"token": 7}).status_code == 400
    assert stranger.post("/api/session", json={}).status_code == 400
    assert stranger.post("/api/session", json={"token": token}).status_code == 204
    assert stranger.get("/api/status").status_code == 200
    assert stranger.post("/api/session", json={"token": token}).status_code == 401
    kept = stranger.cookies["fileroom"]
    assert stranger.delete("/api/session").status_code == 204
    assert stranger.get("/api/status", headers={"Cookie": f"fileroom={kept}"}).status_code == 401


def test_programs_come_in_with_the_servers_secret(stranger: TestClient, sign_in: SignIn, archive: FakeArchive) -> None:
    assert stranger.get("/api/session", headers={"Authorization": f"bearer {sign_in.bearer}"}).status_code == 200
    assert archive.calls == []  # the catalog is not asked for it


def test_programs_come_in_with_a_token_of_the_archive(archive: FakeArchive) -> None:
    now = [0.0]
    sign_in = SignIn(archive.check_token, clock=lambda: now[0])
    app = create_app(archive.as_archive, static=None, sign_in=sign_in)
    archive.tokens.add("long-lived")
    headers = {"Authorization": "Bearer long-lived"}
    with TestClient(app, base_url=ORIGIN) as client:
        assert [client.get("/api/status", headers=headers).status_code for _ in range(3)] == [200] * 3
        assert archive.calls == [("check_token", "long-lived")]  # once, then it is remembered
        archive.tokens.clear()
        now[0] += TOKEN_SECONDS
        assert client.get("/api/status", headers=headers).status_code == 401
        archive.tokens.add("long-lived")  # that it was refused is not remembered
        assert client.get("/api/status", headers=headers).status_code == 200


def test_other_cookies_of_this_host_do_no_harm(stranger: TestClient, sign_in: SignIn) -> None:
    session = sign_in.redeem(sign_in.issue())
    for jar in (
        f'odd="a; b={{}}; fileroom={session}',
        f"fileroom=old; fileroom={session}",
        f"x@y=1;fileroom={session}",
    ):
        assert stranger.get("/api/status", headers={"Cookie": jar}).status_code == 200


def test_the_oldest_session_makes_room(archive: FakeArchive) -> None:
    sign_in = SignIn(archive.check_token)
    sessions = [sign_in.redeem(sign_in.issue()) or "" for _ in range(MAX_SESSIONS + 1)]
    assert not sign_in.has_session(sessions[0])
    assert all(map(sign_in.has_session, sessions[1:]))


def test_only_digests_of_secrets_are_looked_up() -> None:
    # A look-up by the secret itself could tell by its time how much of it was right.
    sign_in = SignIn(lambda _: True)
    token = sign_in.issue()
    session = sign_in.redeem(sign_in.issue()) or ""
    sign_in.check("program")
    kept = repr(vars(sign_in))
    assert not [secret for secret in (token, session, "program") if secret in kept]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1", "10.0.0.1", "127.0.0.1:x"]
)
def test_a_foreign_host_gets_421(client: TestClient, host: str) -> None:
    answer = client.get("/api/status", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "misdirected"
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8177", "localhost:9", "LOCALHOST", "[::1]:8177", "a.localhost"]
)
def test_this_machine_by_any_of_its_names(client: TestClient, host: str) -> None:
    assert client.get("/api/status", headers={"Host": host}).status_code == 200


def test_names_in_a_host_header() -> None:
    assert host_name("[::1]:80") == "::1"
    assert host_name("a:b:c") is None
    assert is_loopback("127.3.4.5")
    assert not is_loopback("0.0.0.0")  # noqa: S104 - nothing is bound here


def test_two_host_headers_get_421(app: Starlette) -> None:
    with TestClient(app, base_url=ORIGIN) as client:
        request = client.build_request("GET", "/")
        request.headers = type(request.headers)([("Host", "127.0.0.1"), ("Host", "127.0.0.1")])
        assert client.send(request).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/remove"), ("POST", "/api/imports"), ("POST", "/api/session"), ("DELETE", "/api/jobs/1")],
)
def test_other_pages_may_change_nothing(
    client: TestClient, sign_in: SignIn, archive: FakeArchive, method: str, path: str, headers: dict[str, str]
) -> None:
    bearer = {"Authorization": f"Bearer {sign_in.bearer}"}
    answer = client.request(method, path, headers=headers | bearer, json={"ids": ["1"]} if method == "POST" else None)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"
    assert archive.calls == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": ORIGIN},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_our_own_pages_may(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/remove", json={"ids": ["1"]}, headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_a_page_on_another_port_cannot_read_with_our_cookie(client: TestClient, site: str) -> None:
    # Cookies know no ports: the browser would send ours with the request of another server's page.
    assert client.get("/api/status", headers={"Sec-Fetch-Site": site}).status_code == 401


@pytest.mark.parametrize("path", ["/", "/api/status", "/api/nothing", "/dicomweb/studies", "/assets/app-1a2b.js"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    for name, value in HEADERS:
        assert answer.headers[name.decode()] == value.decode()
    assert answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/api/status", "/api/patients", "/dicomweb/studies", "/api/places"])
def test_data_are_not_kept_by_browsers(client: TestClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_pages_are_open(stranger: TestClient, static: Path) -> None:
    assert stranger.get("/").content == (static / "index.html").read_bytes()
    assert stranger.get("/assets/app-1a2b.js").status_code == 200


# -- guests of DICOMweb ------------------------------------------------------------------------------------------


def guest_app(archive: FakeArchive, guests: Guests) -> TestClient:
    return TestClient(create_app(archive.as_archive, static=None, guests=guests), base_url=ORIGIN)


def test_without_sign_in_dicomweb_is_open_and_nothing_else(archive: FakeArchive) -> None:
    client = guest_app(archive, Guests(unsigned=True))
    assert client.get("/dicomweb/studies").status_code == 200
    for path in ("/api/status", "/dicomwebs", "/api/patients"):
        assert client.get(path).status_code in {401, 404, 503}
    assert client.get("/api/patients").status_code == 401
    assert client.get("/dicomweb/studies", headers={"Host": "evil.example"}).status_code == 421
    cross = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/dicomweb/studies", headers=cross).status_code == 403
    assert "Access-Control-Allow-Origin" not in client.get("/dicomweb/studies", headers=cross).headers


def test_pages_of_the_list_may_use_dicomweb(archive: FakeArchive) -> None:
    client = guest_app(archive, Guests(unsigned=True, origins=("http://127.0.0.1:3000/",)))
    ohif = {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"}
    asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    preflight = client.options("/dicomweb/studies", headers=ohif | asks)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, ohif["Origin"])
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    answer = client.get("/dicomweb/studies", headers=ohif)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, ohif["Origin"])
    assert "Origin" in answer.headers["Vary"]
    assert client.post("/dicomweb/studies", headers=ohif).status_code == 415
    for path, origin in (("/api/status", ohif["Origin"]), ("/dicomweb/studies", "http://127.0.0.1:3001")):
        other = client.options(path, headers={"Origin": origin} | asks)
        assert "Access-Control-Allow-Origin" not in other.headers


def test_pages_of_the_list_are_strangers_without_a_token(archive: FakeArchive) -> None:
    client = guest_app(archive, Guests(origins=("http://127.0.0.1:3000",)))
    answer = client.get("/dicomweb/studies", headers={"Origin": "http://127.0.0.1:3000"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, "http://127.0.0.1:3000")
