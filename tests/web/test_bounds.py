"""What floods, and those who are slow on purpose, can do: nothing to others."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.settings import Settings
from fileroom.web import bounds, straight
from fileroom.web.serve import Ready, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORE = "POST /dicomweb/studies"
TYPE = 'Content-Type: multipart/related; type="application/dicom"; boundary=b'


@pytest.fixture(params=["straight", "by the app"])
def ready(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ready]:
    """A server, also one as it is on systems without ``sendfile``."""
    if request.param == "by the app":
        monkeypatch.setattr(straight, "USABLE", False)
    told: list[Ready] = []
    begun = threading.Event()

    def on_ready(one: Ready) -> None:
        told.append(one)
        begun.set()

    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        thread = threading.Thread(target=serve, args=(archive,), kwargs={"on_ready": on_ready})
        thread.start()
        try:
            assert begun.wait(30)
            yield told[0]
        finally:
            told[0].stop()
            thread.join(30)


def head(ready: Ready, line: str, *fields: str) -> bytes:
    own = f"Host: 127.0.0.1:{ready.port}", f"Authorization: Bearer {ready.token}"
    return "".join(one + "\r\n" for one in (f"{line} HTTP/1.1", *own, *fields, "")).encode()


def connected(ready: Ready) -> socket.socket:
    return socket.create_connection(("127.0.0.1", ready.port), timeout=30)


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server ends it."""
    data = b""
    try:
        while piece := connection.recv(1 << 16):
            data += piece
    except ConnectionResetError:
        pass
    return data


def breaks(connection: socket.socket, data: bytes) -> bool:
    """Whether somebody who sends the same for ever is stopped; the test hangs when not."""
    try:
        while True:
            connection.sendall(data)
    except OSError:
        return True


def is_served(ready: Ready) -> bool:
    with closing(connected(ready)) as connection:
        connection.sendall(head(ready, "GET /dicomweb/studies", "Connection: close"))
        return rest(connection).startswith(b"HTTP/1.1 204")


def test_a_flood_of_connections_locks_nobody_out(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_CONNECTIONS", 4)
    silent = [connected(ready) for _ in range(20)]
    assert is_served(ready)
    assert [rest(one) for one in silent[:10]] == [b""] * 10  # who came first was let go first
    for one in silent:
        one.close()


def test_who_is_being_answered_is_never_let_go_for_others(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_CONNECTIONS", 2)
    with closing(connected(ready)) as storing:
        storing.sendall(head(ready, STORE, TYPE, "Content-Length: 5") + b"--")
        silent = [connected(ready) for _ in range(6)]
        assert is_served(ready)
        storing.sendall(b"b--")
        assert storing.recv(1 << 16).startswith(b"HTTP/1.1 400")  # its own answer: nothing to store
        for one in silent:
            one.close()


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: 127"])
def test_a_head_that_does_not_come_to_its_end(ready: Ready, monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", 0.2)
    with closing(connected(ready)) as connection:
        connection.sendall(begun)
        assert rest(connection)[:12] == (b"HTTP/1.1 408" if begun else b"")
    monkeypatch.undo()
    assert is_served(ready)


def test_a_head_that_goes_on_and_on(ready: Ready) -> None:
    with closing(connected(ready)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert breaks(connection, b"X: " + b"x" * 1000 + b"\r\n")
    assert is_served(ready)


def test_a_body_that_trickles(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PACE_SECONDS", 0.2)
    with closing(connected(ready)) as connection:
        connection.sendall(head(ready, STORE, TYPE, "Content-Length: 100000") + b"--b\r\n\r\nx")
        assert rest(connection)[:12] == b"HTTP/1.1 408"
    assert is_served(ready)


@pytest.mark.parametrize("line", [STORE, "POST /api/imports", "POST /api/others"])
def test_a_huge_body_is_refused_before_any_of_it_comes(ready: Ready, line: str) -> None:
    kind = "application/vnd.fileroom.files" if line.endswith("others") else "application/json"
    with closing(connected(ready)) as connection:
        fields = TYPE if line == STORE else f"Content-Type: {kind}", "Expect: 100-continue"
        connection.sendall(head(ready, line, *fields, f"Content-Length: {1 << 50}"))
        assert rest(connection)[:12] == b"HTTP/1.1 413"


def test_a_body_without_an_end_is_refused_in_time(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LINGER_SECONDS", 0.1)
    with closing(connected(ready)) as connection:
        connection.sendall(head(ready, "POST /api/imports", "Transfer-Encoding: chunked"))
        assert breaks(connection, b"100000\r\n" + bytes(1 << 20) + b"\r\n")
    assert is_served(ready)


def test_a_refusal_is_read_though_the_body_still_comes(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LINGER_SECONDS", 60.0)
    with closing(connected(ready)) as connection:
        connection.sendall(head(ready, STORE, "Content-Type: text/plain", f"Content-Length: {8 << 20}"))
        connection.sendall(bytes(8 << 20))
        answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 415")
        assert answer.endswith(b"}")
