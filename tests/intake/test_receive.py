"""What is sent to the archive: written raw, durable before anybody is told so, and taken in as any import does."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.catalog import userdata
from fileroom.catalog.home import FolderHome
from fileroom.errors import BadRequest, NoRoom
from fileroom.intake.inbox import meta_group
from fileroom.intake.lock import import_lock
from fileroom.jobs import CancelToken
from fileroom.model.entries import Instance, Level
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import EXPLICIT_LE, SECONDARY_CAPTURE, instance, plant, sop_uid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

    from fileroom.model.ledger import Stored

ONE, TWO = instance(number=1), instance(number=2)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


def instances(archive: fileroom.Archive) -> list[Instance]:
    return list(archive.search(Query(level=Level.INSTANCE)).items)


def said(stored: list[Stored]) -> list[tuple[Outcome | None, Reason | None]]:
    return [(one.outcome, one.reason) for one in stored]


def inbox(tmp_path: Path) -> list[str]:
    folder = tmp_path / "archive/files/.inbox"
    return sorted(p.name for p in folder.rglob("*") if p.is_file()) if folder.exists() else []


def test_what_is_stored_is_in_the_archive_byte_for_byte(archive: fileroom.Archive, tmp_path: Path) -> None:
    assert said(archive.store([ONE, [TWO[:100], TWO[100:]]])) == [(Outcome.ADDED, Reason.NEW_INSTANCE)] * 2
    found = instances(archive)
    assert [Path(one.files[0].path).read_bytes() for one in found] == [ONE, TWO]
    assert [one.files[0].owned for one in found] == [True, True]
    assert inbox(tmp_path) == []


def test_the_same_again_is_a_duplicate_and_other_content_a_conflict(archive: fileroom.Archive, tmp_path: Path) -> None:
    other = instance(number=1, StudyDescription="another")
    archive.store([ONE])
    assert said(archive.store([ONE, other])) == [
        (Outcome.DUPLICATE, Reason.SAME_INSTANCE),
        (Outcome.CONFLICT, Reason.OTHER_CONTENT),
    ]
    (found,) = instances(archive)
    assert Path(archive.read(found.id).path).read_bytes() == ONE
    kept = sorted(p.read_bytes() for p in (tmp_path / "archive/files").rglob("*.dcm"))
    assert kept == sorted([ONE, other])  # nothing that was sent is thrown away


def test_two_of_a_kind_in_one_go(archive: fileroom.Archive) -> None:
    assert sorted(one.outcome or "" for one in archive.store([ONE, ONE])) == [Outcome.ADDED, Outcome.DUPLICATE]


def test_what_lies_in_place_is_not_kept_twice(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": ONE})
    archive.bring_in(root)
    assert said(archive.store([ONE])) == [(Outcome.DUPLICATE, Reason.SAME_INSTANCE)]
    assert not list((tmp_path / "archive/files").rglob("*.dcm"))


def test_what_is_known_but_out_of_reach_is_kept(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": ONE})
    archive.bring_in(root)
    shutil.rmtree(root)
    (stored,) = archive.store([ONE])
    assert stored.outcome is Outcome.MOVED
    (found,) = instances(archive)
    assert Path(archive.read(found.id).path).read_bytes() == ONE


@pytest.mark.parametrize(
    ("data", "outcome", "reason"),
    [
        (b"", Outcome.NOT_DICOM, Reason.EMPTY_FILE),
        (b"no image" * 100, Outcome.NOT_DICOM, Reason.NO_DICOM),
        (ONE[:-10], Outcome.UNREADABLE, Reason.TRUNCATED),
        (ONE[:-46], Outcome.UNREADABLE, Reason.TRUNCATED),
        (instance(SOPInstanceUID=b"../../x"), Outcome.NO_IDENTITY, Reason.NO_SOP_INSTANCE_UID),
    ],
)
def test_what_cannot_be_taken_leaves_nothing(
    archive: fileroom.Archive, tmp_path: Path, data: bytes, outcome: Outcome, reason: Reason
) -> None:
    assert said(archive.store([data])) == [(outcome, reason)]
    assert (inbox(tmp_path), instances(archive)) == ([], [])


def test_the_limit_of_patients_is_obeyed(tmp_path: Path) -> None:
    settings = Settings(archive=tmp_path / "archive", use_keyring=False, max_patients=1)
    with fileroom.Archive.open(settings) as archive:
        one, other = instance(patient_name="A", patient_id="1"), instance(patient_name="B", patient_id="2", study=2)
        assert said(archive.store([one, other]))[1] in {
            (Outcome.REFUSED, Reason.PATIENT_LIMIT),
            (Outcome.ADDED, Reason.NEW_INSTANCE),
        }
        assert archive.status().patients == 1
    assert inbox(tmp_path) == []


def test_a_data_set_alone_gets_its_meta_group(archive: fileroom.Archive) -> None:
    at = 128 + 4 + 12 + int.from_bytes(ONE[140:144], "little")
    given = {"sop_class_uid": SECONDARY_CAPTURE, "sop_instance_uid": sop_uid(number=1)}
    with archive.inbox().begin("dimse", transfer_syntax_uid=EXPLICIT_LE, **given) as arrival:
        arrival.write(ONE[at : at + 50])
        arrival.write(ONE[at + 50 :])
        reading = arrival.finish()
        name = arrival.keep()
    assert reading.header is not None
    assert archive.take_in([name])[name].outcome is Outcome.ADDED
    (found,) = instances(archive)
    data = Path(found.files[0].path).read_bytes()
    assert data == meta_group(SECONDARY_CAPTURE, sop_uid(number=1), EXPLICIT_LE) + ONE[at:]


@pytest.mark.parametrize("uid", ["../1", "1.2\\3", "1/2", "", "a" * 65])
def test_no_uid_with_path_characters_gets_into_a_meta_group(archive: fileroom.Archive, uid: str) -> None:
    with pytest.raises(BadRequest):
        archive.inbox().begin("dimse", sop_class_uid="1.2", sop_instance_uid=uid, transfer_syntax_uid=EXPLICIT_LE)


def test_what_breaks_off_is_never_visible(archive: fileroom.Archive, tmp_path: Path) -> None:
    with archive.inbox().begin("dicomweb") as arrival:
        arrival.write(ONE)
        assert archive.inbox().waiting() == []
    assert inbox(tmp_path) == []


def test_what_arrived_before_a_crash_is_taken_in_at_the_next_start(archive: fileroom.Archive, tmp_path: Path) -> None:
    with archive.inbox().begin("dimse") as arrival:
        arrival.write(ONE)
        arrival.finish()
        arrival.keep()
    assert len(archive.inbox().waiting()) == 1
    archive.close()
    with fileroom.Archive.open(archive.settings) as again:
        stop = CancelToken()
        thread = threading.Thread(target=lambda: again.receive(stop=stop))
        thread.start()
        while again.inbox().waiting():
            time.sleep(0.01)
        stop.cancel()
        thread.join()
        assert [one.header.sop_instance_uid for one in instances(again)] == [sop_uid(number=1)]
        assert [(one.kind, one.who, one.files) for one in again.imports().items] == [("received", "dimse", 1)]


def test_what_another_process_takes_in_is_left_to_it_for_a_while(archive: fileroom.Archive, tmp_path: Path) -> None:
    inbox = archive.inbox()
    assert [inbox.waits(left) for left in (0.0, 1000.0)] == [False, False]
    with inbox.begin("dimse") as arrival:
        arrival.write(ONE)
        arrival.finish()
        name = arrival.keep()
    assert [inbox.waits(left) for left in (0.0, 1000.0)] == [True, False]
    an_hour_ago = time.time() - 3600
    os.utime(inbox.path(name), (an_hour_ago, an_hour_ago))
    assert inbox.waits(1000.0)
    stop = CancelToken()
    thread = threading.Thread(target=lambda: archive.receive(stop=stop, left=1000.0))
    thread.start()
    while inbox.waiting():
        time.sleep(0.01)
    stop.cancel()
    thread.join()
    assert len(instances(archive)) == 1


def test_a_crash_between_the_name_and_the_catalog_loses_nothing(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(userdata, "save_import", crash)
        with pytest.raises(ZeroDivisionError):
            archive.store([ONE])
    assert len(list((tmp_path / "archive/files").rglob("*.dcm"))) == 1
    archive.take_in()
    (found,) = instances(archive)
    assert Path(found.files[0].path).read_bytes() == ONE
    assert (inbox(tmp_path), len(list((tmp_path / "archive/files").rglob("*.dcm")))) == ([], 1)


def test_while_an_import_runs_what_is_sent_is_safe_and_waits(archive: fileroom.Archive) -> None:
    with import_lock(FolderHome(archive.settings.archive)):
        assert said(archive.store([ONE])) == [(None, None)]
        assert len(archive.inbox().waiting()) == 1
    archive.take_in()
    assert (len(archive.inbox().waiting()), len(instances(archive))) == (0, 1)


def test_an_import_of_everything_does_not_meet_the_inbox(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.store([ONE])
    with archive.inbox().begin("dicomweb") as arrival:
        arrival.write(TWO)
        arrival.finish()
        arrival.keep()
    archive.rebuild([])
    assert len(instances(archive)) == 1
    archive.take_in()
    assert len(instances(archive)) == 2


def test_a_file_system_without_links_gets_a_copy(
    archive: fileroom.Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(os, "link", no_links)
    assert said(archive.store([ONE])) == [(Outcome.ADDED, Reason.NEW_INSTANCE)]
    assert Path(instances(archive)[0].files[0].path).read_bytes() == ONE
    assert inbox(tmp_path) == []


def test_what_is_only_looked_at_takes_nothing_in(tmp_path: Path) -> None:
    root = plant(tmp_path / "disc", {"1": ONE})
    with fileroom.Archive.ephemeral(root) as looked_at, pytest.raises(BadRequest):
        looked_at.store([TWO])
    assert [p.name for p in root.iterdir()] == ["1"]


def test_a_full_disk_says_so_and_leaves_nothing(
    archive: fileroom.Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(NoRoom):
        archive.store([ONE])
    assert inbox(tmp_path) == []


def test_many_that_arrive_together_are_one_entry_among_the_imports(archive: fileroom.Archive) -> None:
    threads = [threading.Thread(target=archive.store, args=([instance(number=n)],)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (one,) = archive.imports().items
    assert (one.kind, one.state, one.files, one.instances) == ("received", "done", 8, 8)
    assert len(archive.ledger(one.id).items) == 8


def test_each_file_is_read_once_for_its_digest(archive: fileroom.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = hashlib.file_digest, list[str]()

    def file_digest(file: FileIO, digest: str) -> object:
        seen.append(str(file.name))
        return real(file, digest)

    monkeypatch.setattr(hashlib, "file_digest", file_digest)
    archive.store([ONE, TWO])
    assert len(seen) == len(set(seen)) == 2
