"""Copies instead of files in place: what is copied, that it is whole, and that nothing else depends on the source."""

from __future__ import annotations

import errno
import os
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.intake import copying
from fileroom.jobs import CancelToken
from fileroom.model.checks import Trouble
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, plant, sop_uid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.model.ledger import ImportSummary

TWO = {"a/1": instance(number=1), "a/2": instance(number=2), "notes.txt": b"no image"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


def told(summary: ImportSummary) -> dict[str, int]:
    return {outcome.value: n for outcome, n in summary.outcomes.items() if n}


def instances(archive: fileroom.Archive) -> dict[str, Instance]:
    return {item.header.sop_instance_uid: item for item in archive.search(Query(level=Level.INSTANCE)).items}


def own_files(tmp_path: Path) -> dict[str, bytes]:
    files = tmp_path / "archive" / "files"
    return {str(p.relative_to(files)): p.read_bytes() for p in files.rglob("*") if p.is_file()}


def test_copies_are_owned_whole_and_found_without_the_source(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "stick", TWO)
    os.utime(root / "a/1", ns=(10**18, 10**18))
    summary = archive.bring_in(root, copy=True)
    assert (summary.kind, told(summary)) == ("copy", {"added": 2, "not_dicom": 1})
    assert sorted(own_files(tmp_path).values()) == sorted([TWO["a/1"], TWO["a/2"]])
    assert not (tmp_path / "archive/files/.incoming").exists()
    shutil.rmtree(root)
    found = instances(archive)
    assert {uid: (len(item.files), item.files[0].owned, item.state) for uid, item in found.items()} == {
        sop_uid(number=1): (1, True, State.ONLINE),
        sop_uid(number=2): (1, True, State.ONLINE),
    }
    first = found[sop_uid(number=1)].files[0]
    assert (first.mtime_ns, Path(first.path).stat().st_mtime_ns) == (10**18, 10**18)
    assert archive.read(found[sop_uid(number=1)].id).path == first.path
    assert archive.roots() == ()
    assert archive.check().well


def test_what_a_copy_holds_is_known_from_the_start(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", TWO), copy=True)
    path = Path(instances(archive)[sop_uid(number=1)].files[0].path)
    facts = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    os.utime(path, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
    report = archive.check(read_data=True)
    assert (report.first_read, report.counts[Trouble.DAMAGED]) == (0, 1)


def test_a_copy_on_the_same_disk_is_no_second_drive(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", {"1": TWO["a/1"]}), copy=True)
    archive.bring_in(plant(tmp_path / "scans", {"1": TWO["a/1"]}))
    (item,) = instances(archive).values()
    assert [file.owned for file in item.files] == [True, False]
    assert archive.check().counts[Trouble.ONE_DRIVE] == 1


def test_what_is_held_is_not_copied_twice(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "stick", {**TWO, "b/again": TWO["a/1"]})
    assert told(archive.bring_in(root, copy=True)) == {"added": 2, "duplicate": 1, "not_dicom": 1}
    other = plant(tmp_path / "other", {"x": TWO["a/2"]})
    assert told(archive.bring_in(other, copy=True)) == {"duplicate": 1}
    assert sorted(own_files(tmp_path).values()) == sorted([TWO["a/1"], TWO["a/2"]])
    assert {len(item.files) for item in instances(archive).values()} == {1}
    assert told(archive.bring_in([root, other], copy=True)) == {"unchanged": 5}
    assert told(archive.bring_in([root, other])) == {"unchanged": 5}


def test_the_ledger_names_the_source_and_says_where_its_copy_is(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "stick", {"a/1": TWO["a/1"]})
    (line,) = archive.ledger(archive.bring_in(root, copy=True).id).items
    (item,) = instances(archive).values()
    assert (line.path, line.outcome, line.reason) == (str(root / "a/1"), Outcome.ADDED, Reason.COPIED)
    assert line.detail == item.files[0].path


def test_what_is_known_where_it_lies_stays_there(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", TWO)
    archive.bring_in(root)
    plant(root, {"a/2": instance(number=2, SeriesDescription="after all"), "a/3": instance(number=3)})
    assert told(archive.bring_in(root, copy=True)) == {"unchanged": 2, "changed": 1, "added": 1}
    assert {uid: item.files[0].owned for uid, item in instances(archive).items()} == {
        sop_uid(number=1): False,
        sop_uid(number=2): False,
        sop_uid(number=3): True,
    }
    assert len(own_files(tmp_path)) == 1


def test_other_content_is_copied_beside_what_is_there(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "stick", {"1": instance(number=1)})
    archive.bring_in(root, copy=True)
    plant(root, {"1": instance(number=1, SeriesDescription="edited")})
    assert told(archive.bring_in(root, copy=True)) == {"conflict": 1}
    (item,) = instances(archive).values()
    assert [(file.reason, file.owned) for file in item.files] == [
        (Reason.NEW_INSTANCE, True),
        (Reason.OTHER_CONTENT, True),
    ]
    assert len(own_files(tmp_path)) == 2
    assert told(archive.bring_in(root, copy=True)) == {"unchanged": 1}


def test_what_was_removed_comes_back_without_another_copy(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "stick", TWO)
    archive.bring_in(root, copy=True)
    archive.forget([item.id for item in archive.search(Query(level=Level.PATIENT)).items])
    assert told(archive.bring_in(root, copy=True)) == {"added": 2, "unchanged": 1}
    assert len(instances(archive)) == 2
    assert len(own_files(tmp_path)) == 2


def test_a_copy_that_is_lost_is_made_again(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "stick", TWO)
    archive.bring_in(root, copy=True)
    item = instances(archive)[sop_uid(number=1)]
    Path(item.files[0].path).unlink()
    archive.bring_in(tmp_path / "archive/files")
    assert instances(archive)[sop_uid(number=1)].state is State.MISSING
    assert told(archive.bring_in(root, copy=True)) == {"moved": 1, "unchanged": 2}
    again = instances(archive)[sop_uid(number=1)]
    assert (again.id, again.state, again.files[0].owned) == (item.id, State.ONLINE, True)
    assert len(own_files(tmp_path)) == 2


def test_the_own_folder_is_no_root_and_is_unchanged(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", TWO), copy=True)
    assert told(archive.bring_in(tmp_path / "archive/files")) == {"unchanged": 2}
    assert told(archive.bring_in(tmp_path / "archive/files", copy=True)) == {"unchanged": 2}
    assert archive.roots() == ()
    assert all(item.files[0].owned for item in instances(archive).values())


def test_an_archive_that_is_moved_takes_its_copies_along(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", TWO), copy=True)
    archive.close()
    (tmp_path / "archive").rename(tmp_path / "elsewhere")
    with fileroom.Archive.open(Settings(archive=tmp_path / "elsewhere", use_keyring=False)) as moved:
        assert {item.state for item in instances(moved).values()} == {State.ONLINE}
        assert moved.check().well


def test_two_people_of_one_name_have_a_folder_each(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(
        tmp_path / "stick",
        {"1": instance(patient_id="1", study=1), "2": instance(patient_id="2", study=2), "3": instance(patient_id="3")},
    )
    assert told(archive.bring_in(root, copy=True)) == {"added": 2, "conflict": 1}  # one UID under two patients
    assert len({path.split("/")[0] for path in own_files(tmp_path)}) == 3
    assert {path.split("/")[0].rpartition(" ")[0] for path in own_files(tmp_path)} == {"ROSSI, Mario"}


def test_the_words_before_a_tag_are_for_people(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", {"1": instance(number=1)}), copy=True)
    (folder,) = (p for p in (tmp_path / "archive/files").iterdir())
    folder.rename(folder.with_name(f"my knee {folder.name[-10:]}"))
    archive.bring_in(plant(tmp_path / "more", {"2": instance(number=2, patient_name="Rossi^Mario")}), copy=True)
    assert {path.split("/")[0].rpartition(" ")[0] for path in own_files(tmp_path)} == {"my knee"}


def test_what_a_container_holds_is_copied_out_of_it(archive: fileroom.Archive, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "disc.zip", "w", zipfile.ZIP_DEFLATED) as disc:
        disc.writestr("a/1", TWO["a/1"])
    assert told(archive.bring_in(tmp_path / "disc.zip", copy=True)) == {"added": 1, "not_dicom": 1}
    assert told(archive.bring_in(tmp_path / "disc.zip", copy=True)) == {"unchanged": 2}
    (tmp_path / "disc.zip").unlink()
    (item,) = instances(archive).values()
    assert (len(item.files), item.files[0].owned, item.state) == (1, True, State.ONLINE)
    assert list(own_files(tmp_path).values()) == [TWO["a/1"]]


# -- when something goes wrong -------------------------------------------------------------------------------------


def test_no_room_is_an_outcome_and_leaves_nothing(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path / "stick", TWO)
    with monkeypatch.context() as patch:
        patch.setattr(copying, "RESERVE", 1 << 60)
        summary = archive.bring_in(root, copy=True)
    assert (summary.state, told(summary)) == ("done", {"refused": 2, "not_dicom": 1})
    assert {line.reason for line in archive.ledger(summary.id, outcome=Outcome.REFUSED).items} == {Reason.NO_SPACE}
    assert own_files(tmp_path) == {}
    # nobody comes into the archive with nothing
    assert (summary.patients, summary.series, archive.search(Query(level=Level.PATIENT)).total) == (0, 0, 0)
    assert told(archive.bring_in(root, copy=True)) == {"added": 2, "unchanged": 1}


def test_a_disk_that_fills_up_while_it_is_written(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, data: bytes) -> None:
        os.write(handle, data[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(copying, "_put", full)
    summary = archive.bring_in(plant(tmp_path / "stick", TWO), copy=True)
    assert told(summary) == {"refused": 2, "not_dicom": 1}
    assert own_files(tmp_path) == {}
    assert instances(archive) == {}


def test_what_does_not_read_back_the_same_is_no_copy(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flipped(handle: int, data: bytes) -> None:
        os.write(handle, data[:-1] + bytes([data[-1] ^ 1]))

    monkeypatch.setattr(copying, "_put", flipped)
    summary = archive.bring_in(plant(tmp_path / "stick", {"1": instance()}), copy=True)
    (line,) = archive.ledger(summary.id).items
    assert (line.outcome, line.reason) == (Outcome.REFUSED, Reason.COPY_FAILED)
    assert own_files(tmp_path) == {}


def test_a_source_that_changes_while_it_is_copied_is_tried_again(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path / "stick", {"1": instance()})
    put = copying._put

    def grow(handle: int, data: bytes) -> None:
        put(handle, data)
        with (root / "1").open("ab") as file:
            file.write(b"..")

    with monkeypatch.context() as patch:
        patch.setattr(copying, "_put", grow)
        assert told(archive.bring_in(root, copy=True)) == {"unreadable": 1}
    assert own_files(tmp_path) == {}
    assert told(archive.bring_in(root, copy=True)) == {"added": 1}


def test_a_killed_import_goes_on_where_it_stopped(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def kill(*_: object) -> None:
        raise KilledError

    root = plant(tmp_path / "stick", TWO)
    with monkeypatch.context() as patch:  # the copies have their names, the catalog knows nothing of them
        patch.setattr("fileroom.catalog.userdata.save_import", kill)
        patch.setattr("fileroom.intake.copying.Copier.close", lambda _: None)
        with pytest.raises(KilledError):
            archive.bring_in(root, copy=True)
    before = own_files(tmp_path)
    assert (len(before), instances(archive)) == (2, {})
    left = tmp_path / "archive/files/.incoming/0123"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    assert told(archive.bring_in(root, copy=True)) == {"added": 2, "not_dicom": 1}
    assert own_files(tmp_path) == before


def test_any_import_sweeps_what_a_killed_one_left(archive: fileroom.Archive, tmp_path: Path) -> None:
    left = plant(tmp_path / "archive/files/.incoming", {"0123": b"half"})
    archive.bring_in(plant(tmp_path / "scans", TWO))
    assert not left.exists()


def test_a_cancelled_import_goes_on_where_it_stopped(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path / "stick", {"1": instance(number=1), "2": instance(number=2, rows=1000, columns=1000)})
    cancel, put = CancelToken(), copying._put

    def stop(handle: int, data: bytes) -> None:
        put(handle, data)
        if len(data) == 1 << 20:  # in the middle of the large one
            cancel.cancel()

    with monkeypatch.context() as patch:
        patch.setattr(copying, "_put", stop)
        summary = archive.bring_in(root, copy=True, cancel=cancel)
    assert (summary.state, told(summary)) == ("cancelled", {"added": 1, "cancelled": 1})
    assert len(own_files(tmp_path)) == 1
    assert told(archive.bring_in(root, copy=True)) == {"unchanged": 1, "added": 1}


def test_nothing_is_written_through_a_link(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", {"1": instance(number=1)}), copy=True)
    (folder,) = (tmp_path / "archive/files").iterdir()
    folder.rename(tmp_path / "outside")
    folder.symlink_to(tmp_path / "outside")
    before = sorted((tmp_path / "outside").rglob("*"))
    summary = archive.bring_in(plant(tmp_path / "more", {"2": instance(number=2)}), copy=True)
    assert told(summary) == {"refused": 1}
    assert sorted((tmp_path / "outside").rglob("*")) == before


def test_the_own_folder_may_be_a_link_to_where_there_is_room(archive: fileroom.Archive, tmp_path: Path) -> None:
    large = tmp_path / "large"
    (tmp_path / "archive/files").symlink_to(large)
    root = plant(tmp_path / "stick", TWO)
    with pytest.raises(fileroom.errors.CatalogError, match="not connected"):
        archive.bring_in(root, copy=True)
    large.mkdir()
    assert told(archive.bring_in(root, copy=True)) == {"added": 2, "not_dicom": 1}
    assert len([p for p in large.rglob("*") if p.is_file()]) == 2
