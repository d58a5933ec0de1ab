"""Other nodes: a second fileroom, asked by DIMSE and by DICOMweb; fetched from, sent to, and gone in the middle."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from pynetdicom import AE, evt
from pynetdicom.sop_class import CTImageStorage  # type: ignore[attr-defined]  # made at run time

from fileroom.archive import Archive
from fileroom.errors import BadRequest, NotFound, PeerError
from fileroom.jobs import CancelToken, Progress
from fileroom.model.entries import Level
from fileroom.model.peers import Peer, PeerKind, PeerTrouble
from fileroom.model.queries import Query
from fileroom.network import dicomweb, uids
from fileroom.pixels import data_sets
from fileroom.settings import Settings
from tests import world
from tests.dimse.node import Fetched, data_set_of, five_patients, pixels_of, rle, started
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fileroom.model.headers import Header
    from tests.dimse.node import Node

NOISE = bytes(range(128))
STUDY = world.study_uid(1)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Another node with six studies, which lets FILEROOM call; pages and DICOMweb beside it."""
    node = started(tmp_path_factory.mktemp("there"), five_patients(), title="OTHER")
    node.allow("FILEROOM")
    yield node
    node.running.stop()


@pytest.fixture(scope="module")
def web(there: Node) -> Iterator[tuple[str, str]]:
    """The same by DICOMweb: its address and a token."""
    with there.dicomweb() as found:
        yield found


@pytest.fixture(params=["dimse", "dicomweb"])
def here(request: pytest.FixtureRequest, there: Node, web: tuple[str, str], tmp_path: Path) -> Iterator[Archive]:
    """An empty archive that knows it as ``other``."""
    with Archive.open(Settings(archive=tmp_path / "here", use_keyring=False)) as archive:
        if request.param == "dimse":
            peer = Peer(name="other", kind=PeerKind.DIMSE, title="OTHER", host="127.0.0.1", port=there.port)
            archive.set_peer(peer)
        else:
            archive.set_peer(Peer(name="other", kind=PeerKind.DICOMWEB, url=web[0]), secret=web[1])
        yield archive


