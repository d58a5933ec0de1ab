"""Reading in another process gives what reading here gives, and its death costs nothing."""

from __future__ import annotations

import os
import queue
import signal
import sys
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import fileroom
from fileroom.catalog.charsets import NONE
from fileroom.catalog.writes import Writer
from fileroom.dicom.reading import read_header
from fileroom.errors import SourceError
from fileroom.intake import aside_there, run, write
from fileroom.intake.aside import Aside, Gone, Packed
from fileroom.intake.pace import Pace
from fileroom.jobs import CancelToken
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome
from fileroom.model.plain import plain
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.catalog.charsets import Charsets
    from fileroom.intake.write import Batch
    from fileroom.jobs import Progress

TREE = {
    **{
        f"{patient}/{series}/{number}": instance(
            patient_id=str(patient), patient_name=f"P^{patient}", study=patient, series=series, number=number
        )
        for patient in (1, 2)
        for series in (1, 2)
        for number in range(1, 13)
    },
    "1/again": instance(patient_id="1", patient_name="P^1", study=1, series=1, number=3),
    "notes.txt": b"no image",
    "1/1/5 notes.txt": b"no image",
    "empty": b"",
    "cut": instance()[:200],
}


@pytest.fixture
def aside() -> Iterator[Aside]:
    other = Aside(2, NONE)
    yield other
    other.stop()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the smallest import starts the other process, and waits until it is ready."""
    monkeypatch.setattr(run, "_MANY", 0)
    monkeypatch.setattr(run, "_FEW", 0)
    monkeypatch.setattr(run, "_CHUNK", 5)
    started = Aside.__init__

    def start(self: Aside, readers: int, charsets: Charsets) -> None:
        started(self, readers, charsets)
        self.submit("", []).result(30)

    monkeypatch.setattr(Aside, "__init__", start)


def never_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece is waited for, and nearly everything is worth being taken in meanwhile."""
    monkeypatch.setattr(run, "_WORTH_TAKING_IN", 1)
    result = run._Import._result

    def waiting(self: Any, chunk: Any) -> Any:
        if self._batch.read:
            self._use_the_time()
        return result(self, chunk)

    monkeypatch.setattr(run._Import, "_result", waiting)


def shown(archive: fileroom.Archive) -> dict[str, Any]:
    """All instances without their ids, which are another in each archive."""
    told = {}
    for item in archive.search(Query(level=Level.INSTANCE)).items:
        facts = plain(item)
        del facts["id"], facts["series"]["id"], facts["series"]["study"]["id"]
        del facts["series"]["study"]["patient"]["id"]
        told[item.header.sop_instance_uid] = facts
    return told


def test_what_comes_back_is_what_the_reader_says(tmp_path: Path, aside: Aside) -> None:
    plant(tmp_path, TREE)
    for folder, _, names in os.walk(tmp_path):
        found = aside.submit(folder, names).result(30)
        here = [read_header(f"{folder}/{name}") for name in names]
        assert [item.whole() if isinstance(item, Packed) else item for item in found] == here
        assert [isinstance(item, Packed) for item in found] == [item.header is not None for item in here]


