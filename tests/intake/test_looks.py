"""A folder that looks as when all in it stood as recorded is not looked into; whatever is recorded, or is done by the
user, makes it looked into again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.catalog.known import KnownFiles
from fileroom.model.drives import State
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.settings import Settings
from fileroom.sources.quick import load
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(load() is None, reason="the listing is not compiled here")

TREE = {
    "a/1": instance(series=1, number=1),
    "a/2": instance(series=1, number=2),
    "b/3": instance(series=2, number=3),
    "b/notes.txt": b"no image",
}
TIME = 10**18


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = plant(tmp_path / "scans", TREE)
    for path in TREE:
        os.utime(folder / path, ns=(TIME, TIME))
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        yield archive


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were compared file by file."""
    names: list[str] = []
    original = KnownFiles.present_files

    def present_files(self: KnownFiles, folder_id: int, listing: object, now_ns: int) -> list[tuple[str, int, int]]:
        names.append(listing.path.rpartition("/")[2])  # type: ignore[attr-defined]
        return original(self, folder_id, listing, now_ns)  # type: ignore[arg-type]

    monkeypatch.setattr(KnownFiles, "present_files", present_files)
    return names


def outcomes(archive: fileroom.Archive, scans: Path) -> dict[str, int]:
    return {outcome.value: n for outcome, n in archive.bring_in(scans).outcomes.items() if n}


def test_the_second_import_compares_no_file(archive: fileroom.Archive, scans: Path, compared: list[str]) -> None:
    assert outcomes(archive, scans) == {"added": 3, "not_dicom": 1}
    assert outcomes(archive, scans) == {"unchanged": 4}
    assert {"a", "b"}.isdisjoint(compared)


def test_a_file_that_went_and_came_back(archive: fileroom.Archive, scans: Path, compared: list[str]) -> None:
    archive.bring_in(scans)
    (scans / "a/2").rename(scans.parent / "away")
    outcomes(archive, scans)
    (scans.parent / "away").rename(scans / "a/2")  # all looks as it did at first, but the file is recorded as gone
    assert outcomes(archive, scans) == {"unchanged": 3, "back": 1}
    shown = archive.search(Query(level=Level.INSTANCE)).items
    assert len(shown) == 3
    compared.clear()
    outcomes(archive, scans)  # seen to stand, and how it looks is known again
    outcomes(archive, scans)
    assert compared.count("a") == 1
    assert "b" not in compared


def test_a_file_that_came_and_went(archive: fileroom.Archive, scans: Path) -> None:
    archive.bring_in(scans)
    plant(scans, {"a/9": instance(series=1, number=9)})
    assert outcomes(archive, scans) == {"added": 1, "unchanged": 4}
    (scans / "a/9").unlink()
    archive.bring_in(scans)
    states = [item.state for item in archive.search(Query(level=Level.INSTANCE)).items]
    assert states.count(State.MISSING) == 1


def test_what_was_removed_comes_back_by_being_brought_in(archive: fileroom.Archive, scans: Path) -> None:
    archive.bring_in(scans)
    (patient,) = archive.search(Query(level=Level.PATIENT)).items
    archive.forget([patient.id])
    assert outcomes(archive, scans)["added"] == 3


def test_what_could_not_be_read_is_tried_again(archive: fileroom.Archive, scans: Path) -> None:
    plant(scans, {"b/cut": instance()[:200]})
    os.utime(scans / "b/cut", ns=(TIME, TIME))
    for _ in range(3):
        assert Outcome.UNREADABLE.value in outcomes(archive, scans)
