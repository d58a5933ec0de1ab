"""Purge: what fileroom wrote itself may be deleted, and nothing else, however it is dressed up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.catalog.home import FolderHome
from fileroom.errors import Busy, NotFound
from fileroom.intake import own_files
from fileroom.intake.lock import import_lock
from fileroom.intake.own_files import Standing
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level, PersonName
from fileroom.model.ledger import Purged
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, plant, sop_uid

if TYPE_CHECKING:
    from collections.abc import Iterator

TWO = {"a/1": instance(number=1), "a/2": instance(number=2)}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


@pytest.fixture(params=["by handle", "by path"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "by path":
        monkeypatch.setattr(own_files, "_BY_HANDLE", False)


def instances(archive: fileroom.Archive) -> dict[str, Instance]:
    return {item.header.sop_instance_uid: item for item in archive.search(Query(level=Level.INSTANCE)).items}


def copied(archive: fileroom.Archive, tmp_path: Path, world: dict[str, bytes] | None = None) -> dict[str, Path]:
    """Copy a world into the archive, remove all of it, and give the copies by SOP Instance UID."""
    archive.bring_in(plant(tmp_path / "stick", world or TWO), copy=True)
    found = {uid: Path(item.files[0].path) for uid, item in instances(archive).items()}
    archive.forget([item.id for item in archive.search(Query(level=Level.PATIENT)).items])
    return found


@pytest.mark.usefixtures("either_way")
def test_only_what_was_removed_is_purged(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", TWO), copy=True)
    found = instances(archive)
    one, two = found[sop_uid(number=1)], found[sop_uid(number=2)]
    assert archive.purge(dry_run=True).files == 0
    archive.forget([one.id])
    size = len(TWO["a/1"])
    would = archive.purge(dry_run=True)
    entry = Purged(patient=PersonName("ROSSI^Mario"), date="20240131", description="", files=1, bytes=size)
    assert (would.done, would.files, would.bytes, would.entries) == (False, 1, size, (entry,))
    assert Path(one.files[0].path).exists()
    assert archive.purge().files == 1
    assert not Path(one.files[0].path).exists()
    assert Path(two.files[0].path).exists()
    assert instances(archive).keys() == {sop_uid(number=2)}
    with pytest.raises(NotFound):
        archive.restore([one.id])
    assert archive.purge().files == 0
    assert archive.check().well
    assert {p.name for p in (tmp_path / "stick/a").iterdir()} == {"1", "2"}


@pytest.mark.usefixtures("either_way")
def test_nothing_is_left_of_what_is_purged_and_it_can_be_copied_again(
    archive: fileroom.Archive, tmp_path: Path
) -> None:
    other = {"b": instance(patient_name="BIANCHI^Anna", patient_id="7", study=2)}
    copied(archive, tmp_path, {**TWO, **other})
    assert archive.purge().files == 3
    assert list((tmp_path / "archive/files").iterdir()) == []
    assert archive.status().patients == 0
    assert archive.check().well
    again = archive.bring_in(tmp_path / "stick", copy=True)
    assert (again.instances, again.patients, len(instances(archive))) == (3, 2, 3)
    assert archive.search(Query(level=Level.PATIENT, words="bianchi")).total == 1


def test_files_in_place_are_never_purged(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", TWO)
    archive.bring_in(root)
    archive.forget([item.id for item in archive.search(Query(level=Level.PATIENT)).items])
    assert archive.purge().files == 0
    assert {p.name for p in (root / "a").iterdir()} == {"1", "2"}


def test_an_instance_with_a_file_elsewhere_keeps_it(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.bring_in(plant(tmp_path / "stick", {"1": TWO["a/1"]}), copy=True)
    scans = plant(tmp_path / "scans", {"1": TWO["a/1"]})
    archive.bring_in(scans)
    (item,) = instances(archive).values()
    archive.forget([item.id])
    assert archive.purge().files == 1
    archive.restore([item.id])
    (kept,) = instances(archive).values()
    assert (kept.state, [file.path for file in kept.files]) == (State.ONLINE, [str(scans / "1")])


# -- what looks like a copy and is none ----------------------------------------------------------------------------


@pytest.mark.usefixtures("either_way")
def test_a_link_in_place_of_a_copy(archive: fileroom.Archive, tmp_path: Path) -> None:
    copy = copied(archive, tmp_path)[sop_uid(number=1)]
    mine = tmp_path / "mine.dcm"
    copy.rename(mine)
    copy.symlink_to(mine)
    report = archive.purge()
    assert (report.files, report.left) == (1, (str(copy),))
    assert mine.read_bytes() == TWO["a/1"]
    assert copy.is_symlink()


@pytest.mark.usefixtures("either_way")
def test_a_link_in_place_of_a_folder(archive: fileroom.Archive, tmp_path: Path) -> None:
    copies = copied(archive, tmp_path)
    folder = next(iter(copies.values())).parents[1]
    folder.rename(tmp_path / "mine")
    folder.symlink_to(tmp_path / "mine")
    assert (archive.purge().files, archive.purge(dry_run=True).files) == (0, 0)
    assert len([p for p in (tmp_path / "mine").rglob("*") if p.is_file()]) == 2


@pytest.mark.usefixtures("either_way")
def test_a_copy_that_was_changed_or_replaced(archive: fileroom.Archive, tmp_path: Path) -> None:
    copies = copied(archive, tmp_path)
    edited, replaced = copies[sop_uid(number=1)], copies[sop_uid(number=2)]
    edited.write_bytes(TWO["a/1"] + b"..")
    precious = tmp_path / "precious"
    precious.write_bytes(bytes(len(TWO["a/2"])))
    replaced.unlink()
    os.link(precious, replaced)
    report = archive.purge()
    assert (report.files, len(report.left)) == (0, 2)
    assert edited.exists()
    assert replaced.exists()


def test_another_name_of_a_copy_keeps_its_bytes(archive: fileroom.Archive, tmp_path: Path) -> None:
    copy = copied(archive, tmp_path)[sop_uid(number=1)]
    os.link(copy, tmp_path / "linked")
    assert archive.purge().files == 2
    assert (tmp_path / "linked").read_bytes() == TWO["a/1"]


def test_rows_that_lie(archive: fileroom.Archive, tmp_path: Path) -> None:
    mine = plant(tmp_path / "mine", {"1": instance(number=3)}) / "1"
    archive.bring_in(mine)
    facts = mine.stat()
    with archive._catalog.database.transaction() as cursor:
        (folder,) = cursor.execute("SELECT path FROM folder JOIN file ON folder_id = folder.id").fetchone()
        for path in (f"{folder}/1", f"/../../{mine.relative_to(tmp_path)}", "/../mine/1"):
            cursor.execute(
                "INSERT INTO owned(path, size, mtime_ns) VALUES (?,?,?)", (path, facts.st_size, facts.st_mtime_ns)
            )
        # … and one whose row is on the archive's own drive, by a path that climbs out of it
        drive = cursor.execute("INSERT INTO drive(filesystem_id) VALUES ('archive') RETURNING id").fetchone()[0]
        cursor.execute("UPDATE folder SET drive_id = ?, path = '/../../mine'", (drive,))
    archive.forget([item.id for item in archive.search(Query(level=Level.PATIENT)).items])
    report = archive.purge()
    assert (report.files, len(report.left)) == (0, 1)
    assert mine.exists()


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("inside", ["/../x", "/a/../../x", "//x", "/./x", "/", "", "/a//x"])
def test_paths_that_climb(tmp_path: Path, inside: str) -> None:
    files = tmp_path / "files"
    (files / "a").mkdir(parents=True)
    (tmp_path / "x").write_bytes(b"12")
    facts = (tmp_path / "x").stat()
    assert own_files.delete(str(files), inside, facts.st_size, facts.st_mtime_ns) is Standing.OTHER
    assert (tmp_path / "x").exists()


def test_a_kill_between_deed_and_catalog_is_made_good(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(archive, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("fileroom.intake.purge.forget_files", lambda *_: None)
        assert archive.purge().files == 2
    assert (archive.purge().files, archive.status().files) == (0, 0)


def test_not_while_an_import_is_running(archive: fileroom.Archive, tmp_path: Path) -> None:
    copied(archive, tmp_path)
    with import_lock(FolderHome(tmp_path / "archive")), pytest.raises(Busy):
        archive.purge()