def test_an_import_is_the_same(tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", TREE)
    told = []
    for name, elsewhere in (("here", False), ("there", True)):
        settings = Settings(archive=tmp_path / name, use_keyring=False, aside=elsewhere, batch=7)
        with fileroom.Archive.open(settings) as archive:
            first = archive.bring_in(scans)
            # A series goes on in another import: then its images are packed against what it has.
            plant(scans, {"1/1/later": instance(patient_id="1", patient_name="P^1", study=1, series=1, number=99)})
            os.utime(scans / "1/1/later", ns=(10**18, 10**18))
            second = archive.bring_in(scans)
            lines = [(line.path, line.outcome, line.reason) for line in archive.ledger(first.id).items]
            told.append((first.outcomes, second.outcomes, lines, shown(archive)))
        (scans / "1/1/later").unlink()
    assert told[0] == told[1]
    assert told[0][0][Outcome.ADDED] == 48
    assert told[0][0][Outcome.DUPLICATE] == 1
    assert told[0][1][Outcome.ADDED] == 1


def test_what_is_taken_in_while_it_is_waited_for_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is at hand goes into the catalog while the rest is read: piece by piece, in one transaction."""
    scans = plant(tmp_path / "scans", TREE)
    plant(scans, {"1/1/7 again": (scans / "1/1/7").read_bytes()})
    settings = Settings(archive=tmp_path / "at once", use_keyring=False)
    with fileroom.Archive.open(settings) as archive:
        at_once = archive.bring_in(scans).outcomes, shown(archive)
    never_ready(monkeypatch)
    taken: list[int] = []
    take = write.take_in

    def taking(hand: Any, writer: Any, batch: Batch) -> None:
        taken.append(len(batch.read))
        take(hand, writer, batch)

    monkeypatch.setattr("fileroom.intake.run.take_in", taking)
    with fileroom.Archive.open(replace(settings, archive=tmp_path / "bit by bit")) as archive:
        first = archive.bring_in(scans)
        assert (first.outcomes, shown(archive)) == at_once
        assert (first.patients, first.studies, first.series, first.instances) == (2, 2, 4, 48)
        assert archive.check().well
        assert archive.bring_in(scans).outcomes[Outcome.UNCHANGED] == len(TREE)  # what is cut is tried again
    assert len(taken) > 2


def test_what_was_under_way_when_an_import_fails_is_not_kept_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans = plant(tmp_path / "scans", TREE)
    monkeypatch.setattr(run, "_BATCH_SECONDS", (60.0,))
    never_ready(monkeypatch)
    flush = Writer.flush

    def fails(writer: Writer) -> None:
        flush(writer)
        if writer.added.instances > 9:
            raise SourceError("the disk is gone")

    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        with monkeypatch.context() as patch:
            patch.setattr(Writer, "flush", fails)
            with pytest.raises(SourceError):
                archive.bring_in(scans)
        (failed,) = archive.imports().items
        assert (failed.state, failed.instances, failed.outcomes[Outcome.ADDED], failed.bytes) == ("failed", 0, 0, 0)
        assert shown(archive) == {}
        assert archive.bring_in(scans).outcomes[Outcome.ADDED] == 48


def test_what_it_had_in_hand_when_it_died_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scans = plant(tmp_path / "scans", TREE)
    asked = Aside.submit
    died: list[int] = []

    def submit(self: Aside, folder: str, names: list[str]) -> Any:
        if names and len(died) < 3:
            died.append(1)
            if len(died) == 3:
                self._child.kill()
        return asked(self, folder, names)

    monkeypatch.setattr(Aside, "submit", submit)
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        assert archive.bring_in(scans).outcomes[Outcome.ADDED] == 48
    assert len(died) == 3


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="it has to be slow")
def test_what_was_not_sent_yet_can_be_taken_back(tmp_path: Path, aside: Aside) -> None:
    plant(tmp_path, TREE)
    aside.submit("", []).result(30)
    os.kill(aside._child.pid, signal.SIGSTOP)
    aside.ready = False  # as long as it starts, all but the first request is kept
    sent, *kept = (aside.submit(str(tmp_path), ["empty", "cut"]) for _ in range(3))
    aside.send()
    assert not aside.withdraw(sent)
    assert not aside.withdraw(kept[1])  # another comes before it
    assert aside.withdraw(kept[0])
    os.kill(aside._child.pid, signal.SIGCONT)
    aside.ready = True
    aside.send()
    assert kept[1].result(30) == sent.result(30) == [read_header(str(tmp_path / name)) for name in ("empty", "cut")]
    assert not kept[0].done()


@pytest.mark.skipif(sys.platform != "linux", reason="pipes are as wide as they are elsewhere")
def test_it_need_not_wait_for_who_listens(aside: Aside) -> None:
    import fcntl

    most = int(Path("/proc/sys/fs/pipe-max-size").read_text(encoding="ascii"))
    assert aside._child.stdout is not None
    assert fcntl.fcntl(aside._child.stdout, fcntl.F_GETPIPE_SZ) == 1 << 20 or most < 1 << 20


def test_a_pipe_that_may_not_be_widened_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    refused: list[int] = []

    def refuse(*_: Any) -> int:
        refused.append(1)
        raise PermissionError

    scans = plant(tmp_path / "scans", TREE)
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        opened = Aside.__init__

        def start(self: Aside, readers: int, charsets: Charsets) -> None:
            with monkeypatch.context() as patch:
                patch.setattr(fcntl, "fcntl", refuse)
                opened(self, readers, charsets)

        monkeypatch.setattr(Aside, "__init__", start)
        assert archive.bring_in(scans).outcomes[Outcome.ADDED] == 48
    assert refused


def test_nothing_is_asked_of_one_that_is_gone(aside: Aside) -> None:
    aside.stop()
    assert not aside.ready
    with pytest.raises(Gone):
        aside.submit("/", ["x"]).result(30)


def test_a_cancelled_import_does_not_wait_for_it(tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", TREE)
    token = CancelToken()

    def progress(_: Progress) -> None:
        token.cancel()

    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        summary = archive.bring_in(scans, on_progress=progress, cancel=token)
        assert summary.state == "cancelled"
        assert archive.bring_in(scans).state == "done"
        assert len(shown(archive)) == 48


def test_it_reads_by_the_character_sets_that_were_set(tmp_path: Path) -> None:
    greek: dict[str, Any] = {"PatientName": "Παπάς".encode("iso8859-7"), "SpecificCharacterSet": "ISO_IR 100"}
    scans = plant(tmp_path / "scans", {"0": instance(**greek, number=100)})
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in(scans)
        (patient,) = archive.search(Query(level=Level.PATIENT)).items
        archive.set_charset(patient.id, "iso-8859-7")
        archive.bring_in(plant(scans, {f"1/{n}": instance(**greek, number=n) for n in range(48)}))
        (patient,) = archive.search(Query(level=Level.PATIENT)).items
        assert (patient.name.alphabetic, patient.counts.instances) == ("Παπάς", 49)


def test_a_slow_disk_is_told_what_is_read_next(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def fetch(folder: str, _names: list[str]) -> int:
        told.append(folder)
        return 8 if len(told) < 20 else 0  # blocks; then all is in memory

    monkeypatch.setattr(aside_there, "fetch_heads", fetch)
    pieces = [(str(number), ["file"] * 100) for number in range(60)]
    asked, requests = deque(pieces[:5]), queue.SimpleQueue[Any]()
    for end in range(10, 65, 5):
        requests.put(pieces[end - 5 : end])
    requests.put(None)
    pace = Pace(1, 1)
    ahead = aside_there._Ahead(pace, requests, asked)
    ahead.look()
    asked.popleft()
    assert told == []  # nobody had to wait
    pace.do(lambda: time.sleep(0.02))
    ahead.look()
    asked.popleft()
    assert told == [str(number) for number in range(1, 11)]  # a thousand files, no more
    pace.do(list).result()  # by a thread; it is not slow any more
    while asked:
        ahead.look()
        asked.popleft()
    assert told == [str(number) for number in range(1, 20 + aside_there._STILL)]
    assert requests.get() is None
    pace.end()
