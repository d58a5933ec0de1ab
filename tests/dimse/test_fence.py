"""The fence in front of the door: who is let in, how many, for how long; and what becomes of those who misbehave."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.dimse.door import Door, Limits
from fileroom.dimse.server import Server
from fileroom.dimse.services import EXTENDED, SERVICES
from fileroom.errors import PeerError
from fileroom.model.peers import Peer, PeerKind
from fileroom.network import scu, uids
from fileroom.network.commands import Field, encode
from fileroom.network.negotiation import Callee, Offer, Proposal, request
from fileroom.network.wire import Aborted, p_data
from fileroom.settings import Settings
from tests import world
from tests.dimse.node import data_set_of
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fileroom.network.association import Association

CT = world.SOP_CLASSES["CT"]


@contextmanager
def door(folder: Path, tls: ssl.SSLContext | None = None, **limits: float) -> Iterator[tuple[Door, int]]:
    """A door in this process, with limits that a test does not have to wait for."""
    with ExitStack() as stack:
        archive = stack.enter_context(Archive.open(Settings(archive=folder / "archive", use_keyring=False)))
        archive.set_peer(Peer(name="t", kind=PeerKind.DIMSE, title="TESTER", host="localhost", port=1, calls=True))
        archive.set_peer(Peer(name="far", kind=PeerKind.DIMSE, title="FAR", host="192.0.2.1", port=1, calls=True))
        archive.set_peer(Peer(name="shut", kind=PeerKind.DIMSE, title="SHUT", host="127.0.0.1", port=1))
        here = Door(
            archive=archive,
            title="FILEROOM",
            offer=Offer(services=SERVICES, extended=EXTENDED),
            tls=tls,
            limits=Limits(**{"asking": 5.0, "idle": 5.0, **limits}),  # type: ignore[arg-type]  # whole where they must be
        )
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(here, listener)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield here, listener.getsockname()[1]
        finally:
            here.stopping.set()
            thread.join()
            server.close(5.0)


def associate(
    port: int, calling: str = "TESTER", called: str = "FILEROOM", more: Sequence[tuple[str, Sequence[str]]] = ()
) -> Association:
    """By our own client: pynetdicom leaves the sockets of those that are refused or aborted open."""
    contexts = [(uids.VERIFICATION, [world.EXPLICIT_LE]), (CT, [world.EXPLICIT_LE]), *more]
    callee = Callee(host="127.0.0.1", port=port, title=called, calling=calling)
    return request(callee, Proposal(contexts=contexts), seconds=20, idle=20)


def echo(association: Association) -> int:
    """The status of a C-ECHO."""
    context = association.terms.sending(uids.VERIFICATION)
    assert context is not None
    said = {"AffectedSOPClassUID": uids.VERIFICATION, "CommandField": Field.ECHO, "MessageID": association.next_id()}
    association.send(context, said)
    answer = association.receive()
    assert answer is not None
    return int(answer.command["Status"])


def silent(port: int, sends: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(sends)
    return connection


@pytest.mark.parametrize(
    ("calling", "called", "why"),
    [
        ("NOBODY", "FILEROOM", "does not know us"),
        ("FAR", "FILEROOM", "does not know us"),  # from another address than it has
        ("SHUT", "FILEROOM", "does not know us"),
        ("TESTER", "OTHER", "has another AE title"),
    ],
)
def test_strangers_are_refused(tmp_path: Path, calling: str, called: str, why: str) -> None:
    with door(tmp_path) as (_, port), pytest.raises(PeerError, match=why):
        associate(port, calling, called)


def test_a_hundred_silent_connections_keep_nobody_out(tmp_path: Path) -> None:
    with door(tmp_path, unassociated=4) as (_, port), ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(silent(port))
        association = associate(port)
        assert echo(association) == 0
        association.release()


def test_silent_connections_are_cut_over_tls_too(tmp_path: Path) -> None:
    nothing_said = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # no certificate: nobody gets as far as that
    with door(tmp_path, tls=nothing_said, unassociated=4, asking=60.0) as (_, port), ExitStack() as stack:
        before = threading.active_count()
        many = [stack.enter_context(silent(port)) for _ in range(40)]
        assert [one.recv(1) for one in many[:36]] == [b""] * 36  # made room
        until(lambda: threading.active_count() <= before + 4)


def test_who_asks_for_nothing_is_let_go(tmp_path: Path) -> None:
    with door(tmp_path, asking=0.2) as (_, port), silent(port) as one, silent(port, b"\x01\0\0") as other:
        assert (one.recv(10), other.recv(10)) == (b"", b"")


def test_a_pdu_of_4_gb_is_not_waited_for(tmp_path: Path) -> None:
    with door(tmp_path) as (_, port), silent(port, b"\x01\0\xff\xff\xff\xff") as one:
        assert one.recv(10) == bytes((7, 0, 0, 0, 0, 4, 0, 0, 2, 6))  # A-ABORT: invalid parameter value


def test_an_association_with_nothing_to_say_is_ended(tmp_path: Path) -> None:
    with door(tmp_path, idle=0.3) as (_, port):
        association = associate(port)
        with pytest.raises(Aborted):
            association.receive()


def test_there_are_only_so_many_associations(tmp_path: Path) -> None:
    with door(tmp_path, associations=2) as (_, port):
        first, second = associate(port), associate(port)
        with pytest.raises(PeerError, match="too many associations"):
            associate(port)
        first.release()
        until(lambda: is_let_in(port))
        second.release()


def test_one_address_does_not_have_them_all(tmp_path: Path) -> None:
    with door(tmp_path, from_one_address=1) as (_, port):
        first = associate(port)
        assert not is_let_in(port)
        first.release()


def is_let_in(port: int) -> bool:
    try:
        associate(port).release()
    except PeerError:
        return False
    return True


def test_an_association_that_dies_in_the_middle_of_a_store_leaves_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as (here, port):
        association = associate(port)
        context = association.terms.sending(CT)
        assert context is not None
        said = {
            "AffectedSOPClassUID": CT, "AffectedSOPInstanceUID": "1.2.3", "CommandField": Field.STORE,
            "MessageID": 1, "Priority": 0, "CommandDataSetType": 1,
        }  # fmt: skip
        half = data_set_of(world.instance())[:100]
        connection = association._wire._sock
        connection.sendall(p_data(context.id, encode(said), is_command=True, is_last=True))
        connection.sendall(p_data(context.id, half, is_command=False, is_last=False))
        inbox = tmp_path / "archive" / "files" / ".inbox"
        until(lambda: inbox.is_dir() and len(list(inbox.iterdir())) == 1)
        assert here.archive.inbox().waiting() == []  # it has no name yet
        connection.close()
        until(lambda: not list(inbox.iterdir()))


@pytest.mark.parametrize(
    "body",
    [
        struct.pack(">IBB", 0xFFFFFFFF, 1, 3) + b"x",  # a value longer than its PDU
        struct.pack(">IBB", 1, 1, 3),  # shorter than its own head
        struct.pack(">IBB", 10, 1, 3) + b"\0\0\0\1\4\0\0\0",  # a command of a group that is none
        struct.pack(">IBB", 4, 99, 0) + b"ab",  # data before any command
    ],
)
def test_what_is_no_message_aborts(tmp_path: Path, body: bytes) -> None:
    with door(tmp_path) as (_, port):
        association = associate(port)
        association._wire._sock.sendall(struct.pack(">BxI", 4, len(body)) + body)
        with pytest.raises(Aborted):
            association.receive()
        again = associate(port)
        assert echo(again) == 0
        again.release()


FLOOD = 48
OPEN = Path("/proc/self/fd")


def held() -> Counter[str]:
    """What this process has open; the catalog's connections are few, and are kept for the next one."""
    found = Counter[str]()
    for one in OPEN.iterdir():
        with contextlib.suppress(OSError):  # that of the listing itself
            found[re.sub(r"\d+", "", str(one.readlink()))] += 1
    return Counter({name: count for name, count in found.items() if "catalog" not in name})


