"""Media that fail while they are looked at: reads that end in an error or never, and what is torn out meanwhile."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.errors import BadRequest, Cancelled, NoRoom, Unavailable
from fileroom.intake import carried
from fileroom.jobs import CancelToken
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources.aloof import Aloof
from tests import world
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fileroom.archive import Archive
    from fileroom.jobs import Progress
    from fileroom.model.entries import Instance


class Bad:
    """A file of a scratched disc: it fails while ``fails`` is set, and hangs while ``hangs`` is."""

    begin = 0

    def __init__(self, data: bytes, *, fails: bool = False) -> None:
        self.data, self.size = data, len(data)
        self.fails = fails
        self.hangs = threading.Event()
        self.hangs.set()
        self.met = threading.Event()  # a read came while it hung

    def read_at(self, position: int, length: int) -> bytes:
        if self.fails:
            raise OSError(errno.EIO, "Input/output error")
        if not self.hangs.is_set():
            self.met.set()
        self.hangs.wait(60)
        return self.data[position : position + length]


def scan(number: int) -> bytes:
    return world.instance(number=number)


@pytest.fixture
def bad() -> Iterator[Bad]:
    one = Bad(scan(2))
    yield one
    one.hangs.set()


def images(archive: Archive) -> tuple[Instance, ...]:
    return tuple(archive.search(Query(level=Level.INSTANCE)).items)


def test_what_cannot_be_read_is_counted_and_the_rest_is_shown(bad: Bad) -> None:
    bad.fails = True
    with fileroom.Archive.ephemeral({"1": scan(1), "2": bad, "3": scan(3)}) as archive:
        summary = archive.look_in()
        assert (summary.state, summary.outcomes[Outcome.UNREADABLE]) == ("done", 1)
        assert len(images(archive)) == 2
        assert archive.medium_found()["unreadable"] == 1


def test_a_copy_names_what_it_could_not_read_and_the_next_one_reads_that_alone(bad: Bad) -> None:
    with fileroom.Archive.ephemeral({"1": scan(1), "scratched/2": bad}) as archive:
        archive.look_in()
        bad.fails = True
        told: list[Progress] = []
        done = archive.copy_into_memory(on_progress=told.append)
        assert (done.unread, done.files) == (("scratched/2",), 2)
        assert [(one.done, one.total, one.problems) for one in told] == [(1, 2, 0), (2, 2, 1)]
        assert not archive.medium_found()["in_memory"]
        assert archive.frame(images(archive)[0].id, 1).data
        bad.fails = False
        told.clear()
        assert archive.copy_into_memory(on_progress=told.append).unread == ()
        assert [(one.done, one.total) for one in told] == [(2, 2)]
        assert archive.medium_found()["in_memory"]
        bad.fails = True
        assert all(archive.frame(image.id, 1).data for image in images(archive))


def test_a_read_that_never_ends_does_not_keep_a_copy_from_being_cancelled(bad: Bad) -> None:
    with fileroom.Archive.ephemeral({"1": scan(1), "2": bad}) as archive:
        archive.look_in()
        bad.hangs.clear()
        cancel = CancelToken()
        ended: list[BaseException] = []

        def copy() -> None:
            try:
                archive.copy_into_memory(cancel=cancel)
            except Cancelled as error:
                ended.append(error)

        thread = threading.Thread(target=copy)
        thread.start()
        until(bad.met.is_set)
        cancel.cancel()
        thread.join(30)
        assert ended
        assert archive.frame(images(archive)[0].id, 1).data
        bad.hangs.set()
        assert archive.copy_into_memory().unread == ()


def test_what_does_not_answer_is_given_up(bad: Bad) -> None:
    bad.hangs.clear()
    aloof = Aloof(patience=0.1)
    with pytest.raises(OSError, match="does not answer"):
        aloof.do(lambda: bad.read_at(0, 1), CancelToken())
    assert aloof.do(lambda: 7, CancelToken()) == 7
    aloof.end()


def test_a_copy_is_begun_only_when_there_is_memory_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carried, "_free_memory", lambda: 100)
    with fileroom.Archive.ephemeral({"1": scan(1)}) as archive:
        archive.look_in()
        with pytest.raises(BadRequest, match="not enough memory"):
            archive.copy_into_memory()
        assert archive.frame(images(archive)[0].id, 1).data


def test_a_study_is_kept_only_when_there_is_room_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.intake.medium._free", lambda _: 100)
    settings = Settings(archive=tmp_path / "archive", use_keyring=False)
    with fileroom.Archive.open(settings) as mine, fileroom.Archive.ephemeral({"1": scan(1)}) as archive:
        archive.look_in()
        [study] = archive.search(Query(level=Level.STUDY)).items
        with pytest.raises(NoRoom, match="not enough room"):
            mine.keep(archive, [study.id])
        assert mine.imports().items == ()


@pytest.mark.parametrize("way", ["removed", "replaced"])
def test_a_stick_that_is_torn_out_while_it_is_looked_at(tmp_path: Path, way: str) -> None:
    stick = world.plant(tmp_path / "stick", {"a/1": scan(1), "a/2": scan(2)})
    with fileroom.Archive.ephemeral(stick) as archive:
        archive.look_in()
        shutil.rmtree(stick)
        if way == "replaced":
            world.plant(stick, {"a/1": world.instance(number=9, patient_name="SOMEBODY^Else"), "a/2": b"none"})
        for image in images(archive):
            with pytest.raises(Unavailable):
                archive.frame(image.id, 1)
        assert len(images(archive)) == 2  # the list is what it was
        done = archive.copy_into_memory()
        assert len(done.unread) == 2
        assert not archive.medium_found()["in_memory"]


def test_a_stick_that_is_torn_out_while_it_is_kept(tmp_path: Path) -> None:
    stick = world.plant(tmp_path / "stick", {f"a/{number:03}": scan(number) for number in range(1, 41)})
    settings = Settings(archive=tmp_path / "archive", use_keyring=False)
    with fileroom.Archive.open(settings) as mine, fileroom.Archive.ephemeral(stick) as archive:
        archive.look_in()
        [study] = archive.search(Query(level=Level.STUDY)).items
        (stick / "a").rename(stick / "gone")
        summary = mine.keep(archive, [study.id])
        assert (summary.state, summary.outcomes[Outcome.UNREADABLE], summary.instances) == ("done", 40, 0)
        assert not [path for path in (tmp_path / "archive/files").rglob("*") if path.is_file()]
        (stick / "gone").rename(stick / "a")
        assert mine.keep(archive, [study.id]).instances == 40


def test_what_is_no_file_is_passed_by(tmp_path: Path) -> None:
    stick = world.plant(tmp_path / "stick", {"1": scan(1)})
    os.mkfifo(stick / "DICOMDIR")
    os.mkfifo(stick / "2")
    with fileroom.Archive.ephemeral(stick) as archive:
        assert archive.look_in().state == "done"
        assert len(images(archive)) == 1
        assert archive.medium_found()["trouble"] == "damaged"


def test_a_medium_is_looked_through_and_copied_in_the_order_in_which_it_lies() -> None:
    order: list[str] = []

    class Lying(Bad):
        def __init__(self, name: str, data: bytes, begin: int) -> None:
            super().__init__(data)
            self.name, self.begin = name, begin

        def read_at(self, position: int, length: int) -> bytes:
            if not order or order[-1] != self.name:
                order.append(self.name)
            return super().read_at(position, length)

    files = {"a/1": Lying("a/1", scan(1), 900), "a/2": Lying("a/2", scan(2), 700), "b/1": Lying("b/1", scan(3), 100)}
    with fileroom.Archive.ephemeral(files) as archive:
        archive.look_in()
        assert order == ["b/1", "a/2", "a/1"]
        order.clear()
        archive.copy_into_memory()
        assert order == ["b/1", "a/2", "a/1"]


def test_forty_thousand_files_without_a_dicomdir_are_listed_while_they_are_read() -> None:
    one = scan(1)
    told: list[Progress] = []
    with fileroom.Archive.ephemeral({f"{n // 2000}/{n}": b"no image" for n in range(39_999)} | {"z": one}) as archive:
        seen: list[int] = []

        def look(progress: Progress) -> None:
            told.append(progress)
            seen.append(archive.search(Query(level=Level.PATIENT)).total or 0)

        assert archive.look_in(on_progress=look).files == 40_000
        assert len(images(archive)) == 1
    assert len(told) > 2
    assert [one.done for one in told] == sorted(one.done for one in told)


def test_a_stick_that_is_torn_out_in_the_middle_of_keeping_leaves_whole_copies_and_can_go_on(tmp_path: Path) -> None:
    files = {number: Bad(scan(number)) for number in range(1, 41)}
    read: list[int] = []

    class Torn(Bad):
        """The twentieth file that is read for its copy is the last one: the stick goes, all reads fail from then on."""

        def read_at(self, position: int, length: int) -> bytes:
            data = super().read_at(position, length)
            if keeping and len(data) == self.size:
                read.append(1)
                for file in files.values():
                    file.fails = len(read) >= 20
            return data

    keeping = False
    files = {number: Torn(scan(number)) for number in files}
    settings = Settings(archive=tmp_path / "archive", use_keyring=False)
    with (
        fileroom.Archive.open(settings) as mine,
        fileroom.Archive.ephemeral({f"a/{number:03}": file for number, file in files.items()}) as archive,
    ):
        archive.look_in()
        [study] = archive.search(Query(level=Level.STUDY)).items
        keeping = True
        summary = mine.keep(archive, [study.id])
        kept = summary.instances
        assert 0 < kept < 40
        assert (summary.state, summary.outcomes[Outcome.UNREADABLE]) == ("done", 40 - kept)
        assert {line.path for line in mine.not_kept(summary.id)} < {f"a/{number:03}" for number in files}
        whole = {file.data for file in files.values()}
        copies = [path for path in (tmp_path / "archive/files").rglob("*") if path.is_file()]
        assert len(copies) == kept  # nothing lies there that is half a copy, or has no entry
        assert all(path.read_bytes() in whole for path in copies)
        keeping = False
        for file in files.values():
            file.fails = False
        again = mine.keep(archive, [study.id])
        assert (again.instances, mine.not_kept(again.id)) == (40 - kept, ())
        assert len([path for path in (tmp_path / "archive/files").rglob("*") if path.is_file()]) == 40


def test_the_size_of_a_copy_is_what_the_copy_takes(tmp_path: Path) -> None:
    twice = world.plant(tmp_path / "disc", {"1": scan(1), "again/1": scan(1), "2": scan(2)})
    with fileroom.Archive.ephemeral(twice) as archive:
        assert archive.medium_found()["bytes"] == 0
        archive.look_in()
        told = archive.medium_found()["bytes"]
        assert told == archive.copy_into_memory().bytes == len(scan(1)) + len(scan(2))


PEAK = """
import sys
import fileroom
with fileroom.Archive.ephemeral(sys.argv[1]) as archive:
    assert archive.look_in().instances == int(sys.argv[2])
    archive.medium_found()
with open("/proc/self/status") as lines:
    print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def peak(folder: Path, images: int) -> int:
    """KiB of memory that a process took at its most, for a session over so many images without a DICOMDIR."""
    source = world.plant(
        folder, {f"{n // 500}/{n}": world.instance(study=n // 500 + 1, number=n) for n in range(images)}
    )
    said = subprocess.run(
        [sys.executable, "-c", PEAK, str(source), str(images)], capture_output=True, text=True, check=True
    )
    return int(said.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what a process took at its most")
def test_memory_grows_by_a_few_kibibytes_an_image(tmp_path: Path) -> None:
    """40 000 images take 3 KiB each beside 90 MiB (``python -m benchmarks mediamemory``): here the slope alone."""
    few, many = peak(tmp_path / "few", 500), peak(tmp_path / "many", 4_500)
    assert many - few < 8 * 4_000
