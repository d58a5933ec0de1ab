from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from fileroom.web.app import create_app
from fileroom.web.pages import inside
from tests.web.conftest import ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.fake import FakeArchive

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/assets/app-1a2b.js", "text/javascript; charset=utf-8"),
        ("/assets/codec-9.wasm", "application/wasm"),
        ("/favicon.svg", "image/svg+xml"),
    ],
)
def test_files_have_their_types(stranger: TestClient, path: str, media_type: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == media_type
    assert stranger.head(path).headers["Content-Length"] == answer.headers["Content-Length"]


def test_only_names_with_a_digest_are_kept_forever(stranger: TestClient) -> None:
    assert stranger.get("/assets/codec-9.wasm").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert stranger.get("/").headers["Cache-Control"] == "no-cache"
    assert stranger.get("/favicon.svg").headers["Cache-Control"] == "no-cache"


def test_what_the_browser_has_is_not_sent_again(stranger: TestClient, static: Path) -> None:
    tag = stranger.get("/").headers["ETag"]
    again = stranger.get("/", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
    (static / "index.html").write_bytes(b"<!doctype html><title>newer build</title>")
    assert stranger.get("/", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding", "body"),
    [
        ("gzip, deflate, br", "br", b"let brotli"),
        ("gzip", "gzip", None),
        ("br;q=0, gzip;q=0.5", "gzip", None),
        ("identity", None, b"let plain"),
        ("", None, b"let plain"),
    ],
)
def test_compressed_siblings(stranger: TestClient, accepted: str, coding: str | None, body: bytes | None) -> None:
    with stranger.stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert (gzip.decompress(raw) if body is None else raw) == (body or b"let gzip")


@pytest.mark.parametrize("path", ["/patients", "/study/2.999.1", "/viewer/a/b?image=3"])
def test_bookmarks_lead_to_the_page(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path, headers=HTML)
    assert answer.status_code == 200
    assert "<title>fileroom</title>" in answer.text
    assert stranger.get(path, headers={"Accept": "application/json"}).status_code == 404


@pytest.mark.parametrize("path", ["/api/nothing", "/dicomweb/nothing", "/api"])
def test_data_are_never_a_page(client: TestClient, path: str) -> None:
    assert client.get(path, headers=HTML).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/assets/link.txt",
        "/folder-link/secret.txt",
        "//etc/passwd",
        "/%00",
        "/C:/secret.txt",
        "/assets/" + "a" * 5000,
        "/assets",
        "/assets/",
    ],
)
def test_no_path_leads_out(stranger: TestClient, static: Path, path: str) -> None:
    (static.parent / "secret.txt").write_bytes(b"secret")
    (static / "assets" / "link.txt").symlink_to(static.parent / "secret.txt")
    (static / "folder-link").symlink_to(static.parent)
    answer = stranger.get(ORIGIN + path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_links_inside_the_folder_are_followed(static: Path) -> None:
    (static / "same.js").symlink_to(static / "assets" / "app-1a2b.js")
    assert inside(static, "/same.js") is not None


def test_without_a_built_viewer_the_page_says_how_to_build_it(archive: FakeArchive, tmp_path: Path) -> None:
    for static in (None, tmp_path / "empty"):
        app = create_app(archive.as_archive, static=static)
        with TestClient(app, base_url=ORIGIN) as client:
            answer = client.get("/")
            assert answer.status_code == 503
            assert "npm run build" in answer.text
            assert client.get("/assets/a.js").status_code == 404
            assert client.get("/patients", headers=HTML).status_code == 503
