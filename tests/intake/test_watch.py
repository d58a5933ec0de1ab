"""Watched folders: what comes, changes or goes is in the catalog by itself, and nothing else happens."""

from __future__ import annotations

import os
import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.catalog import roots
from fileroom.catalog.home import FolderHome
from fileroom.errors import Busy
from fileroom.intake import watch
from fileroom.intake.ahead import Area
from fileroom.intake.lock import GivingWay, import_lock, is_held, pass_lock
from fileroom.intake.quiet import Stillness
from fileroom.intake.run import look_again
from fileroom.intake.watch import areas_of, without_covered
from fileroom.jobs import CancelToken
from fileroom.model.drives import State
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources.events import Happening
from tests.patience import SOON, until
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fileroom.intake.run import Look
    from fileroom.model.ledger import ImportSummary


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_MEET", 0.3)


@contextmanager
def watching(archive: fileroom.Archive, *roots: Path) -> Iterator[list[ImportSummary]]:
    """Watch ``roots`` (by default those whose switch is on) meanwhile; gives the passes that found something."""
    stop, passes = CancelToken(), []

    def passed(summary: ImportSummary | None) -> None:
        if summary is not None:
            passes.append(summary)

    ids = [archive.root_at(root) for root in roots] or None
    thread = threading.Thread(target=lambda: archive.watch(ids, stop=stop, on_pass=passed))
    thread.start()
    try:
        yield passes
    finally:
        stop.cancel()
        thread.join()


def states(archive: fileroom.Archive) -> dict[int | None, State]:
    found = archive.search(Query(level=Level.INSTANCE)).items
    return {item.header.instance_number: item.state for item in found}


# -- from the system's events to the catalog -----------------------------------------------------------------------


def test_what_comes_changes_and_goes_is_seen_by_itself(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a/1": instance(number=1), "note.txt": b"stays"})
    archive.bring_in(root)
    with watching(archive, root) as passes:
        plant(root, {"a/2": instance(number=2), "new/deep/3": instance(number=3)})
        until(lambda: states(archive).keys() == {1, 2, 3})
        (root / "a/1").write_bytes(instance(number=1, SeriesDescription="later"))
        (root / "a/2").rename(root / "new/2")
        until(lambda: sum(one.outcomes[Outcome.MOVED] + one.outcomes[Outcome.CHANGED] for one in passes) >= 2)
        shutil.rmtree(root / "new/deep")
        until(lambda: states(archive) == {1: State.ONLINE, 2: State.ONLINE, 3: State.MISSING})
    assert [one.id for one in passes] == [one.id for one in reversed(archive.imports().items[:-1])]
    assert {one.who for one in passes} == {"watch"}


def test_a_switch_a_restart_and_a_root_that_comes_back(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1)})
    archive.bring_in(root)
    assert archive.set_watched(archive.root_at(root), watched=True).watched
    plant(root, {"2": instance(number=2)})  # while nobody watches
    with watching(archive):
        until(lambda: states(archive).keys() == {1, 2})
        root.rename(tmp_path / "elsewhere")
        until(lambda: archive.roots()[0].state is State.MISSING)
        plant(tmp_path / "elsewhere", {"3": instance(number=3)})
        time.sleep(1)  # the watcher has seen that it is away
        (tmp_path / "elsewhere").rename(root)
        until(lambda: states(archive).keys() == {1, 2, 3})
    assert set(states(archive).values()) == {State.ONLINE}


def test_a_file_in_the_making_is_left_until_it_is_quiet(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1)})
    archive.bring_in(root)
    whole = instance(number=2, rows=64, columns=64)
    with watching(archive, root) as passes:
        with (root / "2").open("wb") as file:
            for at in range(0, len(whole), 512):
                file.write(whole[at : at + 512])
                file.flush()
                time.sleep(0.1)
        until(lambda: passes)
    assert [(one.outcomes[Outcome.ADDED], one.outcomes[Outcome.UNREADABLE]) for one in passes] == [(1, 0)]


def test_the_archive_inside_a_watched_folder_is_not_heard(archive: fileroom.Archive, tmp_path: Path) -> None:
    plant(tmp_path, {"1": instance(number=1)})
    archive.bring_in(tmp_path)
    with watching(archive, tmp_path) as passes:
        plant(tmp_path, {"2": instance(number=2)})
        until(lambda: passes)
        time.sleep(2)  # writing this down was no news
    assert [one.files for one in passes] == [2]


# -- a pass --------------------------------------------------------------------------------------------------------


def look(archive: fileroom.Archive, root: Path, *areas: Area, cancel: CancelToken | None = None) -> Look:
    """A pass over a root, or areas of it, in which every file may be read."""
    return look_again(
        archive._catalog,
        archive.settings,
        str(root),
        areas or (Area(str(root), str(root)),),
        lambda *_: True,
        cancel=cancel or CancelToken(),
    )


