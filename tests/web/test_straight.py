"""What is sent straight from files is what the app would have answered, to the byte, and stops when it would."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from fileroom.archive import Archive
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.web import sending, straight
from fileroom.web.serve import Ready, serve
from tests import world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fileroom.web.straight import Straight

pytestmark = pytest.mark.skipif(not straight.USABLE, reason="the system cannot say whether a read would wait")

SERIES = "/dicomweb/studies/2.999.1/series/2.999.1"
AS_STORED = 'Accept: multipart/related; type="*/*"; transfer-syntax=*'
NOISE = bytes(range(256)) * 64
FRAME = b"\xff\xd8\xff" + NOISE[:997]
EIGHT: dict[str, Any] = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
TREE = {
    "ct/1": world.instance(number=1, rows=64, columns=128, pixels=NOISE),
    "ct/2": world.instance(number=2, rows=64, columns=128, pixels=NOISE[::-1]),
    "implicit": world.instance(series=2, transfer_syntax=world.IMPLICIT_LE),
    "big": world.instance(series=3, transfer_syntax=world.EXPLICIT_BE),
    "deflated": world.instance(series=4, transfer_syntax=world.DEFLATED_LE),
    "cine": world.instance(series=5, rows=3, columns=3, pixels=b"a" * 9 + b"b" * 9, NumberOfFrames=2, **EIGHT),
    "bits": world.instance(
        series=6,
        rows=3,
        columns=3,
        pixels=b"\xaa\x55\x0f\0",
        NumberOfFrames=3,
        BitsAllocated=1,
        BitsStored=1,
        HighBit=0,
    ),
    "jpeg": world.instance(series=7, pixels=[FRAME, FRAME[:500]], transfer_syntax=world.JPEG_BASELINE, **EIGHT),
    "fragments": world.instance(
        series=8,
        pixels=[FRAME[:400], FRAME[400:], FRAME[:600], FRAME[600:]],
        transfer_syntax=world.JPEG_BASELINE,
        NumberOfFrames=2,
        **EIGHT,
    ),
    "short": world.instance(series=9, rows=64, columns=128, pixels=NOISE)[:-700],
    "report": world.instance(series=10, rows=0, modality="SR"),
}


class Served(NamedTuple):
    """A server, its archive, and the answers that went straight."""

    ready: Ready
    archive: Archive
    scans: Path
    straight: list[Straight]

    def ask(self, path: str, *fields: str, method: str = "GET") -> bytes:
        """The whole answer as it came, on a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.ready.port), timeout=30) as connection:
            connection.sendall(self.request(path, *fields, method=method))
            return received(connection, method)

    def request(self, path: str, *fields: str, method: str = "GET") -> bytes:
        """One request of somebody who is signed in."""
        own = f"Host: 127.0.0.1:{self.ready.port}", f"Authorization: Bearer {self.ready.token}"
        lines = f"{method} {path} HTTP/1.1", *(own if "Host" not in "".join(fields) else ()), *fields
        return "".join(line + "\r\n" for line in (*lines, "")).encode()

    def holds_files(self) -> bool:
        """Whether one of the scans is open."""
        return any(str(self.scans) in target for target in open_files())


def open_files() -> Iterator[str]:
    for one in Path("/proc/self/fd").iterdir():
        try:
            yield str(one.readlink())
        except OSError:
            continue


def received(connection: socket.socket, method: str = "GET") -> bytes:
    """One answer; what there is of it when it breaks off."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(1 << 16)
        if not piece:
            return data
        data += piece
    head = data.partition(b"\r\n\r\n")[0]
    length = re.search(rb"content-length: ([0-9]+)", head)
    has_body = method != "HEAD" and b" 304 " not in head
    whole = len(head) + 4 + (int(length[1]) if length and has_body else 0)
    chunked = has_body and b"transfer-encoding: chunked" in head
    while len(data) < whole or (chunked and not data.endswith(b"\r\n0\r\n\r\n")):
        try:
            piece = connection.recv(1 << 20)
        except ConnectionResetError:
            return data
        if not piece:
            return data
        data += piece
    return data


def same(answer: bytes) -> bytes:
    """An answer without what is another one each time."""
    boundary = re.search(rb"boundary=([0-9a-f]{32})", answer)
    answer = without_date(answer)
    return answer if boundary is None else answer.replace(boundary[1], b"BOUNDARY")


def without_date(answers: bytes) -> bytes:
    """uvicorn's clock begins to tell the time some moments after the server."""
    return re.sub(rb"\r\ndate: [^\r]*", b"", answers)


