"""A root from which nothing was concluded says why, until it is looked at again and all is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.errors import CatalogError
from fileroom.intake import watch
from fileroom.intake.ahead import Area
from fileroom.intake.quiet import Stillness
from fileroom.intake.run import look_again
from fileroom.jobs import CancelToken
from fileroom.model.drives import Hindrance, State
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources import drives
from fileroom.sources.drives import Mount, Mounts
from tests.patience import until
from tests.world import instance, plant, without_privileges

if TYPE_CHECKING:
    import threading
    from pathlib import Path


def opened(folder: Path) -> fileroom.Archive:
    return fileroom.Archive.open(Settings(archive=folder, use_keyring=False))


def hindrances(archive: fileroom.Archive) -> list[Hindrance | None]:
    return [root.hindrance for root in archive.roots()]


def states(archive: fileroom.Archive) -> set[State]:
    return {entry.state for entry in archive.search(Query(level=Level.INSTANCE)).items}


@pytest.mark.parametrize("automatic", [False, True])
def test_a_root_that_is_suddenly_empty(tmp_path: Path, *, automatic: bool) -> None:
    root = plant(tmp_path / "scans", {"1": instance()})

    def look(archive: fileroom.Archive) -> None:
        if automatic:
            still = Stillness()
            look_again(
                archive._catalog, archive.settings, str(root), [Area(str(root), str(root))], still, cancel=CancelToken()
            )
        else:
            archive.bring_in(root)

    with opened(tmp_path / "archive") as archive:
        archive.bring_in(root)
        (root / "1").rename(tmp_path / "1")
        look(archive)
        assert (hindrances(archive), states(archive)) == ([Hindrance.EMPTY], {State.ONLINE})
        (tmp_path / "1").rename(root / "1")
        look(archive)
        assert hindrances(archive) == [None]


def test_a_root_that_cannot_be_read() -> None:
    with without_privileges() as folder:
        root = plant(folder / "scans", {"1": instance()})
        with opened(folder / "archive") as archive:
            archive.bring_in(root)
            root.chmod(0)
            archive.bring_in(root)
            assert (hindrances(archive), states(archive)) == ([Hindrance.UNREADABLE], {State.ONLINE})


def test_what_lies_below_a_locked_folder_is_not_missing() -> None:
    with without_privileges() as folder:
        root = plant(
            folder / "scans", {"1": instance(number=1), "a/2": instance(number=2), "a/b/3": instance(number=3)}
        )
        with opened(folder / "archive") as archive:
            archive.bring_in(root)
            (root / "a").chmod(0)
            archive.bring_in(root)
            assert states(archive) == {State.ONLINE}
            (root / "1").unlink()  # what can be seen is believed
            archive.bring_in(root)
            found = archive.search(Query(level=Level.INSTANCE)).items
            assert [entry.state for entry in found] == [State.MISSING, State.ONLINE, State.ONLINE]


def test_another_drive_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant(tmp_path / "stick/scans", {"1": instance()})
    stick = Mount("uuid:stick", "disk", "Stick", str(tmp_path / "stick"))
    beneath = Mount("uuid:disk", "disk", "Disk", "/")
    monkeypatch.setattr(drives, "current", lambda: Mounts.of([beneath, stick]))
    with opened(tmp_path / "archive") as archive:
        archive.bring_in(root)
        monkeypatch.setattr(drives, "current", lambda: Mounts.of([beneath]))
        archive.bring_in(root)
        assert (hindrances(archive), states(archive)) == ([Hindrance.OTHER_FILESYSTEM], {State.OFFLINE})


def test_a_pass_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant(tmp_path / "scans", {"1": instance()})
    with opened(tmp_path / "archive") as archive:
        archive.bring_in(root)

        def fails(*_: object, **__: object) -> None:
            raise CatalogError("the disk is full")

        monkeypatch.setattr(watch, "look_again", fails)
        stop = CancelToken()
        thread = _watching(archive, root, stop)
        try:
            until(lambda: hindrances(archive) == [Hindrance.FAILED])
        finally:
            stop.cancel()
            thread.join()


def _watching(archive: fileroom.Archive, root: Path, stop: CancelToken) -> threading.Thread:
    from threading import Thread

    thread = Thread(target=lambda: archive.watch([archive.root_at(root)], stop=stop))
    thread.start()
    return thread
