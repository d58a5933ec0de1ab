"""What leaves a connection: whole, in its order, and not for those who hardly take it."""

from __future__ import annotations

import socket
import sys
import threading

import pytest

from fileroom.network.wire import Silent, Wire

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there small buffers cannot be had of a pair of sockets"
)


def test_what_is_sent_arrives_in_its_order_however_it_is_cut() -> None:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # so that calls send a part of what they are given
    wire = Wire(ours)
    pieces: list[bytes | memoryview] = [bytes([n % 251]) * (1 << (n % 17)) for n in range(200)]
    expected = b"".join(pieces)
    came = bytearray()

    def take() -> None:
        while data := theirs.recv(3000):
            came.extend(data)

    reader = threading.Thread(target=take)
    reader.start()
    for piece in pieces:
        wire.write(memoryview(piece), flush=False)
    wire.flush()
    ours.close()
    reader.join(30)
    theirs.close()
    assert bytes(came) == expected


def test_who_takes_a_little_now_and_then_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.network.wire._PDU_SECONDS", 0.3)
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    over = threading.Event()

    def sip() -> None:
        while not over.wait(0.02):
            theirs.recv(16)

    reader = threading.Thread(target=sip)
    reader.start()
    with pytest.raises(Silent):
        Wire(ours).write(b"x" * 8_000_000, b"y" * 8_000_000)
    over.set()
    reader.join(30)
    ours.close()
    theirs.close()