def test_a_pass_that_finds_nothing_leaves_no_trace(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(
        tmp_path / "scans",
        {"1": instance(number=1), "cut": instance(number=2)[:200], "readme": b"text", "later": instance(number=3)},
    )
    (root / "loop").symlink_to(root)
    future = time.time() + 3600
    os.utime(root / "later", (future, future))  # a user’s import reads it each time
    archive.bring_in(root)
    before = archive.imports()
    found = look(archive, root)
    assert (found.summary.id, found.summary.files, found.whole) == (0, 4, True)
    assert archive.imports() == before


def test_what_was_removed_stays_removed(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1), "other/1": instance(patient_id="7", study=2)})
    archive.bring_in(root)
    (first, _) = sorted(archive.search(Query(level=Level.PATIENT)).items, key=lambda one: one.patient_id)
    archive.forget([first.id])
    plant(
        root,
        {
            "1": instance(number=1, SeriesDescription="changed"),
            "2": instance(number=2),
            "s2": instance(series=2),
            "copy": instance(number=1, SeriesDescription="changed"),
            "other/2": instance(patient_id="7", study=2, number=2),
        },
    )
    found = look(archive, root)
    assert found.summary.instances == 1
    assert [one.patient_id for one in archive.search(Query(level=Level.PATIENT)).items] == ["7"]
    assert archive.search(Query(level=Level.SERIES)).total == 1
    assert archive.restore([first.id]).instances == 3  # the user's act shows all there is
    archive.forget([first.id])
    assert archive.bring_in(root).instances == 3  # and so does an import of theirs


def test_only_the_touched_folder_is_looked_at(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(
        tmp_path / "scans", {"a/1": instance(number=1), "a/b/2": instance(number=2), "c/3": instance(number=3)}
    )
    archive.bring_in(root)
    plant(root, {"a/4": instance(number=4), "c/5": instance(number=5)})
    (root / "a/b/2").unlink()
    found = look(archive, root, Area(str(root), str(root / "a"), deep=False))
    assert (found.summary.files, found.summary.instances) == (2, 1)
    assert states(archive) == dict.fromkeys((1, 2, 3, 4), State.ONLINE)
    shutil.rmtree(root / "a/b")
    look(archive, root, Area(str(root), str(root / "a/b")))
    assert states(archive)[2] is State.MISSING


def test_an_empty_or_locked_root_proves_nothing(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a/1": instance(number=1)})
    archive.bring_in(root)
    (root / "a").rename(tmp_path / "a")
    found = look(archive, root)
    assert "is empty now" in found.summary.message
    assert states(archive) == {1: State.ONLINE}


# -- giving way ----------------------------------------------------------------------------------------------------


def test_a_users_import_waits_for_a_pass_which_gives_way(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1)})
    begun, folder = threading.Event(), archive.settings.archive

    def passing() -> None:
        with pass_lock(FolderHome(folder)):
            begun.set()
            until(lambda: GivingWay(FolderHome(folder), CancelToken()).cancelled)

    thread = threading.Thread(target=passing)
    thread.start()
    assert begun.wait(SOON)
    assert archive.bring_in(root).instances == 1
    thread.join()


def test_a_pass_never_waits(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1)})
    archive.bring_in(root)
    with import_lock(FolderHome(archive.settings.archive)), pytest.raises(Busy):
        look(archive, root)
    with pass_lock(FolderHome(archive.settings.archive)), pytest.raises(Busy):
        look(archive, root)
    assert not is_held(FolderHome(archive.settings.archive))


def test_a_pass_that_gave_way_says_nothing_of_what_it_did_not_reach(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1)})
    archive.bring_in(root)
    plant(root, {"2": instance(number=2)})
    stop = CancelToken()
    stop.cancel()
    found = look(archive, root, cancel=stop)
    assert (found.whole, found.summary.id, archive.imports().total) == (False, 0, 1)


# -- what is to be looked at: pure ---------------------------------------------------------------------------------


def test_happenings_become_areas(tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a/1": b"", "b/c/1": b"", "own/x": b""})
    (root / "link").symlink_to(root / "a")

    def told(*happenings: tuple[str, str]) -> set[tuple[str, bool]]:
        found = areas_of(str(root), [Happening(str(root / p), kind) for p, kind in happenings], str(root / "own"))
        assert {area.root for area in found} <= {str(root)}
        return {(os.path.relpath(area.path, root), area.deep) for area in found}

    assert told(("a/1", "added"), ("a/1", "modified")) == {("a", False)}
    assert told(("link/1", "modified")) == {("a", False)}
    assert told(("b/c", "added")) == {("b", False), ("b/c", True)}
    assert told(("b/gone", "deleted")) == {("b", False), ("b/gone", True)}
    assert told(("b/\ufffd/c/x", "added")) == {("b", True)}
    assert told(("own/catalog.db", "modified")) == set()
    assert told((".", "deleted")) == {(".", True)}


def test_areas_in_areas_are_looked_at_once() -> None:
    areas = [Area("/r", "/r/a b", deep=False), Area("/r", "/r/a"), Area("/r", "/r/a/c"), Area("/r", "/r/a", deep=False)]
    assert without_covered([*areas, Area("/r", "/r", deep=False)]) == [
        Area("/r", "/r", deep=False),
        Area("/r", "/r/a"),
        Area("/r", "/r/a b", deep=False),
    ]


def test_stillness() -> None:
    clock = [0.0]
    still = Stillness(seconds=2, clock=lambda: clock[0])
    now = 1_000_000_000_000
    assert still("/old", 5, now - 60_000_000_000, now)
    assert not still("/new", 5, now, now)
    clock[0] = 1.0
    assert not still("/new", 6, now, now)  # it grew
    clock[0] = 2.5
    assert not still("/new", 6, now, now)
    clock[0] = 3.0
    assert still("/new", 6, now, now)
    assert not still("/future", 6, now + 1, now)


def test_a_root_is_found_by_its_path(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1)})
    archive.bring_in(root)
    (tmp_path / "link").symlink_to(root)
    assert archive.root_at(tmp_path / "link") == archive.roots()[0].id
    assert archive.import_root(archive.root_at(root)).files == 1
    assert roots.root_path(archive._catalog, archive.root_at(root)) == str(root.resolve())
    with pytest.raises(fileroom.errors.NotFound):
        archive.root_at(tmp_path)
