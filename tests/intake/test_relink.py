"""Relink: files that were moved by hand are found by their headers, shown first, then followed, and given back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.catalog.home import FolderHome
from fileroom.errors import Busy, Cancelled, SourceError
from fileroom.intake.lock import import_lock
from fileroom.jobs import CancelToken
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level
from fileroom.model.ledger import Relinked
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources import drives
from tests.packing import pack
from tests.world import instance, plant, sop_uid

if TYPE_CHECKING:
    from collections.abc import Iterator

WORLD = {
    "ct/1": instance(number=1),
    "ct/2": instance(number=2),
    "mr/1": instance(number=1, series=2, modality="MR"),
    "notes.txt": b"no image",
}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


def instances(archive: fileroom.Archive) -> dict[str, Instance]:
    return {item.header.sop_instance_uid: item for item in archive.search(Query(level=Level.INSTANCE)).items}


def places(archive: fileroom.Archive, below: Path) -> dict[str, tuple[str, State]]:
    """Where the first file of each instance lies, and whether it can be reached."""
    return {uid: (os.path.relpath(item.files[0].path, below), item.state) for uid, item in instances(archive).items()}


def moved_world(archive: fileroom.Archive, tmp_path: Path) -> Path:
    root = plant(tmp_path / "scans", WORLD)
    archive.bring_in(root)
    return root.rename(tmp_path / "elsewhere")


def test_first_it_says_what_it_would_change(archive: fileroom.Archive, tmp_path: Path) -> None:
    moved_world(archive, tmp_path)
    (tmp_path / "elsewhere/mr/1").unlink()
    before = places(archive, tmp_path)
    report = archive.relink(tmp_path / "elsewhere", dry_run=True)
    assert (report.id, report.files, report.images, report.series, report.left) == (None, 2, 2, 1, 1)
    assert report.moves == (Relinked(old=str(tmp_path / "scans/ct"), new=str(tmp_path / "elsewhere/ct"), files=2),)
    assert report.still == (Relinked(old=str(tmp_path / "scans/mr"), state=State.MISSING, files=1),)
    assert places(archive, tmp_path) == before
    assert archive.imports().total == 1


def test_rows_follow_and_entries_keep_all_they_have(archive: fileroom.Archive, tmp_path: Path) -> None:
    moved_world(archive, tmp_path)
    plant(tmp_path / "elsewhere", {"new": instance(number=9)})  # not known, and not imported by it
    kept = {uid: item.id for uid, item in instances(archive).items()}
    archive.forget([kept[sop_uid(number=2)]])
    report = archive.relink(tmp_path)  # looked for from further up, the archive itself left out
    assert (report.files, report.left) == (3, 0)
    assert {uid: item.id for uid, item in instances(archive).items()} == {
        uid: entry for uid, entry in kept.items() if uid != sop_uid(number=2)
    }
    assert places(archive, tmp_path)[sop_uid(number=1)] == ("elsewhere/ct/1", State.ONLINE)
    archive.restore([kept[sop_uid(number=2)]])
    assert places(archive, tmp_path)[sop_uid(number=2)] == ("elsewhere/ct/2", State.ONLINE)
    summary = archive.import_summary(report.id or 0)
    assert (summary.kind, summary.state, summary.outcomes[Outcome.MOVED]) == ("relink", "done", 3)
    lines = {line.path: (line.outcome, line.reason, line.detail) for line in archive.ledger(summary.id).items}
    assert lines[str(tmp_path / "elsewhere/mr/1")] == (
        Outcome.MOVED,
        Reason.MOVED_FROM,
        str(tmp_path / "scans/mr/1"),
    )
    again = archive.bring_in(tmp_path / "elsewhere")
    assert {outcome: n for outcome, n in again.outcomes.items() if n} == {
        Outcome.UNCHANGED: 3,
        Outcome.ADDED: 1,
        Outcome.NOT_DICOM: 1,
    }
    assert archive.check().well


def test_it_can_be_taken_back(archive: fileroom.Archive, tmp_path: Path) -> None:
    elsewhere = moved_world(archive, tmp_path)
    archive.bring_in(plant(tmp_path / "other", {"x": instance(study=2)}))
    before = {uid: item.files for uid, item in instances(archive).items()}
    number = archive.relink(elsewhere).id or 0
    assert {uid: item.files for uid, item in instances(archive).items()} != before
    assert archive.undo_import(number).instances == 3
    assert {uid: item.files for uid, item in instances(archive).items()} == before
    assert archive.undo_import(number).instances == 0
    assert archive.relink(elsewhere).files == 3


def test_missing_and_back_by_another_name(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", WORLD)
    archive.bring_in(root)
    shutil.move(root / "ct/1", tmp_path / "renamed")
    archive.bring_in(root)
    assert instances(archive)[sop_uid(number=1)].state is State.MISSING
    assert archive.relink(tmp_path / "renamed").files == 1
    assert places(archive, tmp_path)[sop_uid(number=1)] == ("renamed", State.ONLINE)
    assert archive.check().well


def test_a_drive_that_is_away(archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = plant(tmp_path / "stick", WORLD)
    shutil.copytree(stick, tmp_path / "home")
    with_stick = drives.Mounts.of((*drives.current().mounts, drives.Mount("uuid:S", "disk", "STICK", str(stick))))
    without = drives.Mounts.of(m for m in with_stick.mounts if m.filesystem_id != "uuid:S")
    with monkeypatch.context() as patch:
        patch.setattr(drives, "current", lambda: with_stick)
        archive.bring_in(stick)
    shutil.rmtree(stick)
    monkeypatch.setattr(drives, "current", lambda: without)
    archive._catalog._mounts = None
    (series, _) = archive.search(Query(level=Level.SERIES)).items
    assert series.state is State.OFFLINE
    preview = archive.relink(tmp_path / "archive", dry_run=True)
    assert {still.state for still in preview.still} == {State.OFFLINE}
    report = archive.relink(tmp_path / "home")
    assert report.files == 3
    assert {item.state for item in archive.search(Query(level=Level.SERIES)).items} == {State.ONLINE}
    archive.undo_import(report.id or 0)
    assert {item.state for item in archive.search(Query(level=Level.SERIES)).items} == {State.OFFLINE}


def test_an_import_follows_to_another_drive(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick, home = plant(tmp_path / "stick", WORLD), tmp_path / "home"
    with_stick = drives.Mounts.of((*drives.current().mounts, drives.Mount("uuid:S", "disk", "STICK", str(stick))))
    without = drives.Mounts.of(m for m in with_stick.mounts if m.filesystem_id != "uuid:S")
    monkeypatch.setattr(drives, "current", lambda: with_stick)
    archive.bring_in(stick)
    shutil.copytree(stick, home)
    shutil.rmtree(stick / "ct")  # moved, while the stick was there
    assert archive.bring_in(home).outcomes[Outcome.MOVED] == 2
    monkeypatch.setattr(drives, "current", lambda: without)
    archive._catalog._mounts = None
    found = {item.modality: item.state for item in archive.search(Query(level=Level.SERIES)).items}
    assert found == {"CT": State.ONLINE, "MR": State.OFFLINE}


@pytest.mark.parametrize("name", ["deflated.zip", "packed.tar.gz", "disc.iso"])
def test_what_was_packed_is_found_in_its_container(archive: fileroom.Archive, tmp_path: Path, name: str) -> None:
    root = plant(tmp_path / "scans", WORLD)
    archive.bring_in(root)
    packed = pack(tmp_path / "kept" / name, WORLD)
    shutil.rmtree(root)
    report = archive.relink(tmp_path / "kept")
    assert (report.files, report.left) == (3, 0)
    assert set(places(archive, packed).values()) == {(name, State.ONLINE) for name in ("ct/1", "ct/2", "mr/1")}
    assert archive.check().well
    assert archive.relink(tmp_path / "kept").files == 0


@pytest.mark.parametrize("name", ["deflated.zip", "disc.iso"])
def test_a_container_that_was_moved_and_one_that_was_unpacked(
    archive: fileroom.Archive, tmp_path: Path, name: str
) -> None:
    root = plant(tmp_path / "scans", WORLD)
    packed = pack(tmp_path / "a" / name, WORLD)
    archive.bring_in(tmp_path / "a")
    moved = packed.rename(tmp_path / f"moved-{name}")
    archive.bring_in(tmp_path / "a")  # which has nothing left
    assert archive.relink(moved).files == 3
    assert {state for _, state in places(archive, tmp_path).values()} == {State.ONLINE}
    moved.unlink()
    assert archive.relink(root).files == 3
    assert places(archive, root)[sop_uid(number=1)] == ("ct/1", State.ONLINE)
    assert archive.check().well


def test_of_several_the_one_whose_path_is_most_alike(archive: fileroom.Archive, tmp_path: Path) -> None:
    twins = {"a/x/1": WORLD["ct/1"], "a/y/1": WORLD["ct/1"]}
    archive.bring_in(plant(tmp_path / "scans", twins))
    (tmp_path / "scans/a").rename(tmp_path / "scans/b")
    plant(tmp_path / "scans/b", {"z/1": WORLD["ct/1"]})
    report = archive.relink(tmp_path / "scans")
    assert {(Path(move.old).name, Path(move.new).name) for move in report.moves} == {("x", "x"), ("y", "y")}


def test_a_place_belongs_to_the_file_recorded_there(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1), "2": instance(number=2)})
    archive.bring_in(root)
    (root / "1").unlink()
    archive.bring_in(root)  # 1 is missing
    (root / "2").rename(root / "1")  # and now the other stands in its place
    assert archive.relink(root).files == 0
    plant(root, {"1": instance(number=1)})
    assert archive.relink(root).files == 1  # back where it was
    assert instances(archive)[sop_uid(number=1)].state is State.ONLINE


def test_what_a_header_cannot_tell_apart_is_not_followed(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(pixels=bytes(32)), "2": instance(pixels=bytes(31) + b"1")})
    archive.bring_in(root)
    root.rename(tmp_path / "elsewhere")
    report = archive.relink(tmp_path / "elsewhere")
    assert (report.files, report.left) == (0, 2)


def test_files_that_stand_are_left_alone(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", WORLD)
    archive.bring_in(root)
    shutil.copytree(root, tmp_path / "copy")
    report = archive.relink(tmp_path / "copy")
    assert (report.id, report.files, report.left) == (None, 0, 0)


def test_cancelled_changes_nothing(archive: fileroom.Archive, tmp_path: Path) -> None:
    elsewhere = moved_world(archive, tmp_path)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        archive.relink(elsewhere, cancel=cancel)
    assert archive.imports().total == 1


def test_not_while_an_import_is_running_and_not_nowhere(archive: fileroom.Archive, tmp_path: Path) -> None:
    with import_lock(FolderHome(tmp_path / "archive")), pytest.raises(Busy):
        archive.relink(tmp_path)
    with pytest.raises(SourceError):
        archive.relink(tmp_path / "nowhere")
