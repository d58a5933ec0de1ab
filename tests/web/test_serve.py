"""The server itself, on a port of its own."""

from __future__ import annotations

import itertools
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from fileroom.errors import BadRequest, Busy
from fileroom.loopback import listening
from fileroom.web import wado
from fileroom.web.serve import Ready, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web import fake

ROOT = Path(__file__).parents[2]


@contextmanager
def served(archive: fake.FakeArchive, **options: Any) -> Iterator[Ready]:
    """A server in a thread, until the block ends."""
    ready: list[Ready] = []
    begun = threading.Event()

    def on_ready(told: Ready) -> None:
        ready.append(told)
        begun.set()

    thread = threading.Thread(target=serve, args=(archive.as_archive,), kwargs={"on_ready": on_ready, **options})
    thread.start()
    try:
        assert begun.wait(30)
        yield ready[0]
    finally:
        ready[0].stop()
        thread.join(30)
    assert not thread.is_alive()


def ask(ready: Ready, path: str, method: str = "GET", **headers: str) -> httpx2.Response:
    """One question, on a connection of its own; signed in unless it says otherwise."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{ready.port}", timeout=30) as client:
        return client.request(method, path, headers={"Authorization": f"Bearer {ready.token}"} | headers)


def test_what_is_ready(archive: fake.FakeArchive, static: Path) -> None:
    with served(archive, static=static) as ready:
        assert ready.dicomweb == f"http://127.0.0.1:{ready.port}/dicomweb"
        assert ready.url.startswith(f"http://127.0.0.1:{ready.port}/?token=")
        answer = ask(ready, ready.url)
        assert answer.status_code == 303
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        assert cookie.startswith(f"fileroom-{ready.port}=")  # two servers on one host keep their sessions apart
        assert ask(ready, "/api/session", Authorization="", Cookie=cookie).status_code == 200
        assert ask(ready, ready.url).status_code == 200  # once: now it is only the page
        assert ask(ready, "/api/status", Authorization="").status_code == 401
        answer = ask(ready, ready.dicomweb + "/studies")
        assert answer.status_code == 200
        assert answer.json()[0]["00081190"]["Value"][0].startswith(ready.dicomweb)
        assert "server" not in answer.headers
        assert ask(ready, "/api/status", Host="evil.example").status_code == 421


def test_head_and_streams_over_the_wire(archive: fake.FakeArchive) -> None:
    with served(archive) as ready:
        whole = ask(ready, "/dicomweb/studies/2.999.1")
        assert len(whole.content) == int(whole.headers["Content-Length"])
        head = ask(ready, "/dicomweb/studies/2.999.1", "HEAD")
        assert (head.content, head.headers["Content-Length"]) == (b"", whole.headers["Content-Length"])
        frames = ask(ready, "/api/instances/in-2.999.1.2.1/frames/1,2,3")
        assert frames.headers["Transfer-Encoding"] == "chunked"
        assert frames.content.count(b"decoded") == 3


def test_what_fails_midway_is_seen_to_be_cut_off(archive: fake.FakeArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    read = wado._read

    def failing(held: Any, found: wado.Found, offset: int, size: int) -> bytes:
        if found.file.path.endswith("1.1.3.dcm"):
            raise OSError(5, "Input/output error", found.file.path)
        return read(held, found, offset, size)

    monkeypatch.setattr(wado, "_read", failing)
    with served(archive) as ready, pytest.raises(httpx2.RemoteProtocolError):
        # a field that makes it the app's to answer, where the system lets files be sent straight (test_straight.py)
        ask(ready, "/dicomweb/studies/2.999.1/series/2.999.1.1", Trailer="x")


def test_no_log_tells_who_was_looked_at(archive: fake.FakeArchive, caplog: pytest.LogCaptureFixture) -> None:
    archive.failure = RuntimeError("ROSSI^Mario")
    with caplog.at_level(logging.DEBUG), served(archive) as ready:
        for path in (
            "/dicomweb/studies?PatientName=ROSSI",
            "/dicomweb/studies/2.999.1/metadata",
            "/api/patients?q=ROSSI",
        ):
            assert ask(ready, path).status_code == 500
    ours = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("http")
    )  # httpx2 tells
    assert "ROSSI" not in ours
    assert "2.999" not in ours
    assert "RuntimeError at fake.py" in ours


def test_a_port_in_use_is_said(archive: fake.FakeArchive) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Busy, match=f"Port {port} is in use"):
            serve(archive.as_archive, port=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])  # noqa: S104 - it must be refused
def test_only_this_computer_is_served(archive: fake.FakeArchive, host: str) -> None:
    with pytest.raises(BadRequest, match="this computer only"):
        serve(archive.as_archive, host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_port_0_takes_a_free_one(host: str) -> None:
    listener = listening(host, 0)
    with listener:
        assert listener.getsockname()[1] > 0


def test_a_port_can_be_taken_again_at_once(archive: fake.FakeArchive) -> None:
    with served(archive) as ready:
        assert ask(ready, "/api/session").status_code == 200
    with served(archive, port=ready.port) as again:
        assert again.port == ready.port


def test_what_goes_wrong_when_it_is_ready_is_not_swallowed(archive: fake.FakeArchive) -> None:
    def on_ready(_: Ready) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        serve(archive.as_archive, on_ready=on_ready)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    """With an import under way and a page that watches it: both end, and nothing hangs."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.web.serving"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        text=True,
    )
    with program:
        assert program.stdout is not None
        told = json.loads(program.stdout.readline())
        base = told["url"].partition("/?")[0]
        bearer = {"Authorization": f"Bearer {told['token']}"}
        with httpx2.Client(base_url=base, headers=bearer, timeout=30) as client:
            job = client.post("/api/imports", json={"paths": [str(tmp_path)]}).json()["job"]
            with client.stream("GET", f"/api/jobs/{job}/events") as events:
                lines = events.iter_lines()
                assert "event: progress" in itertools.islice(lines, 4)
                program.send_signal(number)
                list(lines)  # the stream ends
        out, err = program.communicate(timeout=30)
    assert json.loads(out) == {"ended": True, "imports": ["cancelled"]}
    assert err == ""
    assert program.returncode == 0
