"""C-STORE however it is cut into PDUs (PS3.8 Annex E), by several at once, and to a door that is killed meanwhile."""

from __future__ import annotations

import os
import signal
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fileroom.dicom.data_set import start_of_data_set
from fileroom.errors import PeerError
from fileroom.network import scu, uids
from fileroom.network.commands import Field, encode
from fileroom.network.negotiation import Callee, Proposal, request
from fileroom.network.wire import Aborted, p_data
from tests import world
from tests.dimse.node import CALLER, TITLE, data_set_of, started
from tests.dimse.test_fence import door, echo
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.network.association import Association
    from tests.dimse.node import Node

CT = world.SOP_CLASSES["CT"]
DATA = data_set_of(world.instance(rows=300, columns=500, pixels=os.urandom(300_000)))
UID = world.sop_uid(1, 1, 1)
SAID = {
    "AffectedSOPClassUID": CT, "AffectedSOPInstanceUID": UID, "CommandField": Field.STORE,
    "MessageID": 1, "Priority": 0, "CommandDataSetType": 1,
}  # fmt: skip


def value(context_id: int, data: bytes, control: int) -> bytes:
    return struct.pack(">IBB", len(data) + 2, context_id, control) + data


def pdu(*values: bytes) -> bytes:
    body = b"".join(values)
    return struct.pack(">BxI", 4, len(body)) + body


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def fragments(context_id: int, pieces: Sequence[bytes], *, command: bool) -> list[bytes]:
    last = len(pieces) - 1
    return [value(context_id, piece, command | (n == last) << 1) for n, piece in enumerate(pieces)]


def ways(context_id: int) -> dict[str, list[bytes]]:
    """The same message as the PDUs of senders of many habits."""
    said = encode(SAID)
    command = fragments(context_id, [said], command=True)
    small = fragments(context_id, cut(DATA, 16_372), command=False)
    return {
        "the largest that fit": [pdu(*command), *map(pdu, fragments(context_id, cut(DATA, 131_060), command=False))],
        "16 KiB": [pdu(*command), *map(pdu, small)],
        "a command in five": [*map(pdu, fragments(context_id, cut(said, 40), command=True)), *map(pdu, small)],
        "command and data in one": [pdu(*command, *small[:3]), pdu(*small[3:9]), *map(pdu, small[9:])],
        "an empty last one": [
            pdu(*command),
            *map(pdu, (value(context_id, one, 0) for one in cut(DATA, 60_000))),
            pdu(value(context_id, b"", 2)),
        ],
        "an odd number of bytes": [pdu(*command), *map(pdu, fragments(context_id, cut(DATA, 7_777), command=False))],
    }


def storing(port: int) -> Association:
    callee = Callee(host="127.0.0.1", port=port, title=TITLE, calling=CALLER)
    contexts = [(uids.VERIFICATION, [world.EXPLICIT_LE]), (CT, [world.EXPLICIT_LE])]
    return request(callee, Proposal(contexts=contexts), seconds=20, idle=20)


@pytest.mark.parametrize("way", sorted(ways(1)))
@pytest.mark.parametrize("at_once", [True, False])
def test_the_same_bytes_arrive_however_they_are_cut(tmp_path: Path, way: str, *, at_once: bool) -> None:
    with door(tmp_path) as (here, port):
        association = storing(port)
        context = association.terms.sending(CT)
        assert context is not None
        pdus = ways(context.id)[way]
        for sent in [b"".join(pdus)] if at_once else pdus:
            association._wire._sock.sendall(sent)
        answer = association.receive()
        assert answer is not None
        assert (answer.command["Status"], echo(association)) == (0, 0)
        association.release()
        (name,) = here.archive.inbox().waiting()
        kept = Path(here.archive.inbox().path(name)).read_bytes()
    begin = start_of_data_set(lambda at, size: kept[at : at + size])
    assert kept[begin:] == DATA