def image(association: Association, number: int) -> int:
    """The status of a C-STORE."""
    context = association.terms.sending(CT)
    assert context is not None
    data = data_set_of(world.instance(number=number, rows=64, columns=64))
    return scu.store(association, context, CT, world.sop_uid(1, 1, number), [data])


def talking() -> set[threading.Thread]:
    """The threads that serve associations."""
    return {one for one in threading.enumerate() if one.name == "dimse"}


@pytest.mark.skipif(not OPEN.is_dir(), reason="what is open is counted by /proc")
@pytest.mark.parametrize("end", ["release", "abort", "die"])
def test_a_flood_of_associations_stays_within_the_limits_and_leaves_nothing_behind(tmp_path: Path, end: str) -> None:
    """Each of many wants in at the same moment, and stores an image if it is let in; it stays until all have heard."""
    few, others = 6, talking()  # a node of other tests has such threads, too
    with door(tmp_path, associations=few, unassociated=FLOOD) as (here, port):
        first = associate(port)  # what is opened once is open from now on
        assert image(first, 0) == 0
        first.release()
        until(lambda: talking() <= others)
        before = held()
        together, heard = threading.Barrier(FLOOD, timeout=60), threading.Barrier(FLOOD, timeout=60)

        def want(number: int) -> int | None:
            together.wait()
            try:
                association = associate(port)
            except PeerError as error:
                heard.wait()
                if "too many associations" not in str(error):
                    raise
                return None
            status = image(association, number)
            heard.wait()
            if end == "release":
                association.release()
            elif end == "abort":
                association.abort()
            else:
                association._wire._sock.close()
            return status

        for turn in range(3):
            numbers = range(1 + turn * FLOOD, 1 + (turn + 1) * FLOOD)
            with ThreadPoolExecutor(FLOOD) as pool:
                told = list(pool.map(want, numbers))
            assert [one for one in told if one is not None] == [0] * few
            until(lambda: talking() <= others)
        assert held() == before
        assert len(here.archive.inbox().waiting()) == 1 + 3 * few
        last = associate(port)
        assert echo(last) == 0
        last.release()
