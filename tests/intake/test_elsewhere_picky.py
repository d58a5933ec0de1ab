"""Nodes that are particular about C-GET: one syntax of a context, no more after the first that fails."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]  # made at run time
    CTImageStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
)

from fileroom.archive import Archive
from fileroom.errors import NotFound
from fileroom.model.entries import Level
from fileroom.model.peers import Peer, PeerKind
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests import world
from tests.dimse.node import data_set_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STUDY, SERIES = world.study_uid(1), world.series_uid(1, 1)
JPEG_2000 = "1.2.840.10008.1.2.4.91"
FILES = {
    world.sop_uid(1, 1, 1): world.instance(number=1),
    world.sop_uid(1, 1, 2): world.instance(number=2, transfer_syntax=JPEG_2000, pixels=[b"\xff\x4f\xff\x51\0\0"]),
    world.sop_uid(1, 1, 3): world.instance(number=3, transfer_syntax=world.IMPLICIT_LE),
    world.sop_uid(1, 1, 4): world.instance(number=4),
}


class Picky:
    """Has one series. Says no to the rest when one image fails, as Orthanc does."""

    def __init__(self, *, unsendable: str = "", tells_classes: bool = True) -> None:
        self._unsendable = unsendable
        self._tells_classes = tells_classes

    def find(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        level = event.identifier.QueryRetrieveLevel
        for uid in FILES if level == "IMAGE" else [""]:
            answer = Dataset()
            answer.QueryRetrieveLevel, answer.StudyInstanceUID, answer.SeriesInstanceUID = level, STUDY, SERIES
            answer.SOPInstanceUID = uid
            answer.SOPClassUID = CTImageStorage if self._tells_classes else ""
            if event.identifier.StudyInstanceUID == STUDY:
                yield 0xFF00, answer

    def get(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None] | int]:
        asked = event.identifier.SOPInstanceUID
        uids = [asked] if isinstance(asked, str) else list(asked)
        yield len(uids)
        for uid in uids:
            file = dcmread(BytesIO(FILES[uid]))
            stored = file.file_meta.TransferSyntaxUID
            if uid == self._unsendable or stored not in [
                one.transfer_syntax[0] for one in event.assoc.accepted_contexts
            ]:
                yield 0xC000, None
                return
            yield 0xFF00, file


@contextmanager
def picky(here: Archive, node: Picky) -> Iterator[None]:
    entity = AE("PICKY")
    entity.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
    entity.add_supported_context(StudyRootQueryRetrieveInformationModelGet)
    syntaxes = [world.EXPLICIT_LE, world.IMPLICIT_LE, "1.2.840.10008.1.2.4.70", JPEG_2000]
    entity.add_supported_context(CTImageStorage, syntaxes, scu_role=True, scp_role=True)
    server = entity.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_FIND, node.find), (evt.EVT_C_GET, node.get)]
    )
    assert server is not None
    port = server.server_address[1]
    here.set_peer(Peer(name="picky", kind=PeerKind.DIMSE, title="PICKY", host="127.0.0.1", port=port))
    try:
        yield
    finally:
        server.shutdown()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=tmp_path / "here", use_keyring=False)) as archive:
        yield archive


def held(here: Archive) -> dict[str, bytes]:
    found = here.search(Query(level=Level.INSTANCE)).items
    return {one.header.sop_instance_uid: b"".join(here.data_set(one.id)) for one in found}


def test_each_syntax_is_asked_for_in_a_context_of_its_own(here: Archive) -> None:
    """Explicit, implicit and compressed images of one class, each as it is stored there."""
    with picky(here, Picky()):
        assert here.fetch_from_peer("picky", STUDY).done == len(FILES)
    assert held(here) == {uid: data_set_of(file) for uid, file in FILES.items()}


@pytest.mark.parametrize("bad", [1, 2, 4])
def test_one_that_cannot_be_sent_does_not_keep_back_the_others(here: Archive, bad: int) -> None:
    unsendable = world.sop_uid(1, 1, bad)
    with picky(here, Picky(unsendable=unsendable)):
        got = here.fetch_from_peer("picky", STUDY)
    assert (got.state, got.done, got.failed) == ("done", len(FILES) - 1, 1)
    assert set(held(here)) == set(FILES) - {unsendable}


def test_where_the_class_is_not_told_the_usual_ones_are_asked_for(here: Archive) -> None:
    with picky(here, Picky(tells_classes=False)):
        got = here.fetch_from_peer("picky", STUDY)
    assert got.done + got.failed == len(FILES)
    assert set(held(here)) >= {world.sop_uid(1, 1, 1), world.sop_uid(1, 1, 4)}


def test_a_study_that_it_does_not_have(here: Archive) -> None:
    with picky(here, Picky()), pytest.raises(NotFound, match="no such study"):
        here.fetch_from_peer("picky", "1.2.3")
