"""A data set as it comes over a connection: the same bytes however they are cut, and wherever they are put."""

from __future__ import annotations

import itertools
import os
import random
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from fileroom.network import wire as wires
from fileroom.network.association import Association, Context, Terms
from fileroom.network.commands import Field, encode
from fileroom.network.wire import Aborted, Closed, Silent, Violation, Wire, p_data
from tests.world import EXPLICIT_LE, SOP_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CT = SOP_CLASSES["CT"]
SAID = {
    "AffectedSOPClassUID": CT, "AffectedSOPInstanceUID": "1.2", "CommandField": Field.STORE,
    "MessageID": 1, "Priority": 0, "CommandDataSetType": 1,
}  # fmt: skip
COMMAND = p_data(1, encode(SAID), is_command=True, is_last=True)
ABORT = bytes((7, 0, 0, 0, 0, 4, 0, 0, 0, 0))


@contextmanager
def sending(data: Sequence[bytes], *, pause: float = 0.0, idle: float = 20.0) -> Iterator[Association]:
    """An association over which this comes, a call of the system for each piece."""
    ours, theirs = socket.socketpair()

    def send() -> None:
        for piece in data:
            try:
                theirs.sendall(piece)
            except OSError:
                return
            time.sleep(pause)

    sender = threading.Thread(target=send)
    context = Context(1, CT, EXPLICIT_LE, sends=True, serves=True)
    terms = Terms(calling="A", called="B", contexts={1: context}, longest=0)
    sender.start()
    try:
        yield Association(Wire(ours), terms, idle=idle)
    finally:
        ours.close()
        sender.join(20)
        theirs.close()


def message(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The data set as P-DATA-TF, cut there."""
    ends = [*cuts, len(data)]
    pairs = itertools.pairwise([0, *ends])
    return [p_data(1, data[a:b], is_command=False, is_last=n == len(ends) - 1) for n, (a, b) in enumerate(pairs)]


def filled(association: Association, room: int) -> bytes:
    """All of the next data set, put into rooms of that size."""
    assert association.receive() is not None
    data, whole = association.data(), bytearray()
    into = memoryview(bytearray(room))
    while size := data.fill(into):
        whole += into[:size]
    assert data.fill(into) == 0
    return bytes(whole)


@pytest.mark.parametrize("scattered", [True, False])
@pytest.mark.parametrize("room", [700_000, 131_000, 4096, 777])
@pytest.mark.parametrize("seed", range(4))
def test_what_comes_is_the_same_wherever_it_is_put(
    monkeypatch: pytest.MonkeyPatch, seed: int, room: int, scattered: bool
) -> None:
    if not scattered:
        monkeypatch.setattr(wires, "_WHOLE", 0)
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    sets = [os.urandom(chance.randrange(1, 400_000)) for _ in range(3)]
    stream = bytearray()
    for data in sets:
        cuts, at = list[int](), 0
        while (at := at + chance.choice([0, 1, 100, 16_378, 131_066])) < len(data):
            cuts.append(at)
            if len(cuts) > 60:
                break
        cuts = [cut for n, cut in enumerate(cuts) if cut - (cuts[n - 1] if n else 0) <= 131_066]
        if len(data) - (cuts[-1] if cuts else 0) > 131_066:
            cuts += range((cuts[-1] if cuts else 0) + 131_066, len(data), 131_066)
        stream += COMMAND + b"".join(message(data, cuts))
    pieces, at = list[bytes](), 0
    while at < len(stream):
        size = chance.choice([1, 5, 13, 4096, 70_000, 500_000])
        pieces.append(bytes(stream[at : at + size]))
        at += size
    with sending(pieces) as association:
        for data in sets:
            assert filled(association, room) == data


@pytest.mark.parametrize(
    ("then", "error"),
    [
        ([ABORT], Aborted),
        ([p_data(1, encode(SAID), is_command=True, is_last=True)], Violation),  # a command in the middle
        ([p_data(1, b"x" * 10, is_command=False, is_last=True)[:-1]], Silent),  # one byte is missing
        ([p_data(1, b"x" * 10, is_command=False, is_last=False)], Silent),  # and nothing after it
        ([b"\4\0\0\0\0\4" + bytes(4)], Violation),  # too short to hold a value
        ([b"\4\0\xff\xff\xff\xff"], Violation),
        ([b"\4\0\0\0\0\x10" + b"\0\0\0\x09\1\2" + bytes(10)], Violation),  # a value shorter than its PDU
    ],
)
def test_what_goes_wrong_in_the_middle_is_told(
    monkeypatch: pytest.MonkeyPatch, then: Sequence[bytes], error: type[Exception]
) -> None:
    monkeypatch.setattr(wires, "_PDU_SECONDS", 0.5)
    first = p_data(1, b"a" * 50_000, is_command=False, is_last=False)
    with sending([COMMAND, first, *then], idle=0.5) as association, pytest.raises(error):
        filled(association, 100_000)


def test_a_connection_that_ends_in_the_middle() -> None:
    first = p_data(1, b"a" * 50_000, is_command=False, is_last=False)
    ours, theirs = socket.socketpair()
    theirs.sendall(COMMAND + first + first[:1000])
    theirs.close()
    context = Context(1, CT, EXPLICIT_LE, sends=True, serves=True)
    terms = Terms(calling="A", called="B", contexts={1: context}, longest=0)
    with pytest.raises(Closed):
        filled(Association(Wire(ours), terms, idle=5.0), 100_000)
    ours.close()


def test_who_is_slow_but_goes_on_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "_TICK", 0.05)  # seconds that one call of the system waits
    data = os.urandom(20_000)
    pieces = message(data, [5_000, 10_000, 15_000])
    slowly = [part for piece in pieces for part in (piece[:6], piece[6:3000], piece[3000:])]
    with sending([COMMAND, *slowly], pause=0.12) as association:
        assert filled(association, 100_000) == data