def test_it_answers(here: Archive) -> None:
    here.echo_peer("other")


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_an_image_that_breaks_off_while_it_is_sent_keeps_back_no_other(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file becomes shorter after the message has begun: that is aborted, and nobody gets half of it."""
    broken = {"first": 1, "middle": 2, "last": 3}[where]
    pixels: dict[str, Any] = {"rows": 1024, "columns": 1024, "pixels": bytes(2 << 20)}
    files = {str(n): world.instance(number=n, **pixels) for n in (1, 2, 3)}
    whole = data_sets.pieces

    def shrinking(path: str, header: Header, to: str = "") -> Iterator[bytes]:
        pieces = whole(path, header, to)
        yield next(pieces)
        if header.sop_instance_uid == world.sop_uid(1, 1, broken):
            os.truncate(path, (2 << 20) - 100)
        yield from pieces

    fetched, ends = Fetched(), list[str]()
    entity = AE("SINK")
    entity.add_supported_context(CTImageStorage, [world.EXPLICIT_LE])
    handlers: list[Any] = [(evt.EVT_C_STORE, fetched.stored)]
    handlers += [(kind, lambda event: ends.append(event.event.name)) for kind in (evt.EVT_ABORTED, evt.EVT_RELEASED)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    assert server is not None
    with Archive.open(Settings(archive=tmp_path / "here", use_keyring=False)) as archive:
        archive.bring_in(world.plant(tmp_path / "files", files))
        port = server.server_address[1]
        archive.set_peer(Peer(name="sink", kind=PeerKind.DIMSE, title="SINK", host="127.0.0.1", port=port))
        monkeypatch.setattr("fileroom.intake.elsewhere.data_sets.pieces", shrinking)
        sent = archive.send_to_peer("sink", [archive.search(Query(level=Level.STUDY)).items[0].id])
    until(lambda: len(ends) == (1 if where == "last" else 2))
    server.shutdown()
    assert (sent.state, sent.done, sent.failed) == ("done", 2, 1)
    good = {world.sop_uid(1, 1, n): (world.EXPLICIT_LE, data_set_of(files[str(n)])) for n in {1, 2, 3} - {broken}}
    assert fetched.instances == good
    assert ends == ["EVT_ABORTED", "EVT_RELEASED"][: len(ends)]


def test_it_is_searched(here: Archive) -> None:
    (found,) = here.search_peer("other", {"PatientName": "ROSSI*", "StudyDate": "20240101-"})
    assert (found.study_instance_uid, found.name.alphabetic, found.date) == (STUDY, "ROSSI^Mario", "20240131")
    assert (found.description, found.modalities, found.instances, found.here) == ("THORAX", ("CT",), 5, 0)
    (yamada,) = here.search_peer("other", {"PatientID": "X%1"})
    assert yamada.name.ideographic == "山田^太郎"
    assert len(here.search_peer("other", {}, limit=2)) == 2
    dates = [one.date for one in here.search_peer("other", {})]
    assert dates == sorted(dates, reverse=True)
    series = here.series_at_peer("other", STUDY)
    assert [(one.number, one.instances, one.modalities) for one in series] == [(1, 3, ("CT",)), (2, 2, ("CT",))]


def test_a_study_is_fetched_byte_for_byte_and_only_once(here: Archive) -> None:
    one = here.series_at_peer("other", STUDY)[0]
    first = here.fetch_from_peer("other", STUDY, [one.series_instance_uid])
    assert (first.state, first.done, first.had, first.failed) == ("done", 3, 0, 0)
    assert here.search_peer("other", {"StudyInstanceUID": STUDY})[0].here == 3
    told: list[Progress] = []
    rest = here.fetch_from_peer("other", STUDY, on_progress=told.append)
    assert (rest.state, rest.done, rest.had, rest.failed) == ("done", 2, 3, 0)
    assert [(one.done, one.total) for one in told] == [(1, 2), (2, 2)]
    files = {data_set_of(file) for name, file in five_patients().items() if name.startswith("1/1")}
    got = {b"".join(here.data_set(one.id)) for one in here.search(Query(level=Level.INSTANCE)).items}
    assert len(got) == 5
    assert files < got  # the others are implicit, and C-GET agrees on one native syntax for a class
    assert here.imports().items[0].who == "peer"


def test_a_cancelled_fetch_says_so(here: Archive) -> None:
    cancel = CancelToken()
    cancel.cancel()
    assert here.fetch_from_peer("other", STUDY, cancel=cancel).state == "cancelled"


def test_entries_are_sent(here: Archive, there: Node, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    study = 70 + ("web" in request.node.name)
    files = {f"{n}": world.instance(study=study, number=n, patient_id="sent") for n in (1, 2)}
    files["3"] = world.instance(study=study, series=2, number=1, patient_id="sent", transfer_syntax=world.IMPLICIT_LE)
    here.bring_in(world.plant(tmp_path / "mine", files))
    patient = here.search(Query(level=Level.PATIENT)).items[0]
    sent = here.send_to_peer("other", [patient.id])
    assert (sent.state, sent.done, sent.failed) == ("done", 3, 0)
    until(lambda: [one.here for one in here.search_peer("other", {"StudyInstanceUID": world.study_uid(study)})] == [3])
    got = here.search_peer("other", {"StudyInstanceUID": world.study_uid(study)})
    until(lambda: here.search_peer("other", {"StudyInstanceUID": world.study_uid(study)})[0].instances == 3)
    assert got[0].here == 3


def test_a_node_that_takes_only_native_images_gets_them_decompressed(tmp_path: Path) -> None:
    came = Fetched()
    entity = AE("PLAIN")
    entity.add_supported_context(CTImageStorage, [world.IMPLICIT_LE])
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, came.stored)])
    assert server is not None
    files = {
        "good": rle(1),
        "bad": world.instance(study=5, number=2, transfer_syntax=world.RLE, pixels=[bytes(64)]),
        "video": world.instance(study=5, number=3, transfer_syntax="1.2.840.10008.1.2.4.102", pixels=[b"film"]),
    }
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(world.plant(tmp_path / "mine", files))
        port = server.server_address[1]
        archive.set_peer(Peer(name="plain", kind=PeerKind.DIMSE, title="PLAIN", host="127.0.0.1", port=port))
        studies = [one.id for one in archive.search(Query(level=Level.STUDY)).items]
        sent = archive.send_to_peer("plain", studies)
    server.shutdown()
    assert (sent.state, sent.done, sent.failed) == ("done", 1, 2)
    ((uid, (syntax, data)),) = came.instances.items()
    assert (uid, syntax) == (world.sop_uid(5, 1, 1), world.IMPLICIT_LE)
    assert data.endswith(b"\xe0\x7f\x10\0\x20\0\0\0" + b"\x07\0" * 16)


@pytest.mark.parametrize("syntax", uids.LOSSLESS)
def test_a_node_that_takes_only_compressed_images_gets_them_compressed(tmp_path: Path, syntax: str) -> None:
    came = Fetched()
    entity = AE("SMALL")
    entity.add_supported_context(CTImageStorage, [syntax])
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, came.stored)])
    assert server is not None
    bits: dict[str, Any] = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "pixels": b"\x12\x34"}
    files = {
        "good": world.instance(number=1, rows=8, columns=8, pixels=NOISE),
        "bits": world.instance(number=2, **bits),
    }
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(world.plant(tmp_path / "mine", files))
        port = server.server_address[1]
        archive.set_peer(Peer(name="small", kind=PeerKind.DIMSE, title="SMALL", host="127.0.0.1", port=port))
        sent = archive.send_to_peer("small", [archive.search(Query(level=Level.STUDY)).items[0].id])
    server.shutdown()
    assert (sent.state, sent.done, sent.failed) == ("done", 1, 1)
    assert {uid: found for uid, (found, _) in came.instances.items()} == {world.sop_uid(1, 1, 1): syntax}
    assert pixels_of(*came.instances[world.sop_uid(1, 1, 1)]) == NOISE


def test_what_is_gone_is_counted(here: Archive, tmp_path: Path) -> None:
    folder = world.plant(
        tmp_path / "mine", {"one": world.instance(study=80), "two": world.instance(study=80, number=2)}
    )
    here.bring_in(folder)
    (folder / "one").unlink()
    sent = here.send_to_peer("other", [here.search(Query(level=Level.STUDY)).items[0].id])
    assert (sent.done, sent.failed) == (1, 1)


def test_a_file_that_becomes_shorter_while_it_is_sent_keeps_back_no_other_one(
    here: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    study = 90 + ("web" in request.node.name)
    large: dict[str, Any] = {"rows": 1024, "columns": 2048, "pixels": bytes(4 << 20)}
    files = {str(n): world.instance(study=study, number=n, **(large if n == 2 else {})) for n in (1, 2, 3)}
    here.bring_in(world.plant(tmp_path / "mine", files))
    store = dicomweb.Service.store

    def shrinking(service: dicomweb.Service, pieces: Iterator[bytes], size: int) -> bool:
        def some() -> Iterator[bytes]:
            yield next(pieces)
            if size > 4 << 20:
                os.truncate(tmp_path / "mine" / "2", 3 << 20)
            yield from pieces

        return store(service, some(), size)

    whole = data_sets.pieces

    def breaking(path: str, header: Header, to: str = "") -> Iterator[bytes]:
        pieces = whole(path, header, to)
        yield next(pieces)
        if path.endswith("2"):
            os.truncate(path, 3 << 20)
        yield from pieces

    monkeypatch.setattr(dicomweb.Service, "store", shrinking)
    monkeypatch.setattr("fileroom.intake.elsewhere.data_sets.pieces", breaking)
    found = here.search(Query(level=Level.STUDY)).items[0]
    sent = here.send_to_peer("other", [found.id])
    assert (sent.state, sent.done, sent.failed) == ("done", 2, 1)
    asked = {"StudyInstanceUID": world.study_uid(study)}
    until(lambda: [one.instances for one in here.search_peer("other", asked)] == [2])


def test_nobody_of_that_name_and_nobody_there(here: Archive) -> None:
    with pytest.raises(NotFound):
        here.echo_peer("nobody")
    with pytest.raises(BadRequest):
        here.search_peer("other", {"PatientComments": "x"})
    here.set_peer(Peer(name="gone", kind=PeerKind.DIMSE, title="GONE", host="127.0.0.1", port=1))
    here.set_peer(Peer(name="far", kind=PeerKind.DICOMWEB, url="http://127.0.0.1:1/dicomweb"))
    for name in ("gone", "far"):
        with pytest.raises(PeerError) as failure:
            here.echo_peer(name)
        assert failure.value.reason == PeerTrouble.NO_ANSWER


def test_a_stranger_and_a_wrong_secret_are_told_why(there: Node, web: tuple[str, str], tmp_path: Path) -> None:
    with Archive.open(Settings(archive=tmp_path / "here", use_keyring=False)) as here:
        here.set_peer(Peer(name="titled", kind=PeerKind.DIMSE, title="WRONG", host="127.0.0.1", port=there.port))
        with pytest.raises(PeerError, match="another AE title"):
            here.echo_peer("titled")
        here.set_peer(Peer(name="web", kind=PeerKind.DICOMWEB, url=web[0]), secret="guessed")
        with pytest.raises(PeerError, match="look at its secret"):
            here.echo_peer("web")