@contextmanager
def running(folder: Path, tree: dict[str, bytes], patch: pytest.MonkeyPatch) -> Iterator[Served]:
    scans = world.plant(folder / "scans", tree)
    went: list[Straight] = []

    class Counted(sending.Sending):
        def __init__(self, connection: socket.socket, start: bytes, answer: Straight) -> None:
            super().__init__(connection, start, answer)
            went.append(answer)

    patch.setattr(sending, "Sending", Counted)
    ready: list[Ready] = []
    begun = threading.Event()
    with Archive.open(Settings(archive=folder / "archive", use_keyring=False)) as archive:
        archive.bring_in([scans])

        def on_ready(told: Ready) -> None:
            ready.append(told)
            begun.set()

        thread = threading.Thread(target=serve, args=(archive,), kwargs={"on_ready": on_ready})
        thread.start()
        try:
            assert begun.wait(30)
            yield Served(ready[0], archive, scans, went)
        finally:
            ready[0].stop()
            thread.join(30)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def world_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The tree above, for those who change nothing."""
    with pytest.MonkeyPatch.context() as patch, running(tmp_path_factory.mktemp("straight"), TREE, patch) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A series of two, for those who do."""
    tree = {name: data for name, data in TREE.items() if name.startswith("ct/")}
    with running(tmp_path, tree, monkeypatch) as one:
        yield one


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A series that no socket takes at once."""
    tree = {f"{n}": world.instance(number=n, rows=512, columns=2048, pixels=NOISE * 128) for n in range(1, 13)}
    with running(tmp_path, tree, monkeypatch) as one:
        yield one


def frame(series: int, number: int = 1, of: int = 1) -> str:
    return f"{SERIES}.{series}/instances/2.999.1.{series}.{of}/frames/{number}"


PIXELS = "Accept: application/octet-stream"
PLAIN = [  # what is asked for, with which header field, and whether it goes straight
    (frame(1), AS_STORED, True),
    (frame(1, of=2), "Accept: */*", True),
    (frame(1), PIXELS, True),
    (frame(1), "X-Nothing: at all", True),  # no Accept
    (frame(1), "Accept: image/jpeg", False),  # 406
    (frame(1), 'Accept: multipart/related; type="image/jls"', False),  # encoded anew
    (frame(1, 2), AS_STORED, False),  # 404
    (frame(1) + ",1", AS_STORED, False),
    (frame(1) + "?accept=image/jpeg", AS_STORED, False),
    (frame(2), AS_STORED, True),
    (frame(3), AS_STORED, False),
    (frame(4), AS_STORED, False),
    (frame(5), AS_STORED, True),
    (frame(5, 2), PIXELS, True),
    (frame(5, 3), PIXELS, False),
    (frame(6, 2), AS_STORED, False),
    (frame(7), AS_STORED, True),
    (frame(7), "Accept: image/jpeg", True),
    (frame(7), PIXELS, False),  # decoded, which this one cannot be
    (frame(8), AS_STORED, True),
    (frame(8, 2), 'Accept: multipart/related; type="image/jpeg"', True),
    (frame(9), AS_STORED, False),  # the file ends inside it
    (frame(10), AS_STORED, False),
    (f"{SERIES}.1", AS_STORED, True),
    (f"{SERIES}.1", "Accept: */*", True),
    (f"{SERIES}.7", 'Accept: multipart/related; type="application/dicom"; transfer-syntax=*', True),
    (f"{SERIES}.10", AS_STORED, True),
    (f"{SERIES}.1", "Accept: text/html", False),
    (f"{SERIES}.99", AS_STORED, False),
    (f"{SERIES}.1/instances/2.999.1.1.1", AS_STORED, True),
    (f"{SERIES}.1/instances/2.999.1.1.1", "Accept: application/dicom", False),
    ("/dicomweb/studies/2.999.1", 'Accept: multipart/related; type="application/dicom"; transfer-syntax=*', True),
    ("/dicomweb/studies/2.999.1/metadata", "Accept: application/json", False),
]


@pytest.mark.parametrize(("path", "field", "plain"), PLAIN)
def test_it_is_what_the_app_answers(world_served: Served, path: str, field: str, plain: bool) -> None:
    expected = world_served.ask(path, field, "Trailer: x")  # a field that is not plain, and asks for nothing
    before = len(world_served.straight)
    answers = [world_served.ask(path, field) for _ in range(2)]  # made, and kept
    assert len(world_served.straight) - before == (2 if plain else 0)
    assert [same(one) for one in answers] == [same(expected)] * 2
    assert len({re.findall(rb"boundary=[0-9a-f]+", one)[0] for one in answers if b"boundary" in one}) in {0, 2}


@pytest.mark.parametrize("field", ["Range: bytes=0-9", "If-None-Match: *", "Origin: http://evil.example"])
@pytest.mark.parametrize("path", [frame(1), f"{SERIES}.1/instances/2.999.1.1.1"])
def test_what_asks_for_more_than_bytes_is_for_the_app(world_served: Served, path: str, field: str) -> None:
    world_served.ask(path, "Accept: application/dicom, application/octet-stream")
    before = len(world_served.straight)
    world_served.ask(path, "Accept: application/dicom, application/octet-stream", field)
    head = world_served.ask(path, AS_STORED, method="HEAD")
    assert head.startswith(b"HTTP/1.1 200")
    assert head.endswith(b"\r\n\r\n")
    assert len(world_served.straight) == before


def test_an_id_of_ours_is_an_address_too(world_served: Served) -> None:
    everyone = world_served.archive.walk(Query(level=Level.INSTANCE))
    instance = next(one for one in everyone if one.header.sop_instance_uid == "2.999.1.1.1")
    path = f"/api/instances/{instance.id}/frames/1"
    expected, before = world_served.ask(path, AS_STORED, "Trailer: x"), len(world_served.straight)
    assert same(world_served.ask(path, AS_STORED)) == same(expected)
    assert len(world_served.straight) == before + 1


# -- who may have it ---------------------------------------------------------------------------------------------


def test_strangers_get_nothing_on_a_connection_that_was_let_in(world_served: Served) -> None:
    port = world_served.ready.port
    strange = [f"Host: 127.0.0.1:{port}", f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer nothing"]
    strange += [f"Host: evil.example\r\nAuthorization: Bearer {world_served.ready.token}"]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for fields, status in zip(strange, (401, 401, 421), strict=True):
            connection.sendall(world_served.request(frame(1), AS_STORED))
            assert received(connection).startswith(b"HTTP/1.1 200")
            connection.sendall(world_served.request(frame(1), fields, AS_STORED))
            assert received(connection).startswith(b"HTTP/1.1 %d" % status)


def test_who_has_signed_out_gets_nothing(world_served: Served) -> None:
    port, host = world_served.ready.port, f"Host: 127.0.0.1:{world_served.ready.port}"
    url = world_served.ready.url.partition(str(port))[2]
    cookie = re.findall(rb"set-cookie: ([^;]+)", world_served.ask(url, host))[0].decode()
    asked = world_served.request(frame(1), host, AS_STORED, f"Cookie: {cookie}", "Sec-Fetch-Site: same-origin")
    cross = world_served.request(frame(1), host, AS_STORED, f"Cookie: {cookie}", "Sec-Fetch-Site: cross-site")
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(asked)
        assert received(connection).startswith(b"HTTP/1.1 200")
        connection.sendall(cross)
        assert received(connection).startswith(b"HTTP/1.1 401")
        world_served.ask("/api/session", host, f"Cookie: {cookie}", "Content-Length: 0", method="DELETE")
        connection.sendall(asked)
        assert received(connection).startswith(b"HTTP/1.1 401")


def test_a_revoked_token_ends_when_it_does_for_the_app(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from fileroom.web import sign_in

    monkeypatch.setattr(sign_in, "TOKEN_SECONDS", 0.0)
    secret = server.archive.new_token("viewer")
    fields = f"Host: 127.0.0.1:{server.ready.port}", f"Authorization: Bearer {secret}", AS_STORED
    assert server.ask(frame(1), *fields).startswith(b"HTTP/1.1 200")
    server.archive.revoke_token("viewer")
    assert server.ask(frame(1), *fields).startswith(b"HTTP/1.1 401")


# -- what becomes of files and entries -----------------------------------------------------------------------------


def test_another_file_at_the_same_place_is_never_sent_as_the_old_one(server: Served) -> None:
    path, file = frame(1), server.scans / "ct/1"
    first, facts = server.ask(path, AS_STORED), file.stat()
    whole = server.ask(f"{SERIES}.1", AS_STORED)
    file.write_bytes(TREE["ct/1"].replace(NOISE, NOISE[::-1]))
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # not even size and time tell
    second = server.ask(path, AS_STORED)
    assert NOISE in first
    assert NOISE not in second
    assert NOISE[::-1] in second
    assert server.ask(f"{SERIES}.1", AS_STORED) != whole
    file.write_bytes(b"short")
    assert same(server.ask(path, AS_STORED)) == same(server.ask(path, AS_STORED, "Trailer: x"))
    file.unlink()
    gone = server.ask(path, AS_STORED)
    assert gone.startswith(b"HTTP/1.1 503")
    assert same(gone) == same(server.ask(path, AS_STORED, "Trailer: x"))
    assert server.ask(f"{SERIES}.1", AS_STORED).startswith(b"HTTP/1.1 206")


def test_what_is_forgotten_is_not_sent(server: Served) -> None:
    path = frame(1)
    assert server.ask(path, AS_STORED).startswith(b"HTTP/1.1 200")
    patient = next(iter(server.archive.walk(Query(level=Level.PATIENT))))
    server.archive.forget([patient.id])
    assert server.ask(path, AS_STORED).startswith(b"HTTP/1.1 404")
    assert server.ask(f"{SERIES}.1", AS_STORED).startswith(b"HTTP/1.1 404")


def test_what_comes_for_others_drops_no_answer(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    answer = straight._answer

    def counted(archive: Archive, caller: straight.Caller, path: str) -> object:
        made.append(path)
        return answer(archive, caller, path)

    monkeypatch.setattr(straight, "_answer", counted)
    one, whole = frame(1), f"{SERIES}.1"
    by_id = f"/api/instances/{next(iter(server.archive.walk(Query(level=Level.INSTANCE)))).id}/frames/1"
    before = [server.ask(path, AS_STORED) for path in (one, whole, by_id)]
    assert made == [one, whole, by_id]
    server.archive.store([world.instance(study=2), world.instance(series=2)])  # of others
    assert [same(server.ask(path, AS_STORED)) for path in (one, whole, by_id)] == list(map(same, before))
    assert made == [one, whole, by_id]
    server.archive.store([world.instance(number=3, rows=64, columns=128, pixels=NOISE)])  # of the same series
    assert same(server.ask(one, AS_STORED)) == same(before[0])
    assert same(server.ask(by_id, AS_STORED)) == same(before[2])
    assert made == [one, whole, by_id]
    assert (before[1].count(b"DICM"), server.ask(whole, AS_STORED).count(b"DICM")) == (2, 3)
    assert made == [one, whole, by_id, whole]
    assert len(server.straight) == 9  # all of them


def test_what_is_said_of_an_image_drops_its_answer(server: Served) -> None:
    path = frame(1)
    server.ask(path, AS_STORED)
    server.ask(frame(1, of=2), AS_STORED)
    one = next(iter(server.archive.walk(Query(level=Level.INSTANCE))))
    server.archive.forget([one.id])
    assert server.ask(path, AS_STORED).startswith(b"HTTP/1.1 404")
    by_id = f"/api/instances/{one.id}/frames/1"
    assert same(server.ask(by_id, AS_STORED)) == same(server.ask(by_id, AS_STORED, "Trailer: x"))
    assert server.ask(frame(1, of=2), AS_STORED).startswith(b"HTTP/1.1 200")


def test_little_is_kept(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straight, "MOST_PIECES", 4)
    for number in (1, 2, 1, 2):
        assert server.ask(frame(1, of=number), AS_STORED).startswith(b"HTTP/1.1 200")
    assert server.ask(f"{SERIES}.1", AS_STORED).startswith(b"HTTP/1.1 200")


# -- connections -----------------------------------------------------------------------------------------------------


def test_what_is_not_in_memory_is_read_first(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = server.ask(f"{SERIES}.1", AS_STORED)
    monkeypatch.setattr(sending, "in_memory", lambda *_: False)
    assert same(server.ask(f"{SERIES}.1", AS_STORED)) == same(expected)
    assert server.ask(frame(1), AS_STORED).startswith(b"HTTP/1.1 200")


def test_requests_that_are_sent_ahead_are_answered_in_turn(large: Served) -> None:
    asked = [large.request(frame(1, of=n), AS_STORED) for n in (1, 2, 3)]
    expected = [large.ask(frame(1, of=n), AS_STORED, "Trailer: x") for n in (1, 2, 3)]
    for given in ([b"".join(asked)], asked, [asked[0] + asked[1][:40], asked[1][40:] + asked[2]]):
        with socket.create_connection(("127.0.0.1", large.ready.port), timeout=30) as connection:
            for piece in given:
                connection.sendall(piece)
                time.sleep(0.05)  # so that it comes by itself
            data = b""
            while data.count(b"--\r\n") < 3:
                data += connection.recv(1 << 20)
        places = [data.index(f".1.1.{n}/frames/1".encode()) for n in (1, 2, 3)]
        assert places == sorted(places)
        assert len(without_date(data)) == sum(len(without_date(one)) for one in expected)


def test_a_body_is_never_taken_for_a_request(server: Served) -> None:
    inner = server.request(frame(1), AS_STORED)
    outer = server.request(
        "/api/remove", "Content-Type: application/json", f"Content-Length: {len(inner)}", method="POST"
    )
    with socket.create_connection(("127.0.0.1", server.ready.port), timeout=30) as connection:
        connection.sendall(outer)
        time.sleep(0.1)
        connection.sendall(inner)
        assert received(connection).startswith(b"HTTP/1.1 400")
        assert not server.straight
        connection.sendall(inner)
        assert received(connection).startswith(b"HTTP/1.1 200")


def test_a_reader_that_does_not_read_holds_neither_memory_nor_files(
    large: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LET_GO", 0.05)
    expected = large.ask(f"{SERIES}.1", AS_STORED, "Trailer: x")
    with socket.create_connection(("127.0.0.1", large.ready.port), timeout=30) as connection:
        connection.sendall(large.request(f"{SERIES}.1", AS_STORED))
        _until(lambda: len(large.straight) == 1)
        _until(lambda: not large.holds_files())
        assert large.ask(frame(1), AS_STORED).startswith(b"HTTP/1.1 200")  # others do not wait
        assert same(received(connection)) == same(expected)


def test_a_file_that_changes_while_it_is_sent_ends_the_answer(large: Served) -> None:
    with socket.create_connection(("127.0.0.1", large.ready.port), timeout=30) as connection:
        connection.sendall(large.request(f"{SERIES}.1", AS_STORED))
        _until(lambda: len(large.straight) == 1)
        (large.scans / "12").write_bytes(b"another")
        answer = received(connection)
    assert b"2.999.1.1.1\r\n" in answer
    assert not answer.endswith(b"--\r\n")
    assert len(answer) < 12 * len(NOISE) * 128
    assert large.ask(frame(1), AS_STORED).startswith(b"HTTP/1.1 200")


def test_what_a_client_leaves_is_given_back(large: Served) -> None:
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", large.ready.port), timeout=30) as connection:
            connection.sendall(large.request(f"{SERIES}.1", AS_STORED))
            connection.recv(1000)
    _until(lambda: not large.holds_files())
    sockets = sum(target.startswith("socket:") for target in open_files())
    for _ in range(5):
        large.ask(frame(1), AS_STORED)
    _until(lambda: sum(target.startswith("socket:") for target in open_files()) <= sockets)


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
