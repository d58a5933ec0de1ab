"""What an import is told of a folder: what needs no second look, and all that is known."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.catalog import known
from fileroom.catalog.known import LOOK_AGAIN, UNKNOWN, KnownFiles, Recorded, folders_with_files, holds_files
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources.folder import Listing
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 2_000_000_000_000_000_000


class World:
    """An archive that knows ``scans``, and what an import would be told of it."""

    def __init__(self, folder: Path) -> None:
        self.scans = folder / "scans"
        plant(self.scans, {"a": instance(number=1), "b": instance(number=2), "c": b"no image", "deep/d": b"nor this"})
        self.archive = Archive.open(Settings(archive=folder / "archive", use_keyring=False))
        self.archive.bring_in(self.scans)
        self.catalog = self.archive._catalog
        mount, self.inside = self.catalog.mounts().locate(str(self.scans))
        self.drive = mount.filesystem_id

    def settled(self, now_ns: int = NOW, after: str = "", upto: str | None = None) -> list[str]:
        listing = Listing(str(self.scans), (), after=after, upto=upto)
        with self.catalog.database.latest() as cursor:
            files = KnownFiles(cursor)
            folder = files.folder(self.drive, self.inside)
            assert folder is not None
            names = [n for n, _, time in files.present_files(folder, listing, now_ns) if time != LOOK_AGAIN]
            assert set(names) <= set(files.files(folder, listing))
        return names

    def change(self, sql: str) -> None:
        with self.catalog.database.transaction() as cursor:
            cursor.execute(sql)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with made.archive:
        yield made


def test_files_as_they_were_read_need_no_second_look(world: World) -> None:
    assert world.settled() == ["a", "b", "c"]


def test_a_part_of_a_folder(world: World) -> None:
    assert world.settled(upto="a") == ["a"]
    assert world.settled(after="a", upto="b") == ["b"]
    assert world.settled(after="b") == ["c"]


@pytest.mark.parametrize("outcome", ["unreadable", "refused"])
def test_what_is_tried_again_needs_one(world: World, outcome: str) -> None:
    world.change(f"UPDATE file SET outcome = '{outcome}' WHERE name = 'b'")  # noqa: S608 - a test's own words
    assert world.settled() == ["a", "c"]


def test_so_does_what_is_gone_or_has_a_time_in_the_future(world: World) -> None:
    world.change("UPDATE file SET gone = 1 WHERE name = 'a'")
    world.change("UPDATE file SET mtime_ns = 2000000000000000001 WHERE name = 'c'")
    assert world.settled() == ["b"]


def test_and_what_was_removed_from_the_archive(world: World) -> None:
    first, second = world.archive.search(Query(level=Level.INSTANCE)).items
    world.archive.forget([first.id])
    assert world.settled() == ["b", "c"]
    world.archive.forget([second.id])
    assert world.settled() == ["c"]


def test_folders_that_held_files(world: World) -> None:
    found = [path for _, path in folders_with_files(world.catalog, world.drive, world.inside)]
    assert found == [world.inside, f"{world.inside}/deep"]
    world.change("UPDATE file SET gone = 1 WHERE name = 'd'")
    assert not holds_files(world.catalog, world.drive, f"{world.inside}/deep")
    assert holds_files(world.catalog, world.drive, world.inside)


def test_a_folder_that_nothing_is_known_of(world: World) -> None:
    with world.catalog.database.latest() as cursor:
        assert KnownFiles(cursor).folder(world.drive, f"{world.inside}/other") is None


@pytest.mark.parametrize("page", [1, 2, 100])
def test_folders_are_told_in_whatever_order_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(known, "_NEIGHBOURS", page)
    paths = ["/a", "/a-b", "/a/b", "/a/c", "/z"]
    with Archive.open(Settings(archive=tmp_path, use_keyring=False)) as archive:
        database = archive._catalog.database
        with database.transaction() as cursor:
            cursor.execute("INSERT INTO drive(id, filesystem_id) VALUES (1, 'one'), (2, 'other')")
            cursor.executemany(
                "INSERT INTO folder(id, drive_id, path, look, look_at, n_changes) VALUES (?, 1, ?, x'01', 3, ?)",
                [(number, path, 3 + number % 2) for number, path in enumerate(paths)],
            )
        with database.latest() as cursor:
            for order in itertools.permutations([*paths, "/b"], 3):
                files = KnownFiles(cursor)
                for path in order:
                    number = paths.index(path) if path in paths else None
                    look = b"\1" if number is not None and number % 2 == 0 else b""
                    expected = Recorded(number, look, 3 + number % 2) if number is not None else UNKNOWN
                    assert files.look("one", path) == expected
                assert files.look("other", order[0]) == UNKNOWN
