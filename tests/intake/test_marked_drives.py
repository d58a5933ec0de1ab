"""A drive that has no identity, marked because the user agreed: the same drive at another place."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.catalog import marking
from fileroom.errors import SourceError
from fileroom.model.drives import State
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts, of_mountinfo
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


class Table:
    """What is mounted, as a test says it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.points: tuple[Path, ...] = ()
        patch.setattr(drives, "current", self._current)

    def _current(self) -> Mounts:
        lines = "\n".join(f"40 35 0:50 / {point} rw - fuse.exotic exotic rw" for point in self.points)
        return Mounts.of([Mount("uuid:disk", "disk", "Disk", "/"), *of_mountinfo(lines, {}, {})])


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    return Table(monkeypatch)


def states(archive: fileroom.Archive) -> list[State]:
    archive._catalog.mounts(fresh=True)
    return [entry.state for entry in archive.search(Query(level=Level.INSTANCE)).items]


def test_the_same_drive_at_another_place(archive: fileroom.Archive, table: Table, tmp_path: Path) -> None:
    stick = plant(tmp_path / "stick", {"ct/1": instance()})
    table.points = (stick,)
    assert archive.mark_drive(stick / "ct") == stick / ".fileroom-drive"
    first = archive.bring_in(stick)
    assert (first.outcomes[Outcome.ADDED], first.outcomes[Outcome.NOT_DICOM]) == (1, 1)
    assert [line.reason for line in archive.ledger(first.id, outcome=Outcome.NOT_DICOM).items] == [Reason.NO_DICOM]
    table.points = ()
    assert states(archive) == [State.OFFLINE]
    stick.rename(tmp_path / "elsewhere")
    table.points = (tmp_path / "elsewhere",)
    assert states(archive) == [State.ONLINE]
    assert archive.bring_in(tmp_path / "elsewhere").outcomes[Outcome.UNCHANGED] == 2


def test_what_was_known_by_its_place_is_kept(archive: fileroom.Archive, table: Table, tmp_path: Path) -> None:
    stick = plant(tmp_path / "stick", {"1": instance()})
    table.points = (stick,)
    archive.bring_in(stick)
    (before,) = archive.drives()
    archive.mark_drive(stick)
    assert [drive.id for drive in archive.drives()] == [before.id]
    assert archive.bring_in(stick).outcomes[Outcome.UNCHANGED] == 1
    assert archive.mark_drive(stick) is None  # once is enough


def test_a_drive_with_an_identity_is_never_written_to(archive: fileroom.Archive, table: Table, tmp_path: Path) -> None:
    assert table.points == ()
    folder = plant(tmp_path / "scans", {"1": instance()})
    assert archive.mark_drive(folder) is None
    assert archive.nameless_drive(folder) is None
    archive.bring_in(folder)
    assert [path.name for path in folder.iterdir()] == ["1"]


def test_one_asks_when_it_is_met_first(
    archive: fileroom.Archive, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = plant(tmp_path / "stick", {"1": instance()})
    table.points = (stick,)
    assert archive.nameless_drive(stick) is None  # nothing that was plugged in
    monkeypatch.setattr(marking, "_PLUGGED_IN", (str(tmp_path),))
    assert archive.nameless_drive(stick) == str(stick)
    archive.bring_in(stick)  # unasked nothing is written
    assert [path.name for path in stick.iterdir()] == ["1"]
    assert archive.nameless_drive(stick) is None


def _mount(*arguments: str) -> None:
    program = shutil.which("mount")
    if program is None or subprocess.run([program, *arguments], check=False, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")


def _unmount(*points: Path) -> None:
    for point in points:
        subprocess.run(["umount", str(point)], check=False, capture_output=True)


def test_a_real_filesystem_at_another_place(archive: fileroom.Archive, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    try:
        _mount("-t", "tmpfs", "fileroom-test", str(here))
        plant(here, {"ct/1": instance()})
        archive.mark_drive(here)
        archive.bring_in(here)
        _mount("--bind", str(here), str(there))
        _unmount(here)
        assert states(archive) == [State.ONLINE]
        (entry,) = archive.search(Query(level=Level.INSTANCE)).items
        assert entry.files[0].path == str(there / "ct/1")
        assert archive.bring_in(there).outcomes[Outcome.UNCHANGED] == 2
        assert len(archive.drives()) == 1
        _unmount(there)
        assert states(archive) == [State.OFFLINE]
    finally:
        _unmount(here, there)


def test_nothing_is_written_to_what_is_read_only(archive: fileroom.Archive, tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    disc.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "ro", "fileroom-test", str(disc))
        with pytest.raises(SourceError, match="read-only"):
            archive.mark_drive(disc)
    finally:
        _unmount(disc)