@pytest.mark.parametrize(
    "odd",
    [
        lambda n: [p_data(n, DATA[:9], is_command=False, is_last=True)],  # a data set without a command
        lambda n: [pdu(*fragments(n, [encode(SAID)], command=True), *fragments(n, [encode(SAID)], command=True))],
        lambda n: [pdu(value(n, encode(SAID)[:20], 1), value(n, DATA[:20], 0))],  # a command that never ends
        lambda n: [pdu(value(n, encode(SAID)[:20], 1), value(n + 2, encode(SAID)[20:], 3))],  # … in another context
        lambda n: [pdu(value(n + 98, encode(SAID), 3))],  # a context that nobody agreed on
        lambda n: [pdu(value(n, encode(SAID), 3)), b"\5\0\0\0\0\4\0\0\0\0"],  # a release in the middle
        lambda n: [pdu(value(n, encode(SAID), 3)), struct.pack(">BxI", 4, 1 << 20)],  # longer than was agreed
        lambda n: [pdu(value(n, encode(SAID), 3), value(n, DATA[:9], 0)[:-1])],  # longer than its PDU
        lambda n: [pdu(value(n, encode(SAID), 3)), b"\7\0\0\0\0\4\0\0\0\0"],  # an abort
    ],
)  # fmt: skip
def test_what_has_no_place_ends_the_association_and_leaves_nothing(tmp_path: Path, odd: object) -> None:
    assert callable(odd)
    with door(tmp_path) as (here, port):
        association = storing(port)
        context = association.terms.sending(CT)
        assert context is not None
        association._wire._sock.sendall(b"".join(odd(context.id)))
        with pytest.raises(PeerError):
            association.receive()
        association.abort(Aborted(""))
        again = storing(port)
        assert echo(again) == 0
        again.release()
        folder = tmp_path / "archive" / "files" / ".inbox"
        until(lambda: not folder.exists() or not list(folder.iterdir()))
        assert here.archive.inbox().waiting() == []


def images(count: int, series: int = 1) -> dict[str, bytes]:
    made = [world.instance(series=series, number=n, rows=300, columns=500, pixels=bytes(300_000)) for n in range(count)]
    return {world.sop_uid(1, series, n): data_set_of(one) for n, one in enumerate(made)}


def send(node: Node, some: dict[str, bytes]) -> list[int]:
    with node.asking({CT: [world.EXPLICIT_LE]}) as association:
        context = association.terms.sending(CT)
        assert context is not None
        return [scu.store(association, context, CT, uid, [data]) for uid, data in some.items()]


def test_four_associations_at_once(sent_to: Node) -> None:
    shares = [images(5, series) for series in (21, 22, 23, 24)]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda some: send(sent_to, some), shares))
    assert told == [[0] * 5] * 4
    with sent_to.archive() as archive:
        until(lambda: archive.status().instances >= 20)


def is_arriving(path: Path) -> bool:
    """Whether part of an object lies in this file, new or made ready, and not all of it."""
    if path.suffix == ".part":
        return True
    try:
        data = path.read_bytes() if path.parent.name == "ready" else b""
    except FileNotFoundError:  # it was given its name
        return False
    return data[128:132] == b"DICM" and b"fileroom arrival" not in data


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_door_that_is_killed_in_the_middle_keeps_what_it_said_it_has(tmp_path: Path) -> None:
    node = started(tmp_path, {})
    known = images(4)
    try:
        told = send(node, dict(list(known.items())[:3]))
        association = storing(node.port)
        context = association.terms.sending(CT)
        assert context is not None
        whole = [*cut(DATA, 16_372)] * 4  # more than waits in memory
        half = fragments(context.id, whole, command=False)[:-1]
        said = fragments(context.id, [encode(SAID)], command=True)
        association._wire._sock.sendall(b"".join(map(pdu, [*said, *half])))
        inbox = tmp_path / "archive" / "files" / ".inbox"
        until(lambda: any(is_arriving(path) for path in [*inbox.iterdir(), *inbox.glob("ready/*")]))
        killed = node.running.pid
        os.kill(killed, signal.SIGKILL)
        association._wire.close()
        until(lambda: node.running.pid != killed)
        with node.archive() as archive:
            until(lambda: archive.status().instances == 3)
            until(lambda: archive.inbox().waiting() == [])  # taken in first, then taken away
        assert told == [0, 0, 0]
    finally:
        node.running.stop()
