"""Paths of other files: nothing is kept until the user says so, and then only what they would expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.catalog import other_paths
from fileroom.model.others import RecentPaths
from fileroom.settings import Settings
from fileroom.sources.removable import Removable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        yield archive


def test_while_it_is_off_nothing_is_kept_and_off_it_is_at_first(house: Archive) -> None:
    house.note_paths(["/scans/rossi.nii"])
    assert house.recent_paths() == RecentPaths(keep=False, paths=())
    house.keep_paths(keep=True)
    assert house.recent_paths() == RecentPaths(keep=True, paths=())


def test_when_it_is_on_the_newest_come_first_and_few_are_kept(house: Archive) -> None:
    house.keep_paths(keep=True)
    house.note_paths([f"/scans/{number}.nii" for number in range(40)])
    house.note_paths(["/scans/20.nii"])
    kept = house.recent_paths().paths
    assert (kept[0], kept[1], len(kept)) == ("/scans/20.nii", "/scans/39.nii", other_paths.MOST)
    house.forget_paths()
    assert house.recent_paths() == RecentPaths(keep=True, paths=())


def test_switching_it_off_forgets_them(house: Archive) -> None:
    house.keep_paths(keep=True)
    house.note_paths(["/scans/rossi.nii"])
    house.keep_paths(keep=False)
    house.keep_paths(keep=True)
    assert house.recent_paths().paths == ()


def test_of_a_disc_or_stick_none_is_kept(house: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_paths, "plugged_in", lambda: (Removable("/media/anna/STICK", "STICK", "stick"),))
    house.keep_paths(keep=True)
    house.note_paths(["/media/anna/STICK/rossi.nii", "/media/anna/STICKS/a.nii"])
    assert house.recent_paths().paths == ("/media/anna/STICKS/a.nii",)


def test_it_outlives_the_program(tmp_path: Path) -> None:
    settings = Settings(archive=tmp_path / "archive", use_keyring=False)
    with Archive.open(settings) as first:
        first.keep_paths(keep=True)
        first.note_paths(["/scans/a.nii"])
    with Archive.open(settings) as again:
        assert again.recent_paths() == RecentPaths(keep=True, paths=("/scans/a.nii",))
