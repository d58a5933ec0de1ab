from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from fileroom.model.ledger import ImportSummary
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts
from fileroom.web import api_places, places
from tests.world import plant

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from tests.web.fake import FakeArchive


def test_a_folder_as_a_person_expects_it(client: TestClient, tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "scan 10": None,
            "scan 2": None,
            "Alba": None,
            "alba 2": None,
            ".hidden": None,
            "IM1": b"",
            "IM2": b"",
            ".x": b"",
        },
    )
    (tmp_path / "link").symlink_to(tmp_path / "Alba")
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    answer = client.get("/api/folder", params={"path": str(tmp_path)}).json()
    held = [one["name"] for one in answer["folders"] if one["name"] not in {"files", "static"}]
    assert held == ["Alba", "alba 2", "link", "scan 2", "scan 10"]
    assert answer["path"] == str(tmp_path)
    assert answer["parent"] == str(tmp_path.parent)
    assert answer["files"] == 3
    assert answer["problem"] is None


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="file names are Unicode there")
def test_a_name_that_is_not_utf_8_leads_back_to_its_folder(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"M\xfcller") / "inner").mkdir(parents=True)
    folders = client.get("/api/folder", params={"path": str(tmp_path)}).json()["folders"]
    (odd,) = [one for one in folders if one["name"].startswith("M")]
    assert odd["name"] == r"M\xfcller"
    inner = client.get("/api/folder", params={"path": odd["path"]}).json()
    assert [one["name"] for one in inner["folders"]] == ["inner"]
    assert inner["path"] == odd["path"]


def test_the_root_has_no_parent(client: TestClient) -> None:
    assert client.get("/api/folder", params={"path": "/"}).json()["parent"] is None


def test_without_a_path_it_is_home(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert client.get("/api/folder").json()["path"] == str(tmp_path)
    assert client.get("/api/folder?path=~/static").json()["path"] == str(tmp_path / "static")


def test_dots_are_resolved(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/api/folder", params={"path": f"{tmp_path}/a/.."}).json()["path"] == str(tmp_path)


def test_problems_have_a_code(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/api/folder", params={"path": str(tmp_path / "none")}).json() == {
        "path": str(tmp_path / "none"),
        "parent": str(tmp_path),
        "folders": [],
        "files": 0,
        "problem": "not_found",
    }
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert client.get("/api/folder", params={"path": str(file)}).json()["problem"] == "not_found"
    for error, code in ((PermissionError(), "permission_denied"), (OSError(5, "Input/output error"), "unreachable")):

        def scandir(_: str, error: OSError = error) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(os, "scandir", scandir)
            assert places.folder(str(tmp_path)).problem == code


def test_a_folder_that_hangs_is_given_up(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def hang(_: str) -> places.Folder:
        let_go.wait()
        raise OSError

    monkeypatch.setattr(api_places, "PATIENCE", 0.01)
    monkeypatch.setattr(places, "folder", hang)
    answer = client.get("/api/folder", params={"path": str(tmp_path)})
    let_go.set()
    assert answer.json()["problem"] == "unreachable"
    assert answer.json()["parent"] == str(tmp_path.parent)


@pytest.mark.parametrize("path", ["relative", "..", "a/b", "\0", "/a\0b"])
def test_other_paths_are_400(client: TestClient, path: str) -> None:
    assert client.get("/api/folder", params={"path": path}).status_code == 400


def test_places(client: TestClient, archive: FakeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = plant(tmp_path / "mario", {"Desktop": None, "Documents": None})
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DESKTOP_DIR", "XDG_DOCUMENTS_DIR", "XDG_DOWNLOAD_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    mounts = [
        Mount("uuid:1", "disk", "STICK", "/media/mario/STICK"),
        Mount("uuid:2", "optical", "CD", "/run/media/mario/CD"),
        Mount("share:1", "network", "nas", "/volume1/nas"),
        Mount("uuid:3", "disk", "boot", "/boot/efi"),
        Mount("uuid:4", "disk", "hosts", "/etc/hosts"),
        Mount("place:1", "memory", "shm", "/dev/shm"),  # noqa: S108 - nothing is written
        Mount("uuid:5", "disk", "root", "/"),
    ]
    monkeypatch.setattr(drives, "current", lambda: Mounts.of(mounts))
    archive.past = [
        ImportSummary(id=2, roots=("/scans/new", str(home)), started="", state="done", files=1),
        ImportSummary(id=1, roots=("/scans/old", "/scans/new"), started="", state="done", files=1),
    ]
    found = [(one["kind"], one["name"], one["path"]) for one in client.get("/api/places").json()]
    assert found == [
        ("home", "mario", str(home)),
        ("desktop", "Desktop", str(home / "Desktop")),
        ("documents", "Documents", str(home / "Documents")),
        ("drive", "STICK", "/media/mario/STICK"),
        ("drive", "CD", "/run/media/mario/CD"),
        ("drive", "nas", "/volume1/nas"),
        ("root", "/", "/"),
        ("recent", "new", "/scans/new"),
        ("recent", "old", "/scans/old"),
    ]
