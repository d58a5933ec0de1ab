"""Of several files that claim to be one image, the user says which is shown, and that stays so."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.errors import BadRequest, NotFound, Unavailable
from fileroom.model.entries import Instance, Level
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fileroom.model.checks import Conflict

FIRST = instance(StudyDescription="Thorax", SeriesDescription="first")
PIXELS = instance(StudyDescription="Thorax", SeriesDescription="first", pixels=bytes(32))
SAID = instance(StudyDescription="Abdomen", SeriesDescription="second", x00091010=("LO", "private"))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    plant(tmp_path / "scans", {"1": FIRST, "2": PIXELS, "3": SAID, "other": instance(number=2)})
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        opened.bring_in(tmp_path / "scans")
        yield opened


def image(archive: fileroom.Archive) -> Instance:
    found: list[Instance] = list(archive.search(Query(level=Level.INSTANCE)).items)
    return next(one for one in found if one.header.instance_number == 1)


def conflict(archive: fileroom.Archive) -> Conflict:
    (one,) = archive.conflicts().items
    return one


def shown(archive: fileroom.Archive) -> tuple[str, str]:
    """The name of the file that is shown, and what its image says."""
    one = image(archive)
    assert archive.read(one.id).path == one.files[0].path
    return one.files[0].path.rpartition("/")[2], one.header.series_description


def test_conflicts_are_listed_with_what_differs(archive: fileroom.Archive) -> None:
    one = conflict(archive)
    assert (one.instance, one.number, one.chosen) == (image(archive).id, 1, False)
    assert [(file.path.rpartition("/")[2], file.shown) for file in one.files] == [
        ("1", True), ("2", False), ("3", False),
    ]  # fmt: skip
    told = {file.path.rpartition("/")[2]: [(d.name, d.one, d.other) for d in file.differences] for file in one.files}
    assert told == {
        "1": [],
        "2": [("pixels", "", "")],
        "3": [
            ("Study Description", "Thorax", "Abdomen"),
            ("Series Description", "first", "second"),
            ("private attributes", "", ""),
        ],
    }
    (series,) = archive.search(Query(level=Level.SERIES)).items
    assert series.conflicts == 1
    assert archive.conflicts(series=series.id).total == 1
    assert len(image(archive).files) == 3


def test_the_file_that_is_chosen_is_shown(archive: fileroom.Archive, tmp_path: Path) -> None:
    assert shown(archive) == ("1", "first")
    before = image(archive)
    after = archive.choose(str(tmp_path / "scans" / "3"))
    assert after.id == before.id
    assert shown(archive) == ("3", "second")
    assert after.files[0].reason is Reason.CHOSEN
    assert {file.outcome for file in after.files[1:]} == {Outcome.CONFLICT}
    assert conflict(archive).chosen


def test_it_stays_so_when_the_folder_is_imported_again(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.choose(conflict(archive).files[2].id)
    again = archive.bring_in(tmp_path / "scans")
    assert again.outcomes[Outcome.UNCHANGED] == again.files == 4
    for name in ("1", "2", "3"):
        (tmp_path / "scans" / name).touch()
    archive.bring_in(tmp_path / "scans")
    assert shown(archive) == ("3", "second")


def test_it_outlives_the_file_being_away_and_coming_back(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.choose(conflict(archive).files[2].id)
    (tmp_path / "scans" / "3").rename(tmp_path / "away")
    for _ in range(2):
        archive.bring_in(tmp_path / "scans")
    assert shown(archive) == ("1", "first")
    (tmp_path / "away").rename(tmp_path / "scans" / "3")
    for _ in range(2):
        archive.bring_in(tmp_path / "scans")
    assert shown(archive) == ("3", "second")


def test_it_outlives_a_move_to_a_place_that_is_met_for_the_first_time(
    archive: fileroom.Archive, tmp_path: Path
) -> None:
    archive.choose(conflict(archive).files[2].id)
    (tmp_path / "scans" / "3").unlink()
    for _ in range(2):
        archive.bring_in(tmp_path / "scans")
    plant(tmp_path / "backup", {"from a disc": SAID})
    summary = archive.bring_in(tmp_path / "backup")
    assert shown(archive) == ("from a disc", "second")
    (line,) = archive.ledger(summary.id).items
    assert line.reason in {Reason.CHOSEN, Reason.MOVED_FROM}


def test_pixels_alone_are_told_apart(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.choose(str(tmp_path / "scans" / "2"))
    shutil.copy(tmp_path / "scans" / "1", tmp_path / "scans" / "0")
    archive.bring_in(tmp_path / "scans")
    assert shown(archive)[0] == "2"
    assert {file.path.rpartition("/")[2] for file in conflict(archive).files if not file.shown} == {"0", "1", "3"}


def test_it_can_be_taken_back(archive: fileroom.Archive, tmp_path: Path) -> None:
    archive.choose(str(tmp_path / "scans" / "3"))
    archive.unchoose(str(tmp_path / "scans" / "3"))
    assert shown(archive) == ("1", "first")
    assert not conflict(archive).chosen
    with pytest.raises(BadRequest):
        archive.unchoose(str(tmp_path / "scans" / "3"))


def test_what_cannot_be_chosen(archive: fileroom.Archive, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        archive.choose(str(tmp_path / "scans" / "none"))
    with pytest.raises(NotFound):
        archive.choose(4711)
    third = conflict(archive).files[2].id
    (tmp_path / "scans" / "3").unlink()
    with pytest.raises(Unavailable):
        archive.choose(third)
    plant(tmp_path / "scans", {"3": FIRST + b"\0\0"})
    with pytest.raises(Unavailable):
        archive.choose(third)
    assert shown(archive) == ("1", "first")
