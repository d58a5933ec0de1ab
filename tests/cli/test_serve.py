"""``serve`` and ``demo`` as they are run: processes of their own, asked over HTTP, ended by a signal."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from fileroom.catalog.store import Catalog
from fileroom.cli import serve
from fileroom.cli.status import OUTDATED
from fileroom.errors import Busy
from fileroom.settings import NO_GUESTS
from tests.patience import until
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Fileroom

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a process is not ended by SIGTERM")


@contextmanager
def running(*arguments: str | Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "fileroom", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "FILEROOM_KEYRING": "off", "CI": "true", **environment},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    said: dict[str, Any] = json.loads(line)
    return said


def get(said: dict[str, str], path: str, token: str | None = None) -> httpx2.Response:
    address = said["url"].partition("/?")[0] + path
    return httpx2.get(address, headers={"Authorization": f"Bearer {token or said['token']}"})


def ended(process: subprocess.Popen[str], by: signal.Signals) -> tuple[int, str, str]:
    process.send_signal(by)
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_one_line_answers_and_ends(fileroom: Fileroom, tmp_path: Path, by: signal.Signals) -> None:
    fileroom("import", plant(tmp_path / "scans", {"one": instance(patient_name="ROSSI^Mario")}))
    secret = fileroom("token", "new", "program").out.strip()
    with running("--archive", fileroom.folder, "serve", "--port", "0", "--json") as process:
        said = ready(process)
        assert set(said) == {"url", "token", "dicomweb"}
        assert said["url"].startswith("http://127.0.0.1:")
        assert get(said, "/api/patients").json()["items"][0]["name"]["alphabetic"] == "ROSSI^Mario"
        assert get(said, "/api/patients", secret).json()["total"] == 1
        assert get(said, "/api/patients", "wrong").status_code == 401
        assert ended(process, by) == (0, "", "")


def test_what_an_older_version_read_wants_a_rebuild(fileroom: Fileroom, tmp_path: Path) -> None:
    fileroom("import", plant(tmp_path / "scans", {"one": instance()}))
    assert "Advice" not in fileroom("status").out
    catalog = Catalog(fileroom.folder)
    with catalog.database.transaction() as cursor:
        cursor.execute("UPDATE series SET base = json_remove(base, '$[#-1]')")
    catalog.close()
    assert f"Advice:    {OUTDATED}" in fileroom("status").out
    with running("serve", "--open", "--port", "0", "--archive", fileroom.folder) as process:
        assert process.stderr is not None
        said = [process.stderr.readline() for _ in range(2)]
        ended(process, signal.SIGINT)
    assert said == [serve.OPEN_YOURSELF + "\n", f"{OUTDATED.capitalize()}.\n"]
    assert fileroom("rebuild").code == 0
    assert "Advice" not in fileroom("status").out


def test_serve_answers_dicom_nodes_when_it_is_asked_to(fileroom: Fileroom) -> None:
    assert fileroom("peers", "add", "scanner", "CT01@127.0.0.1:104", "--allow").code == 0
    with running(
        "--archive", fileroom.folder, "serve", "--port", "0", "--dimse", "0", "--aet", "HERE", "--json"
    ) as process:
        said = ready(process)
        node = said["dimse"]
        assert (node["host"], node["aet"]) == ("127.0.0.1", "HERE")
        with socket.create_connection((node["host"], node["port"]), timeout=20) as stranger:
            stranger.sendall(b"\x07\0\0\0\0\4\0\0\0\0")  # A-ABORT, for want of anything to ask
            assert stranger.recv(1) == b""
        assert ended(process, signal.SIGTERM) == (0, "", "")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((node["host"], node["port"]), timeout=20)


def test_serve_without_a_screen_prints_the_address_and_stays_up(fileroom: Fileroom) -> None:
    with running("serve", "--open", "--port", "0", "--archive", fileroom.folder) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx2.get(url).status_code == 303  # signed in by the address
        code, out, err = ended(process, signal.SIGINT)
    assert (code, out, err) == (0, "", serve.OPEN_YOURSELF + "\n")


def test_a_port_that_is_taken(fileroom: Fileroom) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = fileroom("serve", "--port", port, "--json")
    assert (said.code, said.out, said.error["code"]) == (5, "", "busy")


def test_nobody_asked_for_the_usual_port(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def answer(_archive: object, *, port: int, on_ready: object, session: object, guests: object, node: bool) -> None:
        assert not node
        tried.append(port)
        if port == serve.USUAL_PORT:
            raise Busy("taken")

    monkeypatch.setattr("fileroom.web.serve.serve", answer)
    archive: Any = object()
    serve.stay_up(archive, port=None, show=False, as_json=False)
    assert tried == [serve.USUAL_PORT, 0]
    with pytest.raises(Busy):
        serve.stay_up(archive, port=serve.USUAL_PORT, show=False, as_json=False)


def test_fileroom_alone_opens_the_archive(fileroom: Fileroom, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(serve, "stay_up", lambda _archive, **options: seen.append(options))
    assert fileroom().code == 0
    assert fileroom("serve").code == 0
    assert fileroom("serve", "--open", "--port", "8000", "--json").code == 0
    nobody = {"guests": NO_GUESTS}
    assert seen == [
        {"port": None, "show": True, "as_json": False} | nobody,
        {"port": None, "show": False, "as_json": False} | nobody,
        {"port": 8000, "show": True, "as_json": True} | nobody,
    ]


def test_without_sign_in_it_says_so_loudly(tmp_path: Path) -> None:
    arguments = ("serve", "--port", "0", "--no-auth", "--allow-origin", "http://127.0.0.1:3000", "--json")
    with running(*arguments, "--archive", tmp_path / "archive") as process:
        said = ready(process)
        assert httpx2.get(f"{said['dicomweb']}/studies").status_code == 204
        asked = httpx2.get(f"{said['dicomweb']}/studies", headers={"Origin": "http://127.0.0.1:3000"})
        assert asked.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:3000"
        assert httpx2.get(said["url"].partition("/?")[0] + "/api/patients").status_code == 401
        code, _, error = ended(process, signal.SIGTERM)
        assert code == 0
        assert "--no-auth" in error


def test_import_and_watch(fileroom: Fileroom, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"one": instance(number=1)})
    with running("import", root, "--watch", "--json", "--archive", fileroom.folder) as process:
        assert (ready(process)["import"], fileroom("list", "--json").json["total"]) == (1, 1)
        plant(root, {"two": instance(number=2)})
        second = ready(process)
        assert (second["import"], second["added"], second["roots"]) == (2, 1, [str(root.resolve())])
        assert fileroom("import", root, "--json").json["unchanged"] == 2  # nobody is refused because of it
        code, out, err = ended(process, signal.SIGINT)
    assert (code, out, "Stopping" in err) == (0, "", True)


def test_serve_obeys_the_switch_of_a_folder(fileroom: Fileroom, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"one": instance(number=1)})
    fileroom("import", root)
    assert fileroom("roots", "watch", root).code == 0
    with running("--archive", fileroom.folder, "serve", "--port", "0", "--json") as process:
        said = ready(process)
        plant(root, {"two": instance(number=2)})
        until(lambda: get(said, "/api/imports").json()["total"] == 2)
        assert get(said, "/api/instances").json()["total"] == 2
        assert ended(process, signal.SIGTERM) == (0, "", "")
