"""A node without C-GET: it is told to send to our own SCP (C-MOVE), and what comes there is the fetch."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]  # made at run time
    CTImageStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelMove,
)

from fileroom.archive import Archive
from fileroom.dimse.door import Door, Limits
from fileroom.dimse.process import Running, Station
from fileroom.dimse.server import Server
from fileroom.dimse.services import SERVICES
from fileroom.errors import PeerError
from fileroom.jobs import CancelToken, Progress
from fileroom.model.entries import Level
from fileroom.model.peers import Peer, PeerKind
from fileroom.model.queries import Query
from fileroom.network import uids
from fileroom.network.negotiation import Offer, accept, read_request
from fileroom.network.wire import Wire
from fileroom.settings import Settings
from tests import world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STUDY, SERIES = world.study_uid(1), world.series_uid(1, 1)
IMAGES = {world.sop_uid(1, 1, n): world.instance(number=n) for n in range(1, 9)}


@dataclass
class OldPacs:
    """A pynetdicom node that finds and moves, and cannot do C-GET. ``sends_to`` is where it believes FILEROOM to be."""

    sends_to: int = 1
    cancelled: threading.Event = field(default_factory=threading.Event)
    slow: bool = False
    withheld: set[str] = field(default_factory=set)

    def find(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        asked = event.identifier
        answers = [Dataset()]
        if asked.QueryRetrieveLevel == "IMAGE":
            answers = [Dataset() for _ in IMAGES]
            for answer, uid in zip(answers, IMAGES, strict=True):
                answer.SOPInstanceUID = uid
        for answer in answers:
            answer.QueryRetrieveLevel = asked.QueryRetrieveLevel
            answer.StudyInstanceUID, answer.SeriesInstanceUID = STUDY, SERIES
            yield 0xFF00, answer

    def move(self, event: evt.Event) -> Iterator[Any]:
        if event.move_destination != "FILEROOM":
            yield None, None
            return
        uids = event.identifier.SOPInstanceUID
        wanted = [one for one in ([uids] if isinstance(uids, str) else uids) if one not in self.withheld]
        yield "127.0.0.1", self.sends_to, {"contexts": [_context()]}
        yield len(wanted)
        for uid in wanted:
            if self.slow:
                self.cancelled.wait(0.3)
            if event.is_cancelled:
                self.cancelled.set()
                yield 0xFE00, None
                return
            yield 0xFF00, dcmread(BytesIO(IMAGES[uid]))


def _context() -> Any:
    from pynetdicom import build_context

    return build_context(CTImageStorage, [world.EXPLICIT_LE])


@contextmanager
def pacs(**how: Any) -> Iterator[tuple[OldPacs, int]]:
    old = OldPacs(**how)
    entity = AE("OLDPACS")
    entity.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
    entity.add_supported_context(StudyRootQueryRetrieveInformationModelMove)
    server = entity.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_FIND, old.find), (evt.EVT_C_MOVE, old.move)]
    )
    assert server is not None
    try:
        yield old, server.server_address[1]
    finally:
        old.cancelled.set()
        server.shutdown()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=tmp_path / "here", use_keyring=False)) as archive:
        yield archive


@contextmanager
def door(here: Archive, old: OldPacs, port: int, *, calls: bool = True) -> Iterator[None]:
    """Our own SCP, which the old node sends to and may call."""
    here.set_peer(Peer(name="old", kind=PeerKind.DIMSE, title="OLDPACS", host="127.0.0.1", port=port, calls=calls))
    running = Running(here.settings, Station(port=0))
    old.sends_to = running.port
    try:
        yield
    finally:
        running.stop()


def test_it_sends_to_us_and_a_second_fetch_asks_for_the_rest(here: Archive) -> None:
    with pacs() as (old, port), door(here, old, port):
        old.withheld = set(list(IMAGES)[5:])
        told: list[Progress] = []
        first = here.fetch_from_peer("old", STUDY, on_progress=told.append)
        assert (first.state, first.done, first.failed, first.had) == ("done", 5, 3, 0)
        assert (told[-1].done, told[-1].total) == (8, 8)
        old.withheld = set()
        rest = here.fetch_from_peer("old", STUDY)
        assert (rest.state, rest.done, rest.failed, rest.had) == ("done", 3, 0, 5)
        assert here.series_at_peer("old", STUDY)[0].here == len(IMAGES)


def test_it_is_stopped_and_goes_on(here: Archive) -> None:
    with pacs(slow=True) as (old, port), door(here, old, port):
        cancel = CancelToken()

        def first_words(progress: Progress) -> None:
            if progress.done:
                cancel.cancel()

        stopped = here.fetch_from_peer("old", STUDY, on_progress=first_words, cancel=cancel)
        assert stopped.state == "cancelled"
        assert 0 < stopped.done < len(IMAGES)
        assert old.cancelled.is_set()  # it heard of it (PS3.7 9.3.4.3: C-CANCEL)
        rest = here.fetch_from_peer("old", STUDY)
        assert rest.done + rest.had == len(IMAGES)


@contextmanager
def without_get(folder: Path) -> Iterator[tuple[Archive, int]]:
    """Our own door without C-GET: pynetdicom leaves sockets open when it is refused."""
    services = SERVICES - uids.GET
    with ExitStack() as stack:
        archive = stack.enter_context(Archive.open(Settings(archive=folder / "there", use_keyring=False)))
        archive.bring_in(world.plant(folder / "files", IMAGES))
        door = Door(archive=archive, title="OLDPACS", offer=Offer(services=services), limits=Limits(asking=5, idle=5))
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(door, listener)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield archive, listener.getsockname()[1]
        finally:
            door.stopping.set()
            thread.join()
            server.close(5.0)


def test_where_it_cannot_send_to_us_it_says_what_is_missing(here: Archive, tmp_path: Path) -> None:
    with without_get(tmp_path) as (there, port):
        old = OldPacs()
        with door(here, old, port, calls=False):
            us = Peer(name="us", kind=PeerKind.DIMSE, title="FILEROOM", host="127.0.0.1", port=old.sends_to, calls=True)
            there.set_peer(us)
            with pytest.raises(PeerError, match="be allowed to call"):
                here.fetch_from_peer("old", STUDY)
            here.set_peer(replace(here.peer("old"), calls=True))
            assert here.fetch_from_peer("old", STUDY).done == len(IMAGES)
        here.forget([one.id for one in here.search(Query(level=Level.STUDY)).items])
        with pytest.raises(PeerError, match="must be running"):
            here.fetch_from_peer("old", STUDY)


@pytest.mark.parametrize("agrees", [False, True])
def test_a_node_that_never_answers_is_given_up(here: Archive, monkeypatch: pytest.MonkeyPatch, *, agrees: bool) -> None:
    monkeypatch.setattr("fileroom.network.scu.SECONDS", 0.5)
    monkeypatch.setattr("fileroom.network.scu.IDLE", 0.5)

    def be_silent() -> None:
        wire = Wire(listener.accept()[0])
        if agrees:
            accept(wire, read_request(wire, 5), Offer(services=SERVICES), idle=5)
        over.wait(30)
        wire.close()

    over, listener = threading.Event(), socket.create_server(("127.0.0.1", 0))
    here.set_peer(Peer(name="mute", kind=PeerKind.DIMSE, title="M", host="127.0.0.1", port=listener.getsockname()[1]))
    thread = threading.Thread(target=be_silent)
    thread.start()
    try:
        with pytest.raises(PeerError):
            here.fetch_from_peer("mute", STUDY)
    finally:
        over.set()
        thread.join()
        listener.close()


def test_it_has_to_know_our_title(here: Archive, tmp_path: Path) -> None:
    settings = Settings(archive=tmp_path / "here", use_keyring=False, title="ELSEWHERE")
    with pacs() as (old, port), door(here, old, port), Archive.open(settings) as other:
        why = pytest.raises(PeerError, match="does not know our AE title")
        with why:
            other.fetch_from_peer("old", STUDY)
